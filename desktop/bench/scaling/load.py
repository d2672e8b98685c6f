"""What is simulated: people who speak, what their words cost, and what came of it. Pure values."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Service:
    """What a worker's slot needs for one job, in seconds: the mean and, of its logarithm, the spread."""

    partial: float
    final: float
    spread: float = 0.3
    after: tuple[float, ...] = ()
    """behind a final, each on the same workers: translating, speaking"""


@dataclass(frozen=True, slots=True)
class Speech:
    """How people speak: mean seconds of an utterance and of the pause behind it, and the least between two looks at a
    running utterance."""

    utterance: float = 4.0
    pause: float = 1.5
    step: float = 0.3
    silence: float = 0.5
    """that ends an utterance; a final is asked for behind it"""


@dataclass(frozen=True, slots=True)
class Scene:
    """speakers: at each change, (seconds, how many speak from then on). slots: decodings at a time from the start.
    way: seconds that a job spends between gateway, Redis and worker."""

    speakers: tuple[tuple[float, int], ...]
    slots: int
    service: Service
    speech: Speech = field(default_factory=Speech)
    way: float = 0.02
    seconds: float = 60.0
    warm: float = 10.0
    """seconds that are not counted"""
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """finals: from the end of speech to the final text (or what comes last behind it), seconds. gaps: between two
    looks at a running utterance. busy: share of the slots' time. slots: at each change, (seconds, how many)."""

    finals: tuple[float, ...]
    gaps: tuple[float, ...]
    jobs: int
    replaced: int
    """looks that a newer one, or the final, made needless"""
    busy: float
    slots: tuple[tuple[float, int], ...]
    slot_seconds: float
    late: tuple[tuple[float, float], ...] = ()
    """each final: (when, seconds)"""
