"""How loud a source is, without the engine: for the tests of a microphone. The source delivers on a thread of its
own; opening and closing it happen on this QThread, because a device may take a second to answer."""

import logging
import threading
import time
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QThread, pyqtSignal

from desktop.messages import text_of

if TYPE_CHECKING:
    from desktop.engine.errors import EngineError
    from desktop.engine.events import AudioFrame

log = logging.getLogger(__name__)

EVERY = 1 / 15
"""Seconds between two levels."""


class LevelListener(QThread):
    """Listens to one source until `close`; nothing that is heard is kept."""

    opened = pyqtSignal(str)
    """audio comes; the device's name"""
    level = pyqtSignal(float, float)
    """rms and peak in dBFS"""
    failed = pyqtSignal(str)
    """one sentence: why nothing is heard"""

    def __init__(self, source: str, parent: QObject | None = None) -> None:
        """source: `microphone:NAME` or `loopback:NAME`."""
        super().__init__(parent)
        self._source = source
        self._closing = threading.Event()
        self._next = 0.0
        self._loudest = (-90.0, -90.0)

    def run(self) -> None:
        """On this object's thread."""
        from desktop.engine.audio.sources.choose import source_for
        from desktop.engine.errors import EngineError

        try:
            source = source_for(self._source)
            source.open(self)
        except EngineError as error:
            self.failed.emit(text_of(error))
            return
        except Exception as error:
            log.exception("a source cannot be opened")
            self.failed.emit(f"The source cannot be opened ({type(error).__name__}); the log says more.")
            return
        self.opened.emit(source.label)
        self._closing.wait()
        source.close()

    def close(self) -> None:
        """Stop listening; returns at once, `finished` follows. GUI thread."""
        self._closing.set()

    # What the source delivers, on its own thread.

    def frame(self, frame: "AudioFrame") -> None:
        from desktop.engine.hearing.level import peak, rms

        now = time.monotonic()
        levels = rms(frame.samples), peak(frame.samples)
        self._loudest = max(self._loudest[0], levels[0]), max(self._loudest[1], levels[1])
        if now >= self._next and not self._closing.is_set():
            self._next = now + EVERY
            self.level.emit(*self._loudest)
            self._loudest = (-90.0, -90.0)

    def ended(self) -> None:
        pass

    def interrupted(self, error: "EngineError") -> None:
        self.failed.emit(text_of(error))

    def resumed(self) -> None:
        self.opened.emit("")
