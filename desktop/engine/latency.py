"""How well the engine keeps up, for the latency panel: what its events say, as percentiles and short time series.

Pure but for `ProcessUsage`. Feed it on one thread; it holds no lock. Nobody who does not look pays: it is made when
the panel opens, fed by a subscription that lasts as long, and forgotten when it closes.
"""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from desktop.engine.events import ErrorEvent, Event, Metrics, ModelProgress, ModelUnloaded, Severity
from desktop.engine.message import Message

if TYPE_CHECKING:
    from desktop.engine.cloud.meter import Figures

STAGES = ("partial", "recognition", "final", "translation", "speech")
"""keys of `Metrics.latency`, in the order of the pipeline"""
REMEMBERED = 600
"""samples of each series that are kept: five minutes at two a second"""
FALLBACKS = ("fallback", "audio-dropped", "untranslated", "buffered", "stumbled")
"""codes of ErrorEvent that tell of something reduced"""


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a time."""

    at: float
    """seconds, of the clock that `add` was given"""
    value: float


@dataclass(frozen=True, slots=True)
class StageLatency:
    """One stage over the time that is remembered; seconds."""

    count: int
    """measurements in it"""
    latest: float
    p50: float
    p95: float
    p99: float
    series: tuple[Point, ...]
    """oldest first, at most REMEMBERED"""


@dataclass(frozen=True, slots=True)
class Usage:
    """What the process takes."""

    cpu: float = 0.0
    """share of one core since the last look; 1.5 is one and a half cores"""
    memory: int = 0
    """bytes that are resident"""


@dataclass(frozen=True, slots=True)
class LatencySnapshot:
    """Everything the panel shows, at one moment."""

    at: float
    stages: Mapping[str, StageLatency]
    """of STAGES those that were measured, in that order"""
    queued: Mapping[str, int]
    """stage -> items that wait"""
    queue_depth: tuple[Point, ...]
    """items that wait in all stages together"""
    spoken_queue: float
    """seconds of speech that wait to be played"""
    pace: tuple[Message, ...]
    """what recognition does less of to keep up; empty if nothing"""
    busy: float
    """share of the last seconds that recognition computed, 0..1"""
    backlog: float
    """seconds of sound that wait to be recognised"""
    mode: str
    """`streaming`, `buffered`, or empty; as in Metrics"""
    dropped_seconds: float
    """audio that was lost since the panel opened"""
    coalesced: int
    """partial work that newer audio replaced since the panel opened"""
    fallbacks: int
    """ErrorEvents with a code of FALLBACKS since the panel opened"""
    last_fallback: Message | None
    """of the latest one"""
    errors: int
    models: Mapping[str, str]
    """stage -> what is loaded ("Whisper small"); stages without a model are left out"""
    usage: Usage
    cpu: tuple[Point, ...]
    memory: tuple[Point, ...]
    """bytes"""
    clouds: tuple["Figures", ...] = ()
    """of cloud engines, as in Metrics"""
    spent: float = 0.0
    """US dollars that they cost today"""


@dataclass(slots=True)
class _Counter:
    """A count that goes on since the engine began, seen from when we began to look."""

    first: float | None = None
    latest: float = 0.0

    def see(self, value: float) -> None:
        if self.first is None or value < self.first:
            self.first = value  # seen for the first time, or begun anew
        self.latest = value

    @property
    def grown(self) -> float:
        return self.latest - (self.first or 0.0)


@dataclass(slots=True)
class _Series:
    """The latest values, and the time of each."""

    points: deque[Point] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def add(self, at: float, value: float) -> None:
        self.points.append(Point(at, value))


class LatencyLog:
    """Takes events, gives snapshots.

    A stage's latency is counted once however often Metrics repeat it, so a quiet minute does not bend its percentiles.
    """

    def __init__(self) -> None:
        self._stages: dict[str, _Series] = {}
        self._latest: dict[str, float] = {}
        self._queued: dict[str, int] = {}
        self._depth = _Series()
        self._cpu = _Series()
        self._memory = _Series()
        self._dropped = _Counter()
        self._coalesced = _Counter()
        self._spoken_queue = 0.0
        self._keeping_up: tuple[tuple[Message, ...], float, float] = ((), 0.0, 0.0)
        self._mode = ""
        self._fallbacks = 0
        self._last_fallback: Message | None = None
        self._errors = 0
        self._models: dict[str, str] = {}
        self._clouds: tuple[tuple[Figures, ...], float] = ((), 0.0)

    def add(self, event: Event, at: float) -> None:
        """Take one event of the engine; at: seconds of any steady clock. What is of no interest costs nothing."""
        if isinstance(event, Metrics):
            self._add_metrics(event, at)
        elif isinstance(event, ErrorEvent):
            if event.code in FALLBACKS:
                self._fallbacks += 1
                self._last_fallback = event.message
            elif event.severity is Severity.ERROR:
                self._errors += 1
        elif isinstance(event, ModelProgress):
            if event.fraction >= 1:
                self._models[event.stage] = event.name
        elif isinstance(event, ModelUnloaded):
            self._models.pop(event.stage, None)

    def snapshot(self, at: float, usage: Usage | None = None) -> LatencySnapshot:
        """What is known now. usage: what the process takes now; it becomes a point of its series."""
        if usage is not None:
            self._cpu.add(at, usage.cpu)
            self._memory.add(at, float(usage.memory))
        pace, busy, backlog = self._keeping_up
        return LatencySnapshot(
            at=at,
            stages={name: _summary(self._stages[name]) for name in STAGES if name in self._stages},
            queued=dict(self._queued),
            queue_depth=tuple(self._depth.points),
            spoken_queue=self._spoken_queue,
            pace=pace,
            busy=busy,
            backlog=backlog,
            mode=self._mode,
            dropped_seconds=self._dropped.grown,
            coalesced=int(self._coalesced.grown),
            fallbacks=self._fallbacks,
            last_fallback=self._last_fallback,
            errors=self._errors,
            models=dict(self._models),
            usage=usage or Usage(),
            cpu=tuple(self._cpu.points),
            memory=tuple(self._memory.points),
            clouds=self._clouds[0],
            spent=self._clouds[1],
        )

    def _add_metrics(self, event: Metrics, at: float) -> None:
        for stage, seconds in event.latency.items():
            if stage in STAGES and self._latest.get(stage) != seconds:
                self._latest[stage] = seconds
                self._stages.setdefault(stage, _Series()).add(at, seconds)
        self._queued = dict(event.queued)
        self._depth.add(at, float(sum(event.queued.values())))
        self._spoken_queue = event.spoken_queue
        self._keeping_up = (event.pace, event.busy, event.backlog)
        self._mode = event.mode
        self._clouds = (event.clouds, event.spent)
        self._dropped.see(event.dropped_seconds)
        self._coalesced.see(float(event.coalesced))
        named = {"recognition": event.recognizer, "translation": event.translator, "speech": event.synthesizer}
        self._models = {stage: name for stage, name in named.items() if name}


def _summary(series: _Series) -> StageLatency:
    values = sorted(point.value for point in series.points)
    p50, p95, p99 = (percentile(values, percent) for percent in (50, 95, 99))
    return StageLatency(len(values), series.points[-1].value, p50, p95, p99, tuple(series.points))


def percentile(ordered: list[float], percent: float) -> float:
    """Of values in ascending order, at least one, with linear interpolation between the two nearest."""
    place = (len(ordered) - 1) * percent / 100
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


class ProcessUsage:
    """What this process takes, by psutil; asked only when somebody looks."""

    def __init__(self) -> None:
        import psutil

        self._process: Any = psutil.Process()
        self._process.cpu_percent()  # from here on is measured

    def look(self) -> Usage:
        """Now, the processor since the last look. Takes 0.1 ms."""
        return Usage(self._process.cpu_percent() / 100, int(self._process.memory_info().rss))
