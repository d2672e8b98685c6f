"""Listens to a source for the first steps: its level, and three seconds of it to recognise. The source delivers on a
thread of its own; recognising happens on a pool thread with the real recogniser. What was said is kept nowhere."""

import logging
import threading
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QRunnable, QThreadPool, pyqtSignal

from desktop.ui.runtime.level_listener import LevelListener

if TYPE_CHECKING:
    from desktop.engine.events import AudioFrame, Samples
    from desktop.settings.declaration import Settings

log = logging.getLogger(__name__)

SECONDS = 3.0
"""Length of a test."""
_RATE = 16_000
_QUIET = 0.003
"""peak below which nobody spoke into it"""


class SourceTest(LevelListener):
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


class Understanding(QObject):
    """Recognises a recording once, with what the settings ask for."""

    done = pyqtSignal(str, str)
    """(what was understood, empty if nothing; name of the recogniser)"""
    failed = pyqtSignal(str)
    """one sentence"""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._is_closed = False

    def close(self) -> None:
        """Nothing is told from now on; call it before this object goes."""
        with self._lock:
            self._is_closed = True

    def tell(self, text: str, name: str, problem: str) -> None:
        """Any thread: the answer."""
        with self._lock:  # an object that goes must not be told from another thread
            if self._is_closed:
                return
            if problem:
                self.failed.emit(problem)
            else:
                self.done.emit(text, name)

    def begin(self, samples: "Samples", settings: "Settings") -> None:
        """GUI thread; the answer comes as a signal."""
        pool = QThreadPool.globalInstance()
        assert pool is not None
        pool.start(_Recognise(self, samples, settings))


class _Recognise(QRunnable):
    def __init__(self, asker: Understanding, samples: "Samples", settings: "Settings") -> None:
        super().__init__()
        self._asker, self._samples, self._settings = asker, samples, settings

    def run(self) -> None:
        """On a pool thread."""
        from desktop.engine.errors import EngineError

        try:
            self._asker.tell(*recognise(self._samples, self._settings), "")
        except EngineError as error:
            self._asker.tell("", "", error.message)
        except Exception as error:
            log.exception("the test could not be recognised")
            self._asker.tell("", "", f"The test did not work ({type(error).__name__}); the log says more.")


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
