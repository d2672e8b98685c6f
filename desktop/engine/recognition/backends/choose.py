"""Which recogniser the settings ask for, and how it runs on this machine. A backend is one file and one line in a
table here. Nothing is loaded here; on the recognition thread.
"""

import logging
from collections.abc import Callable
from threading import Event

from desktop.engine.errors import EngineError
from desktop.engine.events import ErrorEvent, Severity
from desktop.engine.message import Message
from desktop.engine.models.speed.tuning import has_card, measure, resolved
from desktop.engine.models.speed.tuning_cache import TuningCache
from desktop.engine.recognition.backends.base import WindowRecognizer
from desktop.engine.recognition.backends.fallback import FallbackRecognizer
from desktop.engine.takeover import Notify, order
from desktop.settings.declaration import RecognitionSettings

log = logging.getLogger(__name__)

RECOGNIZERS = ("whisper", "pocketsphinx")


def make_recognizer(settings: RecognitionSettings, notify: Notify) -> WindowRecognizer:
    """The recogniser that the settings ask for; nothing is loaded yet."""
    candidates: list[tuple[str, Callable[[], WindowRecognizer]]] = []
    on_processor = settings.model_copy(update={"device": "cpu"})
    for name in order(settings.backend, RECOGNIZERS):
        if name == "whisper":
            # The card first; the processor takes over when it fails, while it loads or later.
            card = uses_card(settings)
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


def uses_card(settings: RecognitionSettings) -> bool:
    """Whether recognition is to run on a graphics card: as the settings say, or because there is one."""
    return settings.device == "cuda" or (settings.device == "auto" and has_card())


def _pocketsphinx() -> WindowRecognizer:
    from desktop.engine.recognition.backends.pocketsphinx import PocketSphinxRecognizer

    return PocketSphinxRecognizer()


def _whisper(settings: RecognitionSettings, notify: Notify, *, has_card: bool) -> WindowRecognizer:
    """Whisper as the settings say; where they say "auto", as was measured for this model on this machine."""
    from desktop.engine.models.choice import chosen_model
    from desktop.engine.recognition.whisper.recognizer import WhisperRecognizer

    model = chosen_model(settings)
    if model.is_starter and not settings.model.strip():
        notify(ErrorEvent("phrasebook", Message("recognition-phrasebook-only"), Severity.WARNING))
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
