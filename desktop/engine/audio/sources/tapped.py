"""A source with somebody looking over its shoulder: for progress bars, and for clocks in measurements."""

from collections.abc import Callable

from desktop.engine.audio.sources.base import FrameSink, Source
from desktop.engine.errors import EngineError
from desktop.engine.events import AudioFrame


class WatchedSource:
    """`source` as it is; `on_frame` gets each frame just before it is delivered, on the source's thread, and
    must return at once."""

    def __init__(self, source: Source, on_frame: Callable[[AudioFrame], None]) -> None:
        self._source = source
        self._on_frame = on_frame
        self.id = source.id
        self.label = source.label
        self.is_live = source.is_live
        self.in_real_time: bool = getattr(source, "in_real_time", source.is_live)

    def open(self, sink: FrameSink) -> None:
        """Start delivering; raises AudioError."""
        self._source.open(_WatchedSink(sink, self._on_frame))

    def end_early(self) -> bool:
        """As `FileSource.end_early`, where the source is such a one."""
        end_early = getattr(self._source, "end_early", None)
        return bool(end_early is not None and end_early())

    def close(self) -> None:
        """Stop delivering."""
        self._source.close()


class _WatchedSink:
    def __init__(self, sink: FrameSink, on_frame: Callable[[AudioFrame], None]) -> None:
        self._sink = sink
        self._on_frame = on_frame

    def frame(self, frame: AudioFrame) -> None:
        self._on_frame(frame)
        self._sink.frame(frame)

    def ended(self) -> None:
        self._sink.ended()

    def interrupted(self, error: EngineError) -> None:
        self._sink.interrupted(error)

    def resumed(self) -> None:
        self._sink.resumed()
