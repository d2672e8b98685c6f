"""`parley bench latency`: how long a user waits, and what listening costs.

The test recordings are played in real time into a virtual microphone; the engine translates and speaks on a
virtual output, which is recorded as well. Every delay is taken by clocks of the running program, so computing
is in it. Main thread.
"""

import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from desktop.bench.delays import Delays, Sentence, Timeline, delays
from desktop.bench.figures import Summary, summarized
from desktop.bench.idle import engine_share, window_share
from desktop.bench.report import machine, machine_line, print_json, progress
from desktop.bench.rig import Rig
from desktop.bench.script import FOLDER, Recording, recordings
from desktop.bench.virtual_audio import VirtualAudio
from desktop.engine.errors import EngineError
from desktop.engine.events import (
    SAMPLE_RATE,
    AudioFrame,
    Event,
    ModelProgress,
    SpeechAudio,
    State,
    StateChanged,
    TranscriptUpdate,
)
from desktop.engine.models import InstalledModel, recognition_model
from desktop.settings import Settings
from desktop.settings_store import changed

LIMITS = {"first_partial": 1.0, "final": 1.0, "speech": 0.5, "idle_engine": 0.02, "idle_window": 0.02}
"""s, s, s, share of a core, share of a core"""
LOUD = 0.003
"""amplitude from which the recorded output counts as sound; a silent null output is exactly 0"""
SILENCE = 0.7
"""seconds without sound after which nothing is being spoken; longer than pauses between words"""
_EARLY = 0.05
"""seconds by which sound may be recorded before its event is handed out"""


@dataclass(slots=True)
class Findings:
    """Everything that was measured."""

    delays: Delays
    first_sound: tuple[float, ...]
    """final text -> first sound at the output, s"""
    capture: float
    """s that the server held back what the microphone heard; in all delays that begin with sound"""
    cpu_seconds: float
    """processor seconds per second of audio, the whole program, listening in real time"""
    real_time_factor: float
    """of a file read as fast as possible, recognition alone"""
    idle_engine: float
    idle_window: float | None
    """share of a core; None: the window could not be opened"""
    errors: list[str] = field(default_factory=list)
    disturbed: list[str] = field(default_factory=list)
    """recordings that were heard with gaps"""


def main(settings: Settings, *, as_json: bool) -> int:
    """Measure and print; returns 0 if every limit holds, else 1. Raises EngineError."""
    model = recognition_model(settings.recognition.model)
    about = machine()
    everything = tuple(one for one in recordings() if one.entries)
    findings = measure(settings, everything)
    checks = _checks(findings)
    if as_json:
        print_json(_record(about, model, findings, checks))
    else:
        _print(about, model, findings, checks)
    return 0 if all(is_good for _, _, is_good in checks.values()) else 1


def measure(settings: Settings, everything: Sequence[Recording]) -> Findings:
    """Play every recording with word times, then measure the costs."""
    parts: list[Delays] = []
    sounds: list[float] = []
    errors: list[str] = []
    disturbed: list[str] = []
    spent = heard = capture = 0.0
    with progress(sum(one.seconds for one in everything) + 40, "s") as shown, VirtualAudio() as audio:
        for language in dict.fromkeys(one.language for one in everything):
            live = _live(settings, language)
            with Rig(live, audio) as rig, _OutputListener() as output:
                capture = max(capture, rig.timeline.extra)
                script: list[Sentence] = []
                for one in everything:
                    if one.language != language:
                        continue
                    shown.at(f"{one.path.name}")
                    began, cpu = time.monotonic(), time.process_time()
                    script += rig.play(one)
                    spent += time.process_time() - cpu
                    heard += time.monotonic() - began
                    shown.advance(one.seconds)
                parts.append(delays(script, rig.timeline))
                sounds += first_sounds(rig.timeline, output.sounds)
                errors += rig.errors
                disturbed += rig.disturbed
                if language == everything[0].language:
                    shown.at("engine, stopped")
                    rig.stop()
                    output.close()
                    idle = engine_share()
                    shown.advance(10)
        shown.at("as fast as possible")
        factor = real_time_factor(settings)
        shown.advance(10)
        shown.at("window, stopped")
        window = window_share()
        shown.advance(20)
    return Findings(_together(parts), tuple(sounds), capture, spent / heard, factor, idle, window, errors, disturbed)


def _live(settings: Settings, language: str) -> Settings:
    return changed(
        settings,
        {
            "recognition.language": language,
            "translation.target": "es" if language == "en" else "en",
            "translation.live": True,
            "speech.enabled": True,
            "speech.output": "output:headset",
            # The virtual output cannot be heard by the virtual microphone, which the server does not know.
            "speech.mute_capture": "never",
        },
    )


def _together(parts: Sequence[Delays]) -> Delays:
    def all_of(name: str) -> tuple[float, ...]:
        return tuple(value for part in parts for value in getattr(part, name))

    return Delays(
        first_partial=all_of("first_partial"),
        final=all_of("final"),
        translation=all_of("translation"),
        speech=all_of("speech"),
        commit=all_of("commit"),
        missed=sum(part.missed for part in parts),
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
        from desktop.engine.audio.choose import source_for

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


def real_time_factor(settings: Settings) -> float:
    """Seconds that the engine needs for one second of a file, read as fast as it goes."""
    from desktop.engine.audio.file import FileSource
    from desktop.engine.engine import Engine

    file = FOLDER / "stream-en.flac"
    plain = changed(
        settings,
        {"recognition.language": "en", "translation.target": "", "speech.enabled": False, "recognition.step": 5.0},
    )
    engine = Engine(plain)
    ready, done = threading.Event(), threading.Event()

    def note(event: Event) -> None:
        if isinstance(event, ModelProgress) and event.fraction >= 1:
            ready.set()
        if isinstance(event, StateChanged) and event.state in (State.IDLE, State.FAILED):
            done.set()

    engine.subscribe(note)
    thread = threading.Thread(target=engine.run, name="bench-engine", daemon=True)
    thread.start()
    try:
        engine.prepare()
        if not ready.wait(60):
            raise EngineError("The recogniser was not loaded within a minute.")
        began = time.monotonic()
        source = FileSource(file)
        engine.start(source)
        if not done.wait(300):
            raise EngineError("A minute of speech was not recognised within five minutes.")
        return (time.monotonic() - began) / (source.duration or 1.0)
    finally:
        engine.close()
        thread.join(6.0)


def _checks(found: Findings) -> dict[str, tuple[float, float, bool]]:
    """Figure -> (value that is judged, limit, whether it holds). Delays are judged by their 95th percentile."""
    values: dict[str, float] = {}
    for name in ("first_partial", "final", "speech"):
        measured: tuple[float, ...] = getattr(found.delays, name)
        values[name] = summarized(measured).p95 if measured else float("inf")
    values["idle_engine"] = found.idle_engine
    if found.idle_window is not None:
        values["idle_window"] = found.idle_window
    return {name: (value, LIMITS[name], value <= LIMITS[name]) for name, value in values.items()}


_ROWS = (
    ("first_partial", "First text after the onset"),
    ("final", "Final text after the last word"),
    ("translation", "Final translation after the final text"),
    ("speech", "First translated audio after the final text"),
    ("first_sound", "The same, recorded at the silent output"),
    ("commit", "A word is committed after its end"),
)
_NOTES = (
    "Times of words are those of the synthesis that made the recordings. Delays count from when a sound entered the "
    "virtual microphone and include computing. A limit is held if the 95th percentile is within it.",
    "Sentences that were heard as one utterance count once. Negative: it came earlier, from partial text.",
)


def _summaries(found: Findings) -> dict[str, Summary]:
    measured = {name: getattr(found.delays, name, ()) for name, _ in _ROWS} | {"first_sound": found.first_sound}
    return {name: summarized(values) for name, values in measured.items() if values}


def _print(
    about: dict[str, Any], model: InstalledModel, found: Findings, checks: dict[str, tuple[float, float, bool]]
) -> None:
    from rich.console import Console
    from rich.table import Table

    print(f"Latency of {model.label}, through a virtual microphone of a real sound server, in real time.")
    print(machine_line(about))
    table = Table(box=None, pad_edge=False)
    table.add_column("Seconds")
    for heading in ("Count", "Min", "Median", "p95", "Max", "Limit", ""):
        table.add_column(heading, justify="right")
    summaries = _summaries(found)
    for name, title in _ROWS:
        if name not in summaries:
            table.add_row(title, "0", *("–" * 4))
            continue
        one = summaries[name]
        shown = (f"{value:.2f}" for value in (one.minimum, one.median, one.p95, one.maximum))
        table.add_row(title, str(one.count), *shown, *_limit(name, checks, "{:.1f}"))
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else 110).print(table)
    print(f"Sentences without any text: {found.delays.missed}.")
    print(f"Held back by the sound server before Parley could hear it, included: {found.capture:.3f} s.")
    print(f"Processor while listening, translating and speaking: {found.cpu_seconds:.2f} s for each second of audio.")
    print(f"Real-time factor of a file, recognition alone: {found.real_time_factor:.3f}.")
    print(f"Stopped, engine alone: {found.idle_engine:.2%} of a core ({_word(checks['idle_engine'])}, limit 2 %).")
    if found.idle_window is None:
        print("Stopped, with the window: not measured, the window could not be opened.")
    else:
        print(
            f"Stopped, with the window: {found.idle_window:.2%} of a core ({_word(checks['idle_window'])}, limit 2 %)."
        )
    if found.disturbed:
        print(f"The machine was too busy to play {', '.join(found.disturbed)} without gaps.")
    for note in (*_NOTES, *found.errors):
        print(note)


def _limit(name: str, checks: dict[str, tuple[float, float, bool]], form: str) -> tuple[str, str]:
    return (form.format(checks[name][1]), _word(checks[name])) if name in checks else ("", "")


def _word(check: tuple[float, float, bool]) -> str:
    return "pass" if check[2] else "FAIL"


def _record(
    about: dict[str, Any], model: InstalledModel, found: Findings, checks: dict[str, tuple[float, float, bool]]
) -> dict[str, Any]:
    return {
        "machine": about,
        "model": model.label,
        "seconds": {
            name: {
                "count": one.count,
                "min": round(one.minimum, 3),
                "median": round(one.median, 3),
                "p95": round(one.p95, 3),
                "max": round(one.maximum, 3),
            }
            for name, one in _summaries(found).items()
        },
        "missed_sentences": found.delays.missed,
        "capture_seconds": round(found.capture, 4),
        "cpu_seconds_per_second": round(found.cpu_seconds, 3),
        "real_time_factor": round(found.real_time_factor, 4),
        "idle_engine": round(found.idle_engine, 4),
        "idle_window": None if found.idle_window is None else round(found.idle_window, 4),
        "limits": {name: {"limit": limit, "holds": holds} for name, (_, limit, holds) in checks.items()},
        "notes": list(_NOTES),
        "errors": found.errors,
        "disturbed": found.disturbed,
    }
