"""How the recogniser runs best on this machine: processor or graphics card, number format, threads.

A short measurement on the real model (`measure`, on a thread of its own, cancellable) times a few choices; which ones,
and which is best, is decided purely (`next_choice`, `best`). What was found is kept per machine and model
(`TuningCache`) and used wherever a setting says "auto" (`resolved`).
"""

import logging
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any, Literal

from desktop.engine.errors import ModelBroken
from desktop.engine.models.speed.machine import has_card as has_card
from desktop.settings.declaration import RecognitionSettings

log = logging.getLogger(__name__)

Device = Literal["cpu", "cuda"]

BUDGET = 8.0
"""seconds that a measurement may take; a choice that would not fit any more is not tried"""
WORTH = 0.8
"""twice the threads must bring the time below this share of it: the other cores translate, speak and draw"""
WINDOW = 5.0
"""seconds of audio in one look"""
TOKENS = 16
"""tokens written in one look: about what is said in WINDOW"""
_PROCESSOR_TYPES = ("int8", "float32")
_CARD_TYPES = ("float16", "int8_float16", "float32")
_MOST_THREADS = 8
_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to run the recogniser."""

    device: Device
    compute_type: str
    """CTranslate2's number format; "default" is how the model is stored"""
    threads: int

    @property
    def label(self) -> str:
        """As shown to the user."""
        if self.device == "cuda":
            return f"graphics card, {self.compute_type}"
        return f"processor, {self.compute_type}, {self.threads} thread{'' if self.threads == 1 else 's'}"


UNTUNED = Choice("cpu", "int8", 1)
"""what is used on a processor as long as nothing was measured"""


@dataclass(frozen=True, slots=True)
class Timing:
    """What one choice took."""

    choice: Choice
    encode: float
    """seconds for WINDOW seconds of audio"""
    token: float
    """seconds for one token"""

    @property
    def look(self) -> float:
        """Seconds for one look at WINDOW seconds of speech."""
        return self.encode + TOKENS * self.token

    @property
    def cost(self) -> float:
        """Seconds, more threads counted against it by WORTH; the least is the best."""
        return self.look * float(self.choice.threads ** -math.log2(WORTH))


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to choose from."""

    cores: int
    """physical ones"""
    processor_types: tuple[str, ...]
    card_types: tuple[str, ...]
    """empty where there is no graphics card that CTranslate2 can use"""


@dataclass(frozen=True, slots=True)
class Tuning:
    """What a measurement found."""

    choice: Choice
    timings: tuple[Timing, ...]
    failed: tuple[Choice, ...] = ()
    """choices that could not be loaded"""
    is_complete: bool = True
    """every choice worth trying was tried before BUDGET or a cancellation ended it"""

    @property
    def real_time_factor(self) -> float:
        """Seconds of work per second of speech with the choice; below 1 it keeps up, below 0.3 with ease."""
        return next(timing.look for timing in self.timings if timing.choice == self.choice) / WINDOW


def next_choice(machine: Machine, timings: Sequence[Timing], failed: Sequence[Choice] = ()) -> Choice | None:
    """What to measure after these: the graphics card, then more and more threads as long as they pay, then the
    other number formats. None: enough is known. Pure."""
    tried = {timing.choice for timing in timings} | set(failed)
    for name in _CARD_TYPES:
        if name in machine.card_types and Choice("cuda", name, 1) not in tried:
            return Choice("cuda", name, 1)
    types = [name for name in _PROCESSOR_TYPES if name in machine.processor_types] or ["default"]
    first = types[0]
    of_first = {t.choice.threads: t for t in timings if (t.choice.device, t.choice.compute_type) == ("cpu", first)}
    threads = 1
    while threads <= min(machine.cores, _MOST_THREADS):
        choice = Choice("cpu", first, threads)
        if choice not in tried:
            return choice
        if threads > 1 and not (threads in of_first and of_first[threads].cost < of_first[threads // 2].cost):
            break
        if threads not in of_first:
            break
        threads *= 2
    fastest = min(of_first.values(), key=lambda t: t.cost).choice.threads if of_first else 1
    return next((one for name in types[1:] if (one := Choice("cpu", name, fastest)) not in tried), None)


def best(timings: Sequence[Timing]) -> Choice:
    """The choice of least cost. Raises ValueError if there is none."""
    return min(timings, key=lambda timing: timing.cost).choice


def resolved(settings: RecognitionSettings, measured: Choice | None, *, has_card: bool) -> Choice:
    """What the settings mean: what they say themselves, else what was measured, else what is safe. Pure."""
    device: Device
    if settings.device != "auto":
        device = settings.device
    elif measured is not None:
        device = measured.device if has_card else "cpu"
    else:
        device = "cuda" if has_card else "cpu"
    fits = measured is not None and measured.device == device
    compute_type = settings.compute_type
    if compute_type == "auto":
        # Published models are stored as float16, which processors lack; a graphics card has it.
        unmeasured = UNTUNED.compute_type if device == "cpu" else "default"
        compute_type = unmeasured if measured is None or not fits else measured.compute_type  # type: ignore[assignment]
    threads = settings.threads or (1 if measured is None or not fits else measured.threads)
    return Choice(device, compute_type, threads)


def this_machine() -> Machine:
    """What CTranslate2 finds here."""
    import ctranslate2
    import psutil

    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    card = tuple(sorted(ctranslate2.get_supported_compute_types("cuda"))) if has_card() else ()
    return Machine(cores, tuple(sorted(ctranslate2.get_supported_compute_types("cpu"))), card)


def measure(
    path: Path,
    *,
    cancelled: Event | None = None,
    on_progress: Callable[[float, Choice], None] | None = None,
    budget: float = BUDGET,
    machine: Machine | None = None,
) -> Tuning:
    """Time the Whisper model in the directory `path`; takes about `budget` seconds at most, one choice at least.

    Call it on a thread of its own. cancelled: set it to end within a second or so; what was measured so far decides.
    on_progress: gets (share of the budget that is spent 0..1, what is timed next). Raises ModelBroken if the model
    cannot be loaded in any way, or nothing was measured before it was cancelled."""
    from desktop.engine.models.speed.timed_model import TimedWhisper
    from desktop.system.heap import give_back

    machine = machine or this_machine()
    began = monotonic()
    timings: list[Timing] = []
    failed: list[Choice] = []
    longest = 0.0
    is_complete = True
    while (choice := next_choice(machine, timings, failed)) is not None:
        spent = monotonic() - began
        if (timings and spent + longest > budget) or (cancelled is not None and cancelled.is_set()):
            is_complete = False
            break
        if on_progress is not None:
            on_progress(min(1.0, spent / budget), choice)
        try:
            with TimedWhisper(path, choice.device, choice.compute_type, choice.threads) as whisper:
                timings.append(Timing(choice, *fastest(whisper)))
        except (RuntimeError, ValueError, OSError) as error:
            log.info("%s cannot be used: %s", choice.label, error)
            failed.append(choice)
        give_back()
        longest = max(longest, monotonic() - began - spent)
    if not timings:
        raise ModelBroken("model-not-measured", path=path)
    return Tuning(best(timings), tuple(timings), tuple(failed), is_complete)


def fastest(whisper: Any, window: float = WINDOW, tokens: int = TOKENS) -> tuple[float, float]:
    """The least seconds that a `TimedWhisper` took for so many seconds of audio, and for each of so many tokens."""
    whisper.look(window, tokens)  # the first call sets things up
    looks = [whisper.look(window, tokens) for _ in range(_REPEATS)]
    return min(one[0] for one in looks), min(one[1] for one in looks)
