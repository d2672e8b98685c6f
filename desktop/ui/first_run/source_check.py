"""Listens to a source for the first steps: its level, and three seconds of it to recognise. The source delivers on a
thread of its own; recognising happens on a pool thread with the real recogniser. What was said is kept nowhere."""

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from desktop.messages import text_of
from desktop.ui.runtime.level_listener import LevelListener
from desktop.ui.runtime.lookup import Lookup

if TYPE_CHECKING:
    from desktop.engine.events import AudioFrame, Samples
    from desktop.settings.declaration import Settings

log = logging.getLogger(__name__)

SECONDS = 3.0
"""Length of a test."""
_RATE = 16_000
_QUIET = 0.003
"""peak below which nobody spoke into it"""


class SourceCheck(LevelListener):
    """A level listener that can also record a few seconds."""

    recorded = pyqtSignal(object)
    """samples of shape (n,), 16 kHz, when they are all there"""
    progressed = pyqtSignal(float)
    """share of the test that is recorded, 0..1"""

    def __init__(self, source: str, parent: QObject | None = None) -> None:
        super().__init__(source, parent)
        self._lock = threading.Lock()
        self._pieces: list[Samples] | None = None
        self._count = 0

    def begin_test(self) -> None:
        """Record from now on. GUI thread."""
        with self._lock:
            self._pieces, self._count = [], 0

    def frame(self, frame: "AudioFrame") -> None:
        """On the source's thread."""
        super().frame(frame)
        with self._lock:
            if self._pieces is None:
                return
            self._pieces.append(frame.samples)
            self._count += len(frame.samples)
            share = self._count / (SECONDS * _RATE)
            pieces = self._pieces
            if share >= 1:
                self._pieces = None
        if self._closing.is_set():
            return
        self.progressed.emit(min(1.0, share))
        if share >= 1:
            import numpy as np

            self.recorded.emit(np.concatenate(pieces))


@dataclass(frozen=True, slots=True)
class TrialResult:
    """Result of recognising one recording: text, or an error."""

    text: str = ""
    """what was understood; empty if nothing"""
    recogniser: str = ""
    """which one it was"""
    problem: str = ""
    """one sentence: why it could not be recognised; empty if it could"""


class TrialRecognition(Lookup):
    """Recognises a recording once, on a pool thread; `found` delivers Understood."""

    def begin(self, samples: "Samples", settings: "Settings") -> None:
        """Recognise these samples, shape (n,), 16 kHz, with what the settings ask for. GUI thread."""
        self.ask(lambda deliver: deliver(try_recognition(samples, settings)))


def try_recognition(samples: "Samples", settings: "Settings") -> TrialResult:
    """`recognise`, with a sentence for what goes wrong."""
    from desktop.engine.errors import EngineError

    try:
        return TrialResult(*recognise(samples, settings))
    except EngineError as error:
        return TrialResult(problem=text_of(error))
    except Exception as error:
        log.exception("the test could not be recognised")
        return TrialResult(problem=f"The test did not work ({type(error).__name__}); the log says more.")


def recognise(samples: "Samples", settings: "Settings") -> tuple[str, str]:
    """(what is said in it, name of the recogniser). Any thread; loads the model and lets it go again.
    Raises EngineError."""
    import numpy as np

    from desktop.engine.recognition.backends.base import RecognitionRequest
    from desktop.engine.recognition.backends.choose import make_recognizer

    recognition = settings.recognition
    recognizer = make_recognizer(recognition, lambda _: None)
    try:
        recognizer.load(lambda _: None)
        if not len(samples) or float(np.max(np.abs(samples))) < _QUIET:
            return "", recognizer.name
        known = recognizer.capabilities.languages
        language = None if recognition.language == "auto" else recognition.language
        if language is not None and language not in known:
            language = None
        candidates = tuple(code for code in recognition.languages if code in known)
        heard = recognizer.transcribe(
            samples, RecognitionRequest(language, candidates, is_final=True, is_buffered=True)
        )
        return " ".join(word.text for word in heard.words).strip(), recognizer.name
    finally:
        recognizer.close()
