"""The engine's backends, wrapped for measuring: one that counts, and some that leave an idea of the streaming core out.

Used on the stages' threads.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from desktop.engine.events import Samples
from desktop.engine.live.backends import Backends
from desktop.engine.options import SessionOptions
from desktop.engine.recognition.backends.base import Hypothesis, Progress, RecognitionRequest, WindowRecognizer
from desktop.engine.recognition.backends.choose import make_recognizer
from desktop.engine.recognition.backends.wrapped import WrappedRecognizer
from desktop.engine.recognition.settling.stabilizer import CommitRules
from desktop.engine.recognition.transcriber import Transcriber
from desktop.engine.session import Session
from desktop.engine.takeover import Notify
from desktop.engine.translation.backends.base import Translator, TranslatorCapabilities
from desktop.engine.translation.backends.choose import make_translator
from desktop.engine.translation.incremental import IncrementalTranslator
from desktop.settings.declaration import RecognitionSettings, Settings


class TimedRecognizer(WrappedRecognizer):
    """Counts what another recogniser is asked, and how long that takes."""

    def __init__(self, recognizer: WindowRecognizer) -> None:
        super().__init__(recognizer)
        self.seconds = 0.0
        self.decodes = 0
        self.finals = 0
        self.is_running = False
        """it is decoding now; read by any thread"""

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        began = time.monotonic()
        self.decodes += 1
        self.is_running = True
        try:
            return super().transcribe(samples, request)
        finally:
            self.is_running = False
            self.seconds += time.monotonic() - began
            self.finals += request.is_final


class PrefixlessTranslator:
    """Translates each text from its first word on, whatever was shown before."""

    def __init__(self, translator: Translator) -> None:
        self._translator = translator

    @property
    def name(self) -> str:
        return self._translator.name

    @property
    def capabilities(self) -> TranslatorCapabilities:
        return replace(self._translator.capabilities, forces_prefix=False)

    def load(self, source: str, target: str, progress: Progress) -> None:
        self._translator.load(source, target, progress)

    def translate(self, text: str, source: str, target: str, prefix: str = "", is_final: bool = True) -> str | None:
        return self._translator.translate(text, source, target, "", is_final)

    def close(self) -> None:
        self._translator.close()


_NEVER = 1e6
"""seconds before the edge of the audio"""
TARGET_PREFIX = "committed translation as forced beginning"
_GOVERNOR = "governor"
_MASK = "mask of the translation"
_WITHOUT_OF_TRANSCRIBER: dict[str, dict[str, Any]] = {
    "prompt": {"prompts": False},
    "trimming": {"trims": False},
    "agreement": {"commit_rules": CommitRules(agreed=_NEVER, unsure=_NEVER)},
    "sure words": {"commit_rules": CommitRules(sure=_NEVER)},
    "speculative final": {"speculates": False},
}
WITHOUT = (*_WITHOUT_OF_TRANSCRIBER, _GOVERNOR, _MASK, TARGET_PREFIX)
"""ideas of the streaming core that can be left out and are no settings"""


def backends(without: Sequence[str], timed: list[TimedRecognizer]) -> Backends:
    """The engine's own backends without some ideas; each recogniser that is made is added to `timed`."""

    def recognizer(settings: RecognitionSettings, notify: Notify) -> WindowRecognizer:
        timed.append(TimedRecognizer(make_recognizer(settings, notify)))
        return timed[-1]

    def prefixless(settings: Settings, notify: Notify) -> Translator:
        return PrefixlessTranslator(make_translator(settings, notify))

    left_out: dict[str, Any] = {}
    for name in without:
        left_out |= _WITHOUT_OF_TRANSCRIBER.get(name, {})
    transcriber: type[Transcriber] = type("PartOfTranscriber", (Transcriber,), left_out)

    def session(options: SessionOptions) -> Session:
        return Session(
            options, transcriber=transcriber, translator=IncrementalTranslator(None, "", masks=_MASK not in without)
        )

    return Backends(
        recognizer=recognizer,
        translator=prefixless if TARGET_PREFIX in without else make_translator,
        session=session,
        lowers_load=_GOVERNOR not in without,
    )
