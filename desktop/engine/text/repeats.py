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
    """The units up to where a phrase begins to go round; the phrase is kept once."""
    found = first_loop(units, times)
    return list(units) if found is None else list(units[: sum(found)])
