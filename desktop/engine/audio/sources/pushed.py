"""Audio that somebody else hands over: tests, and programs that embed the engine.

`push` and `finish` may be called from any thread; delivery happens on the caller's thread.
"""

from threading import RLock

from desktop.engine.audio.sources.base import FrameSink
from desktop.engine.errors import AudioError
from desktop.engine.events import AudioFrame


class PushedSource:
    """A source whose frames are pushed. Delivers one frame at a time, in the order of the calls.

    is_live: whoever pushes keeps to the clock, as a microphone does; if not, `push` blocks while the engine is busy.
    """

    def __init__(self, *, is_live: bool = False) -> None:
        self.id = "pushed:"
        self.label = "Pushed audio"
        self.is_live = is_live
        self._sink: FrameSink | None = None
        self._lock = RLock()

    def open(self, sink: FrameSink) -> None:
        """Deliver to `sink` from now on."""
        with self._lock:
            self._sink = sink

    def push(self, frame: AudioFrame) -> None:
        """Hand over audio, 16 kHz mono; blocks as long as the sink does. AudioError unless open."""
        with self._lock:
            if self._sink is None:
                raise AudioError("source-closed")
            self._sink.frame(frame)

    def finish(self) -> None:
        """No more audio will come. Without effect unless open."""
        with self._lock:
            sink, self._sink = self._sink, None
            if sink is not None:
                sink.ended()

    def close(self) -> None:
        """Stop delivering; waits for a frame that is being delivered."""
        with self._lock:
            self._sink = None
