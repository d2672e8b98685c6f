"""Where a text goes round in circles, as models do that are confused. Pure; any thread; units are tokens or words."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

Unit = TypeVar("Unit", int, str)


def first_loop(units: Sequence[Unit], times: Mapping[int, int]) -> tuple[int, int] | None:
    """Where the first phrase begins that comes so often on end that it is a loop, and its length; None: nowhere.

    times: length of a phrase -> how often it must come on end; phrases of other lengths are no loops."""
    for start in range(len(units)):
        for size, count in sorted(times.items()):
            end = start + size * count
            if end <= len(units) and units[start : end - size] == units[start + size : end]:
                return start, size
    return None


def without_loops(units: Sequence[Unit], times: Mapping[int, int]) -> list[Unit]:
    """The units without what goes round: each phrase is kept once, with what comes before and behind it."""
    kept = list(units)
    while (found := first_loop(kept, times)) is not None:
        start, size = found
        end = loop_end(kept, start, size)
        kept = kept[: start + size] + kept[end:]
    return kept


def loop_end(units: Sequence[Unit], start: int, size: int) -> int:
    """Where the phrase that begins there does not come again. Its beginning counts as it at the end of all."""
    phrase, end = units[start : start + size], start + size
    while units[end : end + size] == phrase:
        end += size
    rest = units[end:]
    return len(units) if rest == phrase[: len(rest)] else end
