"""What every runner has in common: the job, the clock by which audio is given, the lines that are told, the cost.

Runs in the runner's process, on its main thread; `tell` may be called from any thread. Lines, one JSON object each:

    {"began": t}                                    the clock (time.monotonic, s) when second 0 of the audio was due
    {"t": t, "committed": text, "shown": text}      the text changed: all that is settled; the same and what may change
    {"t": t, "committed": …, "shown": …, "stable": text}    for a system that tells settled words before its final text
    {"done": true, "t": t, "cpu": s, "rss": bytes, "others": s, "late": s}    the end: processor seconds and peak memory
                                                    of the process with its children; what other programs took of its
                                                    core; the worst delay of the feeding
    {"failed": sentence}                            instead of it
"""

import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from desktop.bench.live.peak_memory import peak_memory

SAMPLE_RATE = 16_000
BLOCK = 512
"""samples in a piece of audio, as a microphone would give them"""


@dataclass(frozen=True, slots=True)
class Job:
    """What a runner has to do; travels as JSON."""

    model: str
    """directory of a CTranslate2 Whisper model"""
    language: str
    audio: str
    """file of float32 samples at 16 kHz, written by numpy.save; silence behind the speech included"""
    speech: int
    """samples of it up to the end of the last recording: what is decoded by those who see the whole file"""
    beam: int
    is_aware: bool
    """in real time; else time stands still while the system computes, and t is seconds of audio"""

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Job":
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def samples(self) -> NDArray[np.float32]:
        """Shape (n,), at 16 kHz."""
        loaded: NDArray[np.float32] = np.load(self.audio)
        return loaded


class System(Protocol):
    """A live recogniser, as the runner drives it."""

    def load(self) -> None:
        """Open the model and warm up; nothing of it is measured."""

    def give(self, samples: NDArray[np.float32]) -> None:
        """The next piece of audio, shape (BLOCK,) or shorter. Returns at once."""

    def finish(self) -> None:
        """No more audio comes; returns when the text is final."""


class Channel:
    """The lines to the benchmark. Takes standard output for itself; whatever else prints goes to standard error."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
        os.dup2(2, 1)
        self._lock = threading.Lock()
        self._told: tuple[str, ...] = ()

    def tell(self, committed: str, shown: str, *, stable: str | None = None, at: float | None = None) -> None:
        """The text is now this; told only if it changed. at: its time, now if None."""
        now = time.monotonic() if at is None else at
        texts = (committed, shown) if stable is None else (committed, shown, stable)
        with self._lock:
            if texts == self._told:
                return
            self._told = texts
            self._line({"t": now, **dict(zip(("committed", "shown", "stable"), texts, strict=False))})

    def began(self, at: float) -> None:
        with self._lock:
            self._line({"began": at})

    def done(self, cost: "Cost", late: float, at: float) -> None:
        cpu = cost.cpu()
        with self._lock:
            content = {"cpu": cpu, "rss": cost.rss(), "others": cost.others(cpu), "late": late}
            self._line({"done": True, "t": at, **content})

    def failed(self, sentence: str) -> None:
        with self._lock:
            self._line({"failed": sentence})

    def _line(self, content: dict[str, Any]) -> None:
        self._out.write(json.dumps(content) + "\n")
        self._out.flush()


class Cost:
    """What this process and its children use from when it is made on."""

    def __init__(self) -> None:
        self._before = _cpu_seconds()
        self._core = _only_core()
        self._busy_before = _busy_seconds(self._core)

    def cpu(self) -> float:
        """Processor seconds, user and system."""
        return _cpu_seconds() - self._before

    def others(self, cpu: float) -> float:
        """Seconds that other programs took of the one core that this process is bound to; `cpu` is what this one used.
        0 where it is not bound to one."""
        return max(0.0, _busy_seconds(self._core) - self._busy_before - cpu) if self._core is not None else 0.0

    def rss(self) -> int:
        """The most memory in bytes that each process ever had resident, summed."""
        return sum(peak_memory(process) for process in _family())


def feed(samples: NDArray[np.float32], give: Callable[[NDArray[np.float32]], None], began: float) -> float:
    """Give the audio in real time: each block when its last sample would have been recorded. Returns by how many
    seconds the worst one was late."""
    worst = 0.0
    for start in range(0, len(samples), BLOCK):
        block = samples[start : start + BLOCK]
        due = began + (start + len(block)) / SAMPLE_RATE
        wait = due - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        worst = max(worst, time.monotonic() - due)
        give(block)
    return worst


def main(make: Callable[[Job, Channel], System]) -> None:
    """Run the job in the file that the command line names, in real time; ends the process."""

    def run(job: Job, channel: Channel) -> None:
        system = make(job, channel)
        system.load()
        samples = job.samples()
        cost = Cost()
        began = time.monotonic() + 0.05
        channel.began(began)
        late = feed(samples, system.give, began)
        system.finish()
        channel.done(cost, late, time.monotonic())

    guarded(run)


def guarded(run: Callable[[Job, Channel], None]) -> None:
    """Run the job in the file that the command line names; ends the process, whatever threads a system left."""
    channel = Channel()
    try:
        run(Job.read(Path(sys.argv[1])), channel)
    except BaseException as error:
        traceback.print_exc()
        last = str(error).strip().splitlines()[-1:] or [""]
        channel.failed(f"{type(error).__name__}: {last[0]}" if last[0] else type(error).__name__)
    sys.stderr.flush()
    _end_family()
    os._exit(0)


def _family() -> list[Any]:
    import psutil

    me = psutil.Process()
    return [me, *me.children(recursive=True)]


def _cpu_seconds() -> float:
    import psutil

    total = 0.0
    for process in _family():
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
        if process.pid == os.getpid():
            total += getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    return total


def _only_core() -> int | None:
    usable = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    return next(iter(usable)) if len(usable) == 1 else None


def _busy_seconds(core: int | None) -> float:
    import psutil

    if core is None:
        return 0.0
    times = psutil.cpu_times(percpu=True)[core]
    names = ("user", "nice", "system", "irq", "softirq", "steal")
    return sum(getattr(times, name, 0.0) for name in names)


def _end_family() -> None:
    import psutil

    for process in _family()[1:]:
        try:
            process.kill()
        except psutil.Error:
            continue
