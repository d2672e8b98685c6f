"""Which backend does the work, and which takes over when it cannot.

A backend is one file and one line in a table here. `order` decides, purely; `FallbackRecognizer` and
`FallbackSynthesizer` are themselves a Recognizer and a Synthesizer, and report each takeover, because nothing
may be replaced in silence (the idea is livekit's adapters). Used from the stage threads.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event

from desktop.engine.errors import BackendFailed, EngineError, GraphicsCardFailed, ModelMissing
from desktop.engine.events import ErrorEvent, Samples, Severity
from desktop.engine.models.speed.tuning import has_card, measure, resolved
from desktop.engine.models.speed.tuning_cache import TuningCache
from desktop.engine.recognition.backends.base import (
    Hypothesis,
    Progress,
    RecognitionRequest,
    Recognizer,
    RecognizerCapabilities,
)
from desktop.engine.recognition.backends.watchdog import WatchedRecognizer
from desktop.engine.speech.backends.base import SpeechChunk, Synthesizer, SynthesizerCapabilities, Voice
from desktop.engine.text.languages import language_name
from desktop.engine.translation.backends.base import Translator
from desktop.settings.declaration import RecognitionSettings, Settings, SpeechSettings

log = logging.getLogger(__name__)

Notify = Callable[[ErrorEvent], None]
"""Takes what the user should know; any thread."""

RECOGNIZERS = ("whisper", "pocketsphinx")
TRANSLATORS = ("argos", "whisper")
SYNTHESIZERS = ("piper", "espeak")
_PHRASEBOOK = (
    "Only a phrasebook of about 900 words is installed, so real speech comes out wrong; fetch a Whisper model in the "
    "window of the models or with `parley models pull base`."
)
_PLACES = {"processor": "on the processor"}
"""what to say of a candidate of that name when it takes over"""


def order(wanted: str, available: Sequence[str]) -> tuple[str, ...]:
    """The backends to try, first to last: all for "auto", else the wanted one alone."""
    return tuple(available) if wanted == "auto" else (wanted,)


def make_recognizer(settings: RecognitionSettings, notify: Notify) -> Recognizer:
    """The recogniser that the settings ask for; nothing is loaded yet."""
    candidates: list[tuple[str, Callable[[], Recognizer]]] = []
    on_processor = settings.model_copy(update={"device": "cpu"})
    for name in order(settings.backend, RECOGNIZERS):
        if name == "whisper":
            # The card first; the processor takes over when it fails, while it loads or later.
            card = _has_card(settings)
            if card:
                candidates.append(("card", lambda: _whisper(settings, notify, has_card=True)))
            name = "processor" if card else "whisper"
            candidates.append((name, lambda: _whisper(on_processor, notify, has_card=False)))
        else:
            candidates.append((name, _pocketsphinx))
    return FallbackRecognizer(candidates, notify)


def tune_recognizer(settings: RecognitionSettings, wanted: Event) -> None:
    """Measure how the chosen Whisper model runs best here and remember it, if something is left to "auto" and nobody
    has yet. wanted: set it to end within a few seconds, without a result."""
    is_automatic = "auto" in (settings.device, settings.compute_type) or not settings.threads
    if settings.backend == "pocketsphinx" or not is_automatic:
        return
    from desktop.engine.models.choice import chosen_model

    try:
        path = chosen_model(settings).path
        cache = TuningCache()
        if cache.get(path) is not None:
            return
        tuning = measure(path, cancelled=wanted)
    except EngineError as error:
        log.info("what suits this machine was not measured: %s", error.code)
        return
    if not wanted.is_set():
        cache.put(path, tuning)
        log.info("recognition runs best on: %s", tuning.choice.label)


def make_translator(settings: Settings, notify: Notify) -> Translator:
    """The translator that the settings ask for; nothing is loaded yet. Raises ModelMissing, ModelBroken."""
    from desktop.engine.translation.backends.fallback import FallbackTranslator

    candidates: list[Translator] = []
    for name in order(settings.translation.backend, TRANSLATORS):
        try:
            candidates.append(_argos() if name == "argos" else _whisper_translator(settings.recognition))
        except EngineError as error:
            if settings.translation.backend == name:
                raise
            log.info("%s does not translate: %s", name, error.code)
    return FallbackTranslator(candidates, notify)


def make_synthesizer(settings: SpeechSettings, notify: Notify) -> Synthesizer:
    """The synthesizer that the settings ask for; nothing is loaded yet."""
    names = order(settings.backend, SYNTHESIZERS)
    return FallbackSynthesizer([_synthesizer(name, is_only=len(names) == 1) for name in names], notify)


def _pocketsphinx() -> Recognizer:
    from desktop.engine.recognition.backends.pocketsphinx import PocketSphinxRecognizer

    return PocketSphinxRecognizer()


def _whisper(settings: RecognitionSettings, notify: Notify, *, has_card: bool) -> Recognizer:
    """Whisper as the settings say; where they say "auto", as was measured for this model on this machine."""
    from desktop.engine.models.choice import chosen_model
    from desktop.engine.recognition.whisper.recognizer import WhisperRecognizer

    model = chosen_model(settings)
    if model.is_starter and not settings.model.strip():
        notify(ErrorEvent("phrasebook", _PHRASEBOOK, Severity.WARNING))
    tuning = TuningCache().get(model.path)
    choice = resolved(settings, tuning.choice if tuning is not None else None, has_card=has_card)
    return WhisperRecognizer(
        model.path,
        name=model.label,
        device=choice.device,
        compute_type=choice.compute_type,
        threads=choice.threads,
        context=settings.context,
        context_floor=settings.context_floor,
        context_pad=settings.context_pad,
        beam_size=settings.beam_size,
        notify=notify,
    )


def _argos() -> Translator:
    from desktop.engine.translation.backends.argos import ArgosTranslator

    return ArgosTranslator()


def _whisper_translator(settings: RecognitionSettings) -> Translator:
    """On the model that recognises; where that has to be opened, as the recogniser would."""
    from desktop.engine.models.choice import chosen_model
    from desktop.engine.recognition.whisper.shared_models import Terms
    from desktop.engine.translation.backends.whisper import WhisperTranslator

    model = chosen_model(settings)
    tuning = TuningCache().get(model.path)
    terms = []
    for wanted in (settings, settings.model_copy(update={"device": "cpu"})):
        choice = resolved(wanted, tuning.choice if tuning is not None else None, has_card=_has_card(wanted))
        terms.append(Terms(model.path, choice.device, choice.compute_type, choice.threads))
    return WhisperTranslator(
        tuple(dict.fromkeys(terms)),
        name=model.label,
        is_phrasebook=model.is_starter,
        context=settings.context,
        context_floor=settings.context_floor,
        context_pad=settings.context_pad,
    )


def _has_card(settings: RecognitionSettings) -> bool:
    return settings.device == "cuda" or (settings.device == "auto" and has_card())


def _synthesizer(name: str, *, is_only: bool) -> Synthesizer:
    if name == "espeak":
        from desktop.engine.speech.backends.espeak import EspeakSynthesizer

        return EspeakSynthesizer()
    from desktop.engine.speech.backends.piper import PiperSynthesizer

    return PiperSynthesizer(is_real=not is_only)


class FallbackRecognizer:
    """The first recogniser that loads; the next one when it fails. Each takeover is reported.

    A streamed decode that fails, or hangs, is no reason to change: who asked decodes the same audio buffered. Only when
    that fails, too, the next one takes over, and decodes it.

    candidates: (name, function that makes it); making one may raise ModelError.
    """

    def __init__(self, candidates: Sequence[tuple[str, Callable[[], Recognizer]]], notify: Notify) -> None:
        self._waiting = list(candidates)
        self._notify = notify
        self._active: Recognizer | None = None
        self._loading: Recognizer | None = None
        self._progress: Progress = lambda _: None

    @property
    def name(self) -> str:
        """Of what recognises, or of what is being loaded."""
        shown = self._loading or self._active
        return shown.name if shown else ""

    @property
    def capabilities(self) -> RecognizerCapabilities:
        if self._active is None:
            return RecognizerCapabilities(frozenset(), detects_language=False, streaming=False)
        return self._active.capabilities

    def load(self, progress: Progress) -> None:
        """Load the first candidate that can be. Raises the first one's EngineError if none can."""
        self._progress = progress
        self._take_next(None)

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        while True:
            if self._active is None:
                raise BackendFailed("No recogniser is loaded; press Start again.")
            self._check_language(request.language)
            try:
                return self._active.transcribe(samples, request)
            except Exception as error:
                if not request.is_buffered:
                    raise
                log.exception("the recogniser failed")
                self._take_next(_as_engine_error(error, f"{self._active.name} stopped working"))

    def close(self) -> None:
        if self._active is not None:
            self._active.close()
            self._active = None

    def _check_language(self, language: str | None) -> None:
        if language is not None and language not in self.capabilities.languages:
            raise ModelMissing(
                f"{self.name} does not understand {language_name(language)}; "
                "install a Whisper model that does, or choose another language."
            )

    def _take_next(self, failure: EngineError | None) -> None:
        first_failure = failure
        while self._waiting:
            name, make = self._waiting.pop(0)
            try:
                candidate = self._loading = WatchedRecognizer(make())
                candidate.load(self._progress)
            except Exception as error:
                log.info("a recogniser cannot be used", exc_info=True)
                found = _as_engine_error(error, "Speech recognition could not be loaded")
                # A model that the processor cannot load either is to blame, not the graphics card.
                if first_failure is None or (isinstance(first_failure, GraphicsCardFailed) and failure is None):
                    first_failure = found
                continue
            finally:
                self._loading = None
            if self._active is not None:
                self._active.close()
            self._active = candidate
            if first_failure is not None:
                self._notify(_takeover(first_failure, f"{candidate.name} {_PLACES.get(name, '')}".strip()))
            return
        raise first_failure or ModelMissing("No recogniser is installed; install a Whisper model.")


@dataclass
class FallbackSynthesizer:
    """For each language the first synthesizer that has a voice; the next one when it fails. Each takeover is
    reported once per language."""

    candidates: Sequence[Synthesizer]
    notify: Notify
    name: str = ""
    _chosen: dict[str, int] = field(default_factory=dict)
    _reported: set[tuple[str, int]] = field(default_factory=set)
    _progress: Progress = lambda _: None
    _voice: str = ""

    @property
    def capabilities(self) -> SynthesizerCapabilities:
        languages = frozenset[str]().union(*(one.capabilities.languages for one in self.candidates))
        return SynthesizerCapabilities(languages)

    def voices(self) -> tuple[Voice, ...]:
        return tuple(voice for one in self.candidates for voice in one.voices())

    def load(self, language: str, voice: str, progress: Progress) -> None:
        """Load the first candidate that speaks the language. Raises the first one's EngineError if none does."""
        self._progress, self._voice = progress, voice
        self._take_next(language, 0, None)

    def synthesize(self, text: str, language: str, rate: float = 1.0) -> Iterator[SpeechChunk]:
        while True:
            index = self._chosen[language]
            spoken = False
            try:
                for chunk in self.candidates[index].synthesize(text, language, rate):
                    spoken = True
                    yield chunk
            except Exception as error:
                log.exception("the voice failed")
                failure = _as_engine_error(error, f"{self.candidates[index].name} stopped working")
                self._take_next(language, index + 1, failure)
                if not spoken:
                    continue
            return

    def close(self) -> None:
        for one in self.candidates:
            one.close()
        self._chosen.clear()

    def _take_next(self, language: str, start: int, failure: EngineError | None) -> None:
        first_failure = failure
        for index in range(start, len(self.candidates)):
            candidate = self.candidates[index]
            try:
                candidate.load(language, self._voice, self._progress)
            except Exception as error:
                log.info("a synthesizer cannot be used", exc_info=True)
                first_failure = first_failure or _as_engine_error(error, "The voice could not be loaded")
                continue
            self._chosen[language] = index
            self.name = candidate.name
            if first_failure is not None and (language, index) not in self._reported:
                self._reported.add((language, index))
                self.notify(_takeover(first_failure, candidate.name))
            return
        raise first_failure or ModelMissing(f"No voice for {language_name(language)} is installed; install one.")


def _takeover(failure: EngineError, successor: str) -> ErrorEvent:
    return ErrorEvent("fallback", f"{failure.message} Meanwhile {successor} is used.", Severity.WARNING)


def _as_engine_error(error: Exception, what: str) -> EngineError:
    if isinstance(error, EngineError):
        return error
    return BackendFailed(f"{what} ({type(error).__name__}); choose another model, or look into the log.")
