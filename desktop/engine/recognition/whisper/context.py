"""How short a window of audio each family of Whisper models bears. Pure.

Whisper was trained on windows of 30 s. Its encoder takes fewer frames, at a fraction of the cost, but what accuracy
that costs differs between models (docs/decisions/0006-short-context.md). So each family has limits that are safe
for it, and a model that nobody knows gets its 30 s.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Literal

import numpy as np

from desktop.engine.events import SAMPLE_RATE, Samples
from desktop.engine.models.whisper_directory import ModelDirectory, model_name

Context = Literal["auto", "short", "full"]

FRAMES = 3000
"""frames in Whisper's own window"""
HOP = 160
"""samples in a frame, 10 ms"""

_COMPARED = 4
"""latest comparisons that count"""
_TOO_OFTEN = 2
"""of them that differ"""
_MAY_DIFFER = 0.2
"""of the words"""


class Family(StrEnum):
    """Models that bear short windows alike."""

    DECLARED = "declared"
    """its parley.json says that it was trained on short windows"""
    BASE = "tiny, base"
    SMALL = "small"
    LARGE = "medium, large, turbo"
    DISTILLED = "distil"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ContextLimits:
    """How short a window may be."""

    floor: int
    """frames at least, of 10 ms"""
    pad: float
    """seconds of silence behind the audio; less, and the last word suffers"""
    bucket: int = 100
    """frames; sizes are rounded up to it, so that few different ones occur"""
    check_every: int = 0
    """so many-th final result is compared with that of the full window; 0: none is"""


FAST = ContextLimits(floor=500, pad=1.28)
"""The shortest window that is of use: what `short` asks of any model."""

SAFE: dict[Family, ContextLimits | None] = {
    Family.DECLARED: FAST,
    # The pad is whisper.cpp's (50 places a second and 128 more, 2.56 s); the decoders of the larger ones attend to
    # places further away, so they get half of their window at least. The smallest ones were measured on people's
    # voices: no more errors than with the full window, so nobody waits for a comparison with it (decision 30).
    Family.BASE: ContextLimits(floor=1000, pad=2.56),
    Family.SMALL: ContextLimits(floor=1000, pad=2.56, check_every=20),
    Family.LARGE: ContextLimits(floor=1500, pad=2.56, check_every=20),
    Family.DISTILLED: ContextLimits(floor=1500, pad=2.56, check_every=20),
    Family.UNKNOWN: None,
}
"""What `auto` gives each family; None is the full window."""

_BASE = frozenset({"tiny", "base"})
_SMALL = frozenset({"small"})
_LARGE = frozenset({"medium", "large", "turbo"})


_PUBLISHERS = frozenset({"openai", "systran", "faster", "whisper", "ct2", "int8", "float16"})
"""what names of the same models hold besides"""


def family_of(path: Path, *, declared: bool) -> Family:
    """Which family the model in `path` is of, by its parley.json (`declared`: it is made for short windows) and the
    name of its directory, or of the repository in Hugging Face's cache.

    A name that says more than the size ("whisper-small-de"), or nothing, is no family: what somebody trained on may
    bear less than the original."""
    if declared:
        return Family.DECLARED
    name = model_name(path).casefold().removesuffix(".en")
    parts = set(re.split(r"[-_.]", name)) - _PUBLISHERS - {"v1", "v2", "v3"}
    if "distil" in parts:
        return Family.DISTILLED
    if parts and parts <= _LARGE:
        return Family.LARGE
    if len(parts) != 1:
        return Family.UNKNOWN
    return Family.BASE if parts <= _BASE else Family.SMALL if parts <= _SMALL else Family.UNKNOWN


def limits_of(directory: ModelDirectory, context: Context, floor: int = 0, pad: float = -1.0) -> ContextLimits | None:
    """`limits` for the model in a directory."""
    return limits(context, family_of(directory.path, declared=directory.short_context), floor=floor, pad=pad)


def limits(context: Context, family: Family, *, floor: int = 0, pad: float = -1.0) -> ContextLimits | None:
    """How short the windows of a model of that family may be; None is the full 30 s.

    floor, pad: the user's, in frames and seconds; 0 and a negative number are the family's. Whoever sets one of them
    for a model that has no safe limits gets full windows all the same, unless `context` is "short"."""
    chosen = {"auto": SAFE[family], "short": FAST, "full": None}[context]
    if chosen is None:
        return None
    floor = min(floor, FRAMES) if floor > 0 else chosen.floor
    return replace(chosen, floor=floor, pad=pad if pad >= 0 else chosen.pad)


def sizes(samples: int, limits: ContextLimits | None) -> tuple[int, ...]:
    """Frames to encode `samples` with: the first is to be tried first, the next ones when its result fails."""
    if limits is None:
        return (FRAMES,)
    needed = -(-(samples + round(limits.pad * SAMPLE_RATE)) // HOP)
    first = min(-(-max(needed, limits.floor) // limits.bucket) * limits.bucket, FRAMES)
    return tuple(sorted({size for size in (first, FRAMES // 2, FRAMES) if size >= first}))


def padded(samples: Samples, frames: int, limits: ContextLimits | None) -> Samples:
    """The audio with the silence behind it that a window of `frames` gives it."""
    if limits is None or frames >= FRAMES:
        return samples[: FRAMES * HOP]
    return np.pad(samples, (0, round(limits.pad * SAMPLE_RATE)))


class ContextCheck:
    """Whether short windows do for this model here: some final results are compared with those of the full window.

    Pure. When they differ too often, the windows grow: to half of Whisper's own at least, then to all of it."""

    def __init__(self, limits: ContextLimits | None) -> None:
        self.limits = limits
        """what holds now"""
        self._finals = 0
        self._differed: list[bool] = []

    def is_due(self) -> bool:
        """To be asked at each final result of a short window: whether this one is to be compared."""
        if self.limits is None or not self.limits.check_every:
            return False
        self._finals += 1
        return self._finals % self.limits.check_every == 0

    def compare(self, short: Sequence[str], full: Sequence[str]) -> bool:
        """Take the words of both; whether the windows grew now."""
        if self.limits is None:
            return False
        from rapidfuzz.distance import Levenshtein

        is_other = Levenshtein.distance(short, full) > _MAY_DIFFER * max(len(full), 3)
        self._differed = [*self._differed, is_other][-_COMPARED:]
        if sum(self._differed) < _TOO_OFTEN:
            return False
        self._differed = []
        half = FRAMES // 2
        self.limits = replace(self.limits, floor=half) if self.limits.floor < half else None
        return True
