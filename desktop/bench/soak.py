"""`parley bench soak`: continuous speech for as long as you like. Neither lag, nor memory, nor a queue may grow.

The test recordings are joined endlessly, in random order, with short pauses, and pushed in real time; the engine
recognises, translates and speaks to nowhere. What is measured is kept for each period only, so that the measurement
itself takes no memory that grows. Main thread; the engine and the feeder run on their own.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from desktop.bench.figures.errors import Errors, percentile
from desktop.bench.live.feeder import Feeder
from desktop.bench.live.harness import decoded
from desktop.bench.live.script import Recording, recordings
from desktop.bench.live.silent_output import SilentOutput
from desktop.bench.live.soak_listener import ScriptMatcher
from desktop.bench.reports.machine import machine
from desktop.bench.reports.output import ReportOutput, deliver
from desktop.bench.reports.progress import progress
from desktop.bench.reports.report import Chart, Check, Report, Series, Table
from desktop.bench.reports.trend import Trend, trend
from desktop.engine.engine import Engine
from desktop.engine.errors import EngineError
from desktop.engine.events import (
    SAMPLE_RATE,
    State,
)
from desktop.engine.live.backends import Backends
from desktop.engine.message import verbatim
from desktop.engine.models.choice import chosen_model
from desktop.settings.declaration import Settings
from desktop.settings.store import changed

LAG_BOUND = 0.002
"""seconds per minute of lag that are too few to matter: 0.06 s in half an hour"""
MEMORY_BOUND = 0.2
"""MB per minute: 6 MB in half an hour"""
_PERIODS = 10
"""at least so many periods, if need be shorter than a minute"""
_JUDGED = 10.0
"""minutes that it takes to tell a rise from warming up"""
_WARM_UP = 0.1
"""share of the periods that are left out of the trends: caches and heaps fill"""
_AHEAD = 5.0
"""seconds of speech that wait to be pushed, so that it never stops"""
_PAUSES = (0.3, 1.2)
"""seconds between recordings"""
_NOTES = (
    "Lag: end of a word to its commitment, of the words of the period. Queued: pieces of work that wait for a stage.",
    "Slopes: least squares over the periods, the first tenth left out, with 95 % intervals. Flat: the interval reaches "
    "0, or lies below a bound that does not matter.",
    "Words lost: words of the script that are missing in the text. Some are the model's, which hears one word for two.",
)


@dataclass(frozen=True, slots=True)
class Period:
    """What happened in one period."""

    minutes: float
    """since the start, at its end"""
    lag_p50: float | None
    """s; None: no word was committed"""
    lag_p95: float | None
    memory: float
    """resident set, MB"""
    cpu: float
    """processor seconds for each second"""
    queued: int
    """pieces of work that waited at its end, all stages"""
    spoken_queue: float
    """seconds of speech that waited to be played"""
    dropped: float
    """seconds of audio, since the start"""
    errors: Errors
    """of the words of the period"""


def main(settings: Settings, *, minutes: float, output: ReportOutput) -> int:
    """Measure and print; returns 0 if nothing grows, else 1. Raises EngineError."""
    output.check()
    label = chosen_model(settings.recognition).label
    about = machine()
    periods, problems = measure(settings, minutes)
    return deliver(report(label, about, minutes, periods, problems), output)


def measure(settings: Settings, minutes: float) -> tuple[tuple[Period, ...], tuple[str, ...]]:
    """Let the engine hear continuous speech. Returns the periods, and what the engine complained of."""
    import psutil

    process = psutil.Process()
    length = min(60.0, minutes * 60 / _PERIODS)
    live = changed(
        settings,
        {
            "recognition.backend": "whisper",
            "recognition.language": "en",
            "translation.target": "es",
            "speech.enabled": True,
            "speech.mute_capture": "never",
        },
    )
    listener = ScriptMatcher()
    engine = Engine(live, Backends(output=lambda *_: SilentOutput()))
    engine.subscribe(listener.take)
    thread = threading.Thread(target=engine.run, name="bench-engine", daemon=True)
    thread.start()
    feeder = Feeder()
    speech = _speech()
    periods: list[Period] = []
    try:
        engine.start(feeder.source)
        _wait(listener, lambda: listener.state in (State.LISTENING, State.FAILED), "the engine to listen")
        if listener.state is State.FAILED:
            raise EngineError(verbatim(listener.problems[-1] if listener.problems else "The engine could not listen."))
        feeder.start()
        listener.began = feeder.began
        at, spent = feeder.began, time.process_time()
        end = feeder.began + minutes * 60
        nothing = threading.Event()
        with progress(minutes, "min") as shown:
            while at < end:
                if feeder.ahead < _AHEAD:
                    recording, samples, pause = next(speech)
                    samples = np.concatenate((samples, np.zeros(round(pause * SAMPLE_RATE), np.float32)))
                    listener.say(recording, feeder.add(samples))
                nothing.wait(0.2)
                now = time.monotonic()
                if now - at < length and now < end:
                    continue
                cpu = time.process_time()
                lags, errors = listener.period(now - feeder.began)
                news = listener.metrics
                periods.append(
                    Period(
                        minutes=(now - feeder.began) / 60,
                        lag_p50=percentile(lags, 50) if lags else None,
                        lag_p95=percentile(lags, 95) if lags else None,
                        memory=process.memory_info().rss / 1e6,
                        cpu=(cpu - spent) / (now - at),
                        queued=sum(news.queued.values()) if news else 0,
                        spoken_queue=news.spoken_queue if news else 0.0,
                        dropped=news.dropped_seconds if news else 0.0,
                        errors=errors,
                    )
                )
                shown.at(f"lag {periods[-1].lag_p50 or 0:.2f} s, {periods[-1].memory:.0f} MB")
                shown.advance((now - at) / 60)
                at, spent = now, cpu
    finally:
        feeder.close()
        engine.close()
        thread.join(6.0)
    return tuple(periods), tuple(dict.fromkeys(listener.problems))


def _speech() -> Iterator[tuple[Recording, Any, float]]:
    """(recording, its samples, seconds of silence behind it), without end, always in the same order."""
    known = [one for one in recordings() if one.language == "en" and one.sentences]
    samples = {one.path.name: decoded(one.path) for one in known}
    chance = random.Random(4)
    while True:
        for one in chance.sample(known, len(known)):
            yield one, samples[one.path.name], chance.uniform(*_PAUSES)


def _wait(listener: ScriptMatcher, condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    with listener.changed:
        while not condition():
            if time.monotonic() > deadline:
                raise EngineError(verbatim(f"Gave up waiting for {what} after a minute."))
            listener.changed.wait(0.1)


def trends(periods: Sequence[Period]) -> dict[str, Trend]:
    """Slope per minute of lag (s) and memory (MB), the warm-up left out; what has too few periods is left out, too."""
    settled = periods[round(len(periods) * _WARM_UP) :]
    lagging = [one for one in settled if one.lag_p50 is not None]
    found = {}
    if len(lagging) >= 3:
        found["lag"] = trend([one.minutes for one in lagging], [one.lag_p50 or 0.0 for one in lagging])
    if len(settled) >= 3:
        found["memory"] = trend([one.minutes for one in settled], [one.memory for one in settled])
    return found


def report(
    label: str, about: dict[str, Any], minutes: float, periods: Sequence[Period], problems: Sequence[str]
) -> Report:
    """What the periods say. Pure."""
    found = trends(periods)
    errors = sum((one.errors for one in periods), Errors())
    bounds = {"lag": LAG_BOUND, "memory": MEMORY_BOUND}
    units = {"lag": "s a minute", "memory": "MB a minute"}
    checks = [
        # Only a rise that is sure, and large enough to matter, counts.
        Check(
            f"Rise of {name} that is sure", None if one is None else _sure(one, bounds[name]), bounds[name], units[name]
        )
        for name in bounds
        for one in (found.get(name),)
        if minutes >= _JUDGED
    ]
    too_short = () if checks else (f"Too short to judge whether something grows: that takes {_JUDGED:g} minutes.",)
    dropped = max((one.dropped for one in periods), default=0.0)
    rows = [
        (
            f"{one.minutes:.1f}" if minutes >= _PERIODS else f"{one.minutes:.2f}",
            "–" if one.lag_p50 is None else f"{one.lag_p50:.2f} s",
            "–" if one.lag_p95 is None else f"{one.lag_p95:.2f} s",
            f"{one.memory:.1f} MB",
            f"{one.cpu:.0%}",
            str(one.queued),
            f"{one.spoken_queue:.1f} s",
            str(one.errors.deletions),
        )
        for one in periods
    ]
    columns = ("Minute", "Lag p50", "Lag p95", "Memory", "Core", "Queued", "To speak", "Words lost")
    slopes = [
        (name, f"{one.slope:+.4f} {units[name]}", f"{one.low:+.4f} to {one.high:+.4f}", f"{bounds[name]:g}")
        for name, one in found.items()
    ]
    lost = (
        f"Words said: {errors.words}, lost: {errors.deletions}, heard wrong: {errors.substitutions}, "
        f"too many: {errors.insertions}. Audio dropped: {dropped:.1f} s."
    )
    x = tuple(one.minutes for one in periods)
    heard = [one for one in periods if one.lag_p50 is not None and one.lag_p95 is not None]
    when = tuple(one.minutes for one in heard)
    return Report(
        kind="soak",
        title=f"Continuous speech for {minutes:g} minutes, {label}: recognised, translated and spoken, in real time.",
        machine=about,
        tables=(Table(columns, tuple(rows)), Table(("Slope", "Value", "95 % interval", "Bound"), tuple(slopes))),
        notes=(lost, *too_short, *_NOTES, *problems),
        checks=(*checks, Check("Audio dropped", dropped, 0.0, "s")),
        charts=(
            Chart(
                "lines",
                "Lag: end of a word to its commitment",
                "minutes",
                "seconds",
                (
                    Series("median", when, tuple(one.lag_p50 or 0.0 for one in heard)),
                    Series("95th percentile", when, tuple(one.lag_p95 or 0.0 for one in heard)),
                ),
            ),
            Chart("lines", "Memory", "minutes", "MB", (Series("resident", x, tuple(one.memory for one in periods)),)),
            Chart("lines", "Processor", "minutes", "cores", (Series("used", x, tuple(one.cpu for one in periods)),)),
        ),
        data={
            "model": label,
            "minutes": minutes,
            "periods": [
                {
                    "minutes": round(one.minutes, 3),
                    "lag_p50": one.lag_p50,
                    "lag_p95": one.lag_p95,
                    "memory_mb": round(one.memory, 2),
                    "cpu": round(one.cpu, 4),
                    "queued": one.queued,
                    "spoken_queue": round(one.spoken_queue, 2),
                    "dropped_seconds": one.dropped,
                    "words": one.errors.words,
                    "lost": one.errors.deletions,
                }
                for one in periods
            ],
            "slopes": {
                name: {"per_minute": one.slope, "low": one.low, "high": one.high, "is_flat": one.is_flat(bounds[name])}
                for name, one in found.items()
            },
            "words": errors.words,
            "lost": errors.deletions,
            "heard_wrong": errors.substitutions,
            "too_many": errors.insertions,
        },
    )


def _sure(found: Trend, bound: float) -> float:
    """0 if the line may well be flat, else its slope."""
    return 0.0 if found.is_flat(bound) else found.slope
