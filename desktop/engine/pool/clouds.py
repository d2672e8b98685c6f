"""Cloud engines as the settings and the user's consent have them, for each stage. Any thread.

Without consent nothing of an engine is imported: its file, and the provider's library in it, come with its first use.
"""

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from desktop.engine.cloud.catalogue import CloudEngine
from desktop.engine.cloud.consent import Consent, consent
from desktop.engine.cloud.credentials import key_of
from desktop.engine.cloud.guard import Guard, Rules
from desktop.engine.cloud.meter import Figures, Meter
from desktop.engine.cloud.options import CloudOptions
from desktop.engine.cloud.spending import Spending
from desktop.engine.order import First
from desktop.engine.preference import Choice, Named, Standing
from desktop.engine.recognition.backends.base import Recognizer, StreamRecognizer, WindowRecognizer
from desktop.engine.requests import Stage
from desktop.engine.speech.backends.base import Synthesizer
from desktop.engine.translation.backends.base import Translator
from desktop.settings.declaration import CloudSettings
from desktop.system.metered import Network
from desktop.system.paths import spending_file

Engine = TypeVar("Engine", bound=Named)
Keys = Callable[[CloudEngine], Callable[[], str | None]]
_MODEL = {Stage.RECOGNITION: "model", Stage.TRANSLATION: "glossary", Stage.SPEECH: "voice"}
"""what names, behind an engine's key, the setting of what is asked for"""


class Clouds:
    """settings: gives those of now. environment: that of the process. spending: what counts what is spent; None: for
    all programs of this user. keys: gives what gives an engine's key."""

    def __init__(
        self,
        settings: Callable[[], CloudSettings],
        environment: Mapping[str, str] | None = None,
        spending: Spending | None = None,
        keys: Keys = key_of,
    ) -> None:
        self._settings = settings
        self._environment = os.environ if environment is None else environment
        self._keys = keys
        self._spending = spending or Spending(spending_file())
        network = Network()
        self._rules = Rules(
            self._spending,
            cap=lambda: settings().daily_cap,
            is_never=lambda: self.consent.is_never,
            is_metered=lambda: not settings().on_metered and network.is_metered,
        )
        self._meters: dict[tuple[str, Stage], Meter] = {}
        self._standings: dict[str, Standing] = {}

    @property
    def consent(self) -> Consent:
        """Now."""
        settings = self._settings()
        allowed = {stage: getattr(settings, stage.value) for stage in Stage}
        return consent(settings.policy, allowed, self._environment)

    def first(self, stage: Stage) -> First:
        """What is asked first."""
        first: First = getattr(self._settings(), f"{stage.value}_order")
        return first

    @property
    def deadline(self) -> float:
        """Seconds in which an engine in a cloud wins a race."""
        return self._settings().race_deadline

    def recognizers(self) -> tuple[Choice[WindowRecognizer], ...]:
        return self._choices(Stage.RECOGNITION, self._recognizer)

    def translators(self) -> tuple[Choice[Translator], ...]:
        return self._choices(Stage.TRANSLATION, self._translator)

    def synthesizers(self) -> tuple[Choice[Synthesizer], ...]:
        return self._choices(Stage.SPEECH, self._synthesizer)

    def options(self, engine: CloudEngine, stage: Stage) -> CloudOptions:
        """What an engine is made with."""
        settings = self._settings()

        def of(name: str, otherwise: str) -> str:
            return str(getattr(settings, f"{engine.key}_{name}", "")).strip() or otherwise

        return CloudOptions(
            engine,
            endpoint=of("endpoint", engine.endpoint),
            key=self._keys(engine),
            model=of(_MODEL[stage], engine.models.get(stage, "")),
            region=of("region", engine.region),
            project=of("project", ""),
            resent=lambda seconds: self._resent(engine, stage, seconds),
        )

    def figures(self) -> tuple[Figures, ...]:
        """Of all that were used since the program started."""
        return tuple(meter.figures() for meter in tuple(self._meters.values()))

    @property
    def dollars_today(self) -> float:
        """US dollars that were spent today, all programs of this user together."""
        return self._spending.dollars

    def close(self) -> None:
        """Keep what was spent. Idempotent."""
        if self._meters:
            self._spending.close()

    def _choices(self, stage: Stage, make: Callable[[CloudEngine, CloudOptions], Engine]) -> tuple[Choice[Engine], ...]:
        found = []
        for engine in self.consent.engines(stage):
            options = self.options(engine, stage)
            key = (engine.key, options.endpoint, options.model, options.region, options.project)
            standing = self._standings.setdefault(engine.key, Standing())
            found.append(Choice(key, partial(make, engine, options), standing))
        return tuple(found)

    def _guard(self, options: CloudOptions, stage: Stage) -> Guard:
        meter = self._meter(options, stage)
        return Guard(options.place, meter, self._rules, is_here=options.is_here, extra=options.engine.extra)

    def _meter(self, options: CloudOptions, stage: Stage) -> Meter:
        price = options.price(stage)
        place = (options.engine.key, stage)
        if place not in self._meters or self._meters[place].price != price:
            self._meters[place] = Meter(options.engine.key, options.engine.label, stage, price)
        return self._meters[place]

    def _resent(self, engine: CloudEngine, stage: Stage, seconds: float) -> None:
        if meter := self._meters.get((engine.key, stage)):
            self._spending.add(meter.sent(seconds=seconds))

    def _recognizer(self, engine: CloudEngine, options: CloudOptions) -> WindowRecognizer:
        from desktop.engine.recognition.backends.guarded import GuardedRecognizer, StreamWindows

        recognizer = _recognizer(engine, options)
        guard = self._guard(options, Stage.RECOGNITION)
        if isinstance(recognizer, StreamRecognizer):
            return StreamWindows(recognizer, guard, options.place)
        windows: WindowRecognizer = recognizer  # type: ignore[assignment]
        return GuardedRecognizer(windows, guard, options.place)

    def _translator(self, engine: CloudEngine, options: CloudOptions) -> Translator:
        from desktop.engine.translation.backends.guarded import GuardedTranslator

        return GuardedTranslator(_translator(engine, options), self._guard(options, Stage.TRANSLATION))

    def _synthesizer(self, engine: CloudEngine, options: CloudOptions) -> Synthesizer:
        from desktop.engine.speech.backends.guarded import GuardedSynthesizer

        return GuardedSynthesizer(_synthesizer(engine, options), self._guard(options, Stage.SPEECH))


def _recognizer(engine: CloudEngine, options: CloudOptions) -> Recognizer:
    match engine.key:
        case "google":
            from desktop.engine.recognition.backends.cloud.google import GoogleRecognizer

            return GoogleRecognizer(options)
        case "openai":
            from desktop.engine.recognition.backends.cloud.openai import OpenAIRecognizer

            return OpenAIRecognizer(options)
        case "realtime":
            from desktop.engine.recognition.backends.cloud.realtime import RealtimeRecognizer

            return RealtimeRecognizer(options)
        case "deepgram":
            from desktop.engine.recognition.backends.cloud.deepgram import DeepgramRecognizer

            return DeepgramRecognizer(options)
    raise ValueError(f"{engine.key} does not recognise")


def _translator(engine: CloudEngine, options: CloudOptions) -> Translator:
    match engine.key:
        case "google":
            from desktop.engine.translation.backends.cloud.google import GoogleTranslator

            return GoogleTranslator(options)
        case "deepl":
            from desktop.engine.translation.backends.cloud.deepl import DeepLTranslator

            return DeepLTranslator(options)
        case "libretranslate":
            from desktop.engine.translation.backends.cloud.libretranslate import LibreTranslateTranslator

            return LibreTranslateTranslator(options)
    raise ValueError(f"{engine.key} does not translate")


def _synthesizer(engine: CloudEngine, options: CloudOptions) -> Synthesizer:
    match engine.key:
        case "google":
            from desktop.engine.speech.backends.cloud.google import GoogleSynthesizer

            return GoogleSynthesizer(options)
        case "openai":
            from desktop.engine.speech.backends.cloud.openai import OpenAISynthesizer

            return OpenAISynthesizer(options)
    raise ValueError(f"{engine.key} does not speak")
