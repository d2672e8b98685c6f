"""What a source of the app delivers to."""

from collections.abc import Callable

from desktop.engine.errors import EngineError
from desktop.engine.events import AudioFrame, ErrorEvent, Event, Severity
from desktop.engine.live.lane import Lane
from desktop.engine.message import Message


class SourceSink:
    """Hands a source's frames to a lane while it is the active source.

    emit: gets what the user should know. on_end: the source has no more audio.
    """

    def __init__(self, lane: Lane, is_live: bool, emit: Callable[[Event], None], on_end: Callable[[], None]) -> None:
        self._lane = lane
        self._is_live = is_live
        self._emit = emit
        self._on_end = on_end
        self.is_active = True

    def release(self) -> None:
        """Take nothing any more; a source that waits here to deliver goes on. Any thread."""
        self.is_active = False
        self._lane.frames.wake()

    def frame(self, frame: AudioFrame) -> None:
        if self.is_active:
            self._lane.frames.put(frame, is_live=self._is_live, is_wanted=lambda: self.is_active)

    def ended(self) -> None:
        if self.is_active:
            self._on_end()

    def interrupted(self, error: EngineError) -> None:
        if self.is_active:
            self._lane.flush()
            self._emit(ErrorEvent(error.code, error.message, Severity.WARNING))

    def resumed(self) -> None:
        if self.is_active:
            self._emit(ErrorEvent("resumed", Message("resumed"), Severity.INFO))
