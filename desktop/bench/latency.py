"""`parley bench latency`: how long a user waits, and what listening costs.

The test recordings are played in real time into a virtual microphone; the engine translates and speaks on a
virtual output, which is recorded as well. Every delay is taken by clocks of the running program, so computing
is in it. Pushed: without a sound server, speaking to nowhere. Main thread.
"""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from desktop.bench.figures.bootstrap import interval, spread_out
from desktop.bench.figures.delays import Delays, Timeline, delays
from desktop.bench.figures.errors import percentile, summarized
from desktop.bench.idle import engine_share, window_share
from desktop.bench.live.harness import Rig, Via
from desktop.bench.live.real_time import real_time_factor
from desktop.bench.live.script import Recording, chosen, quick, recordings
from desktop.bench.live.silent_output import SilentOutput
from desktop.bench.live.virtual_audio import VirtualAudio
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, deliver
from desktop.bench.reports.progress import progress
from desktop.bench.reports.report import Chart, Check, Report, Series, Table
from desktop.engine.errors import EngineError
from desktop.engine.events import SAMPLE_RATE, AudioFrame, SpeechAudio, TranscriptUpdate
from desktop.engine.live.backends import Backends
from desktop.engine.message import verbatim
from desktop.engine.models.choice import chosen_model
from desktop.settings.declaration import Settings
from desktop.settings.store import changed

LIMITS = {"first_partial": 0.7, "final": 0.35, "speech": 0.5, "idle_engine": 0.02, "idle_window": 0.02}
"""s, s, s, share of a core, share of a core"""
LOUD = 0.003
"""amplitude from which the recorded output counts as sound; a silent null output is exactly 0"""
SILENCE = 0.7
"""seconds without sound after which nothing is being spoken; longer than pauses between words"""
_EARLY = 0.05
"""seconds by which sound may be recorded before its event is handed out"""


@dataclass(slots=True)
class Findings:
    """Everything that was measured; one entry for each recording that was heard, repeats included."""

    delays: list[Delays] = field(default_factory=list)
    first_sound: list[float] = field(default_factory=list)
    """final text -> first sound at the output, s"""
    capture: float = 0.0
    """s that the server held back what the microphone heard; in all delays that begin with sound"""
    cpu: float = 0.0
    """processor seconds of the whole program, listening in real time"""
    heard: float = 0.0
    """seconds of audio meanwhile"""
    real_time_factor: float = 0.0
    """of a file read as fast as possible, recognition alone"""
    idle_engine: float | None = None
    idle_window: float | None = None
    """share of a core; None: not measured, or the window could not be opened"""
    errors: list[str] = field(default_factory=list)
    disturbed: list[str] = field(default_factory=list)
    """recordings that were heard with gaps"""

    def groups(self, name: str) -> list[tuple[float, ...]]:
        """The values of a delay, recording by recording, without recordings that have none."""
        found: list[tuple[float, ...]] = [getattr(one, name) for one in self.delays]
        return [values for values in found if values]


def main(
    settings: Settings, *, via: Via, is_quick: bool, only: Sequence[str] = (), repeats: int, output: ReportOutput
) -> int:
    """Measure and print; returns 0 if every limit holds, else 1. Raises EngineError."""
    output.check()
    label = chosen_model(settings.recognition).label
    about = machine()
    wanted = chosen(only, quick(recordings()) if is_quick else recordings())
    everything = tuple(one for one in wanted if one.entries)
    if not everything:
        raise EngineError(verbatim("The times of the words in these recordings are not known; choose others."))
    found = measure(settings, everything, via, repeats, is_quick=is_quick)
    return deliver(report(about, label, via, found), output)


def measure(settings: Settings, everything: Sequence[Recording], via: Via, repeats: int, *, is_quick: bool) -> Findings:
    """Play every recording with word times, languages in turn, then measure the costs. Quick: nothing idle."""
    found = Findings()
    languages = list(dict.fromkeys(one.language for one in everything))
    total = repeats * sum(one.seconds for one in everything) + (5 if is_quick else 40)
    with progress(total, "s") as shown, ExitStack() as stack:
        audio = stack.enter_context(VirtualAudio()) if via == "microphone" else None
        for turn in range(repeats):
            for language in languages:
                with ExitStack() as session:
                    rig = session.enter_context(Rig(_live(settings, language, via), audio, _backends(via)))
                    output = session.enter_context(_OutputListener()) if audio is not None else None
                    for one in everything:
                        if one.language == language:
                            shown.at(f"{one.path.name}, run {turn + 1} of {repeats}")
                            _hear(rig, one, found)
                            shown.advance(one.seconds)
                    found.capture = max(found.capture, rig.timeline.extra)
                    if output is not None:
                        found.first_sound += first_sounds(rig.timeline, output.sounds)
                    found.errors += rig.errors
                    found.disturbed += rig.disturbed
                    if found.idle_engine is None and not is_quick:
                        shown.at("engine, stopped")
                        rig.stop()
                        if output is not None:
                            output.close()
                        found.idle_engine = engine_share()
                        shown.advance(10)
        shown.at("as fast as possible")
        longest = max(everything, key=lambda one: one.seconds)
        found.real_time_factor = real_time_factor(settings, longest.path, longest.language)
        if not is_quick:
            shown.at("window, stopped")
            found.idle_window = window_share()
    return found


def _hear(rig: Rig, one: Recording, found: Findings) -> None:
    began, cpu = time.monotonic(), time.process_time()
    script = rig.play(one)
    found.cpu += time.process_time() - cpu
    found.heard += time.monotonic() - began
    found.delays.append(delays(script, rig.timeline))


def _backends(via: Via) -> Backends:
    return Backends() if via == "microphone" else Backends(output=lambda *_: SilentOutput())


def _live(settings: Settings, language: str, via: Via) -> Settings:
    return changed(
        settings,
        {
            "recognition.backend": "whisper",
            "recognition.language": language,
            "recognition.may_lower_model": False,
            "translation.target": "es" if language == "en" else "en",
            "translation.live": True,
            "speech.enabled": True,
            "speech.output": "output:headset" if via == "microphone" else "output:",
            # The virtual output cannot be heard by the virtual microphone, which the server does not know.
            "speech.mute_capture": "never",
        },
    )


def first_sounds(timeline: Timeline, sounds: Sequence[tuple[float, float]]) -> list[float]:
    """For each utterance that was spoken after its final text, into silence: final text -> first sound at the
    output. Others cannot be told from what is being spoken already.

    sounds: when each sound at the output began and ended, in order."""
    finals: dict[int, float] = {}
    spoken: dict[int, float] = {}
    for now, event in timeline.events:
        if isinstance(event, TranscriptUpdate) and event.is_final:
            finals.setdefault(event.segment_id, now)
        elif isinstance(event, SpeechAudio):
            spoken.setdefault(event.segment_id, now)
    found = []
    for segment_id, final in finals.items():
        at = spoken.get(segment_id, 0.0)
        if at < final or any(began <= at - _EARLY and ended >= at - SILENCE for began, ended in sounds):
            continue
        first = next((began for began, _ in sounds if began > at - _EARLY), None)
        if first is not None and first < at + 2.0:
            found.append(first - final)
    return found


class _OutputListener:
    """Records the output's monitor and notes when sound begins after silence. A context manager."""

    def __init__(self) -> None:
        from desktop.engine.audio.sources.choose import source_for

        self._source = source_for("loopback:headset")
        self._is_loud = False
        self.sounds: list[tuple[float, float]] = []

    def __enter__(self) -> "_OutputListener":
        self._source.open(self)
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._source.close()

    def frame(self, frame: AudioFrame) -> None:
        now = time.monotonic()
        loud = np.flatnonzero(np.abs(frame.samples) > LOUD)
        if len(loud) and not self._is_loud:
            # The frame ends now; its sound began as much earlier as lies behind it in the frame.
            self.sounds.append((now - (len(frame.samples) - int(loud[0])) / SAMPLE_RATE, now))
        elif len(loud):
            self.sounds[-1] = (self.sounds[-1][0], now)
        self._is_loud = bool(len(loud))

    def ended(self) -> None:
        pass

    def interrupted(self, error: EngineError) -> None:
        pass

    def resumed(self) -> None:
        pass


_ROWS = (
    ("first_partial", "First text after the onset"),
    ("final", "Final text after the last word"),
    ("translation", "Final translation after the final text"),
    ("speech", "First translated audio after the final text"),
    ("first_sound", "The same, recorded at the silent output"),
    ("commit", "A word is committed after its end"),
    ("commit_unaware", "The same, were the machine endlessly fast"),
)
_CURVES = {
    "first_partial": "first text",
    "final": "final text",
    "commit": "committed word",
    "commit_unaware": "the same, endlessly fast",
}
_NOTES = (
    "Times of words are those of the synthesis that made the recordings. Delays count from when a sound was made and "
    "include computing. A limit is held if the 95th percentile is within it. Interval: 95 %, of the median, bootstrap "
    "over recordings.",
    "Sentences that were heard as one utterance count once. Negative: it came earlier, from partial text.",
)


def checks(found: Findings) -> tuple[Check, ...]:
    """Delays are judged by their 95th percentile. Pure."""
    titles = dict(_ROWS)
    judged = []
    for name in ("first_partial", "final", "speech"):
        values = spread_out(found.groups(name))
        judged.append(Check(f"{titles[name]}, p95", percentile(values, 95) if values else None, LIMITS[name], "s"))
    for name, share in (("idle_engine", found.idle_engine), ("idle_window", found.idle_window)):
        if share is not None:
            what = "engine alone" if name == "idle_engine" else "with the window"
            judged.append(Check(f"Processor while stopped, {what}", 100 * share, 100 * LIMITS[name], "% of a core"))
    return tuple(judged)


def _groups(found: Findings, name: str) -> list[tuple[float, ...]]:
    return [(value,) for value in found.first_sound] if name == "first_sound" else found.groups(name)


def report(about: dict[str, Any], label: str, via: Via, found: Findings) -> Report:
    """What the findings say. Pure."""
    rows, seconds, curves = [], {}, []
    for name, title in _ROWS:
        if name == "first_sound" and via == "pushed":
            continue
        groups = _groups(found, name)
        if not groups:
            rows.append((title, "0", *("–" * 5)))
            continue
        values = spread_out(groups)
        one = summarized(values)
        bounds = interval(groups, lambda drawn: percentile(spread_out(drawn), 50))
        middle = f"{one.median:.2f} ({bounds.low:.2f}–{bounds.high:.2f})"
        limit = f"{LIMITS[name]:g}" if name in LIMITS else ""
        rows.append(
            (title, str(one.count), f"{one.minimum:.2f}", middle, f"{one.p95:.2f}", f"{one.maximum:.2f}", limit)
        )
        seconds[name] = {
            "count": one.count,
            "min": round(one.minimum, 3),
            "median": round(one.median, 3),
            "median_interval": [round(bounds.low, 3), round(bounds.high, 3)],
            "p95": round(one.p95, 3),
            "max": round(one.maximum, 3),
        }
        if name in _CURVES:
            ordered = sorted(values)
            share = tuple(100 * (index + 1) / len(ordered) for index in range(len(ordered)))
            curves.append(Series(_CURVES[name], tuple(ordered), share))
    missed = sum(one.missed for one in found.delays)
    through = "a virtual microphone of a real sound server" if via == "microphone" else "audio pushed in real time"
    cpu = found.cpu / found.heard if found.heard else 0.0
    notes = [
        f"Sentences without any text: {missed}.",
        f"Processor while listening, translating and speaking: {cpu:.2f} s for each second of audio.",
        f"Real-time factor of a file, recognition alone: {found.real_time_factor:.3f}.",
    ]
    if via == "microphone":
        notes.append(f"Held back by the sound server before Parley could hear it, included: {found.capture:.3f} s.")
    if found.idle_engine is not None and found.idle_window is None:
        notes.append("Stopped, with the window: not measured, the window could not be opened.")
    if found.disturbed:
        notes.append(f"The machine was too busy to play {', '.join(found.disturbed)} without gaps.")
    return Report(
        kind="latency",
        title=f"Latency of {label}, through {through}.",
        machine=about,
        tables=(Table(("Seconds", "Count", "Min", "Median", "p95", "Max", "Limit"), tuple(rows)),),
        notes=(*notes, *_NOTES, *dict.fromkeys(found.errors)),
        checks=checks(found),
        charts=(Chart("lines", "How long a user waits", "seconds", "% that came by then", tuple(curves)),),
        data={
            "model": label,
            "via": via,
            "seconds": seconds,
            "missed_sentences": missed,
            "capture_seconds": round(found.capture, 4),
            "cpu_seconds_per_second": round(cpu, 3),
            "real_time_factor": round(found.real_time_factor, 4),
            "idle_engine": found.idle_engine,
            "idle_window": found.idle_window,
            "errors": found.errors,
            "disturbed": found.disturbed,
        },
    )
