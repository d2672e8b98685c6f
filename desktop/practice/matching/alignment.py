"""Which word of the text each spoken word is, while more is spoken. Pure; one thread at a time.

A Viterbi search over the heard tokens: the states are the places of the text, the costs those of an edit distance
(Levenshtein 1966; as for spoken words in Fiscus' sclite), with jumps for whoever begins a line again, leaves one out,
or says the last words once more. Only a band of the text around the reader is searched, so that an update costs the
same wherever in however long a text it is; what was heard long ago is settled and forgotten.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Costs = NDArray[np.float32]
Substitution = Callable[[str, int, int], Costs]
"""a heard token, and from which token of the text up to, without, which -> what it costs to take it for each of these:
0 is the same, 1 another word; shape (high - low,)"""

_BAND = 300
"""tokens of the text before and behind the reader that are searched"""
_KEPT = 64
"""newest heard tokens whose alignment may still change; 20 s of fast speech"""
_MISSING = 0.85
_EXTRA = 0.9
_OTHER = 1.3
"""a token that is quite another one; less than one missing and one extra"""
_RESTART = 1.5
"""going back to the beginning of a line"""
_SKIP = 2.4
"""going on at the beginning of another line"""
_RETURN = 1.0
"""going on where one was before one went back"""
_FAR = 0.01
"""for each token that is jumped over: of two lines alike the nearer one is read"""
_AGAIN = 0.6
_AGAIN_EACH = 0.1
_MOST_AGAIN = 6
"""tokens that may be said once more in the middle of a line: as much, and more for each"""
_INFINITE = np.float32(1e9)


class _Move(IntEnum):
    """How a state was reached."""

    START = 0
    TAKEN = 1
    """the heard token stands for the text's"""
    EXTRA = 2
    TWO_HEARD = 3
    """two heard tokens, written together, are the text's"""
    TWO_READ = 4
    """the heard token is two of the text's, written together"""
    MISSING = 5
    JUMP = 6
    AGAIN = 7
    """and more: so many tokens further back"""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the reader through the text, in the order of speaking."""

    heard: int | None
    """index of the heard token; None: the text's token was left out"""
    text: int | None
    """index of the text's token; None: what was heard is not in the text"""
    place: int
    """of an extra token: index of the text's token before which it was said; else `text`"""
    begins_pass: bool = False
    """the reader jumped here: within a pass the text's tokens never run backwards"""
    is_joined: bool = False
    """two tokens of one side are, written together, one of the other"""


@dataclass(frozen=True, slots=True)
class Alignment:
    """What an update changed."""

    settled: tuple[Step, ...]
    """steps that have become final since the last update; they follow those that became so before"""
    open: tuple[Step, ...]
    """steps that follow, as they are now"""
    position: int
    """index of the text's token that is expected next"""


@dataclass(slots=True)
class _Row:
    """The states after a heard token; places `low`..`low + len(costs) - 1`."""

    low: int
    costs: Costs
    moves: NDArray[np.int8]
    best: int
    """place of the cheapest state"""
    furthest: int
    """the furthest that was the best so far"""
    token: str


class Aligner:
    """Aligns a growing list of heard tokens with a text.

    text: its tokens. line_starts: indices of the tokens with which lines begin. substitution: see there. Two tokens of
    one side match the other's that spells them together.
    """

    def __init__(self, text: Sequence[str], line_starts: Sequence[int], substitution: Substitution) -> None:
        self._text = tuple(text)
        self._starts = np.array(sorted({one for one in line_starts if one < len(self._text)} | {0}), dtype=int)
        self._substitution = substitution
        pairs = (first + second for first, second in zip(self._text, self._text[1:], strict=False))
        self._pairs: dict[str, list[int]] = {}
        for index, pair in enumerate(pairs):
            self._pairs.setdefault(pair, []).append(index)
        self._singles: dict[str, list[int]] = {}
        for index, token in enumerate(self._text):
            self._singles.setdefault(token, []).append(index)
        self._forgotten = 0
        """heard tokens that are settled for good; rows[0] is the state behind them"""
        self._settled = 0
        """heard tokens that will not change"""
        self._place = 0
        """where the settled steps end"""
        self._reach = 0
        """the furthest that they have read"""
        self._rows = [self._first(0)]

    @property
    def position(self) -> int:
        """Index of the text's token that is expected next, as of the last update."""
        return self._rows[-1].best

    def update(self, settled: Sequence[str], tentative: Sequence[str] = ()) -> Alignment:
        """Align all that was heard: what was settled before, `settled` behind it, then `tentative`, which the next
        update replaces. Costs are linear in the tokens that are not known from the update before."""
        self._follow((*(row.token for row in self._rows[1 : self._settled + 1]), *settled, *tentative))
        self._settled += len(settled)
        position = self.position
        steps = self._steps(position)
        surplus = self._settled - _KEPT
        done = self._forget(steps, surplus) if surplus > 0 else 0
        return Alignment(tuple(steps[:done]), tuple(steps[done:]), position)

    def finish(self) -> Alignment:
        """No more is spoken: everything is settled, and what stands behind the furthest word that was read was left
        out. Either the last words are taken for those at the end of the text, or they stand where they fit best."""
        row, end = self._rows[-1], len(self._text)
        free = self._steps(row.best)
        reach = max(self._reach, row.best, _reach_of(free))
        rest = float(row.costs[row.best - row.low]) + _MISSING * (end - reach)
        if end - row.low < len(row.costs) and float(row.costs[end - row.low]) < rest:
            steps = self._steps(end)
        else:
            left_out = [Step(None, place, place) for place in range(reach, end)]
            if left_out and reach != row.best:
                left_out[0] = replace(left_out[0], begins_pass=True)
            steps = [*free, *left_out]
        self.move_to(end)
        return Alignment(tuple(steps), (), end)

    def move_to(self, place: int) -> None:
        """What is heard next stands at this token of the text. What was heard before is settled."""
        self._forgotten += len(self._rows) - 1
        self._settled = 0
        self._place = place
        self._rows = [self._first(place)]

    def _first(self, place: int) -> _Row:
        low, high = max(0, place - _BAND), min(len(self._text), place + _BAND)
        costs = np.full(high - low + 1, _INFINITE, np.float32)
        costs[place - low] = 0
        row = _Row(low, costs, np.zeros(len(costs), np.int8), place, place, "")
        self._jump(row)
        self._leave_out(row)
        row.best = place
        return row

    def _follow(self, tokens: Sequence[str]) -> None:
        """Have a row for each of the tokens, keeping those that are right."""
        known = 0
        while known < min(len(tokens), len(self._rows) - 1) and self._rows[known + 1].token == tokens[known]:
            known += 1
        del self._rows[known + 1 :]
        for token in tokens[known:]:
            self._rows.append(self._next(token))

    def _next(self, token: str) -> _Row:
        """The states after one more heard token."""
        before = self._rows[-1]
        low, high = max(0, before.best - _BAND), min(len(self._text), before.best + _BAND)
        prior = _part(before, low, high)
        costs = prior + np.float32(_EXTRA)
        moves = np.full(len(costs), _Move.EXTRA, np.int8)
        taken = prior[:-1] + self._substitution(token, low, high) * np.float32(_OTHER)
        _improve(costs[1:], moves[1:], taken, _Move.TAKEN)
        for index in self._pairs.get(token, ()):
            if low <= index and index + 2 <= high:
                _improve_one(costs, moves, index + 2 - low, prior[index - low], _Move.TWO_READ)
        if len(self._rows) > 1:
            earlier = self._rows[-2]
            for index in self._singles.get(before.token + token, ()):
                if low <= index < high and 0 <= index - earlier.low < len(earlier.costs):
                    cost = earlier.costs[index - earlier.low]
                    _improve_one(costs, moves, index + 1 - low, cost, _Move.TWO_HEARD)
        best = low + int(np.argmin(costs))
        row = _Row(low, costs, moves, best, max(before.furthest, best), token)
        self._jump(row)
        self._say_again(row)
        self._leave_out(row)
        return row

    def _jump(self, row: _Row) -> None:
        """To the beginning of any line within the band, or to where one was before, from the cheapest state."""
        least = row.best - row.low
        if row.best < row.furthest < row.low + len(row.costs):
            _improve_one(row.costs, row.moves, row.furthest - row.low, row.costs[least] + _RETURN, _Move.JUMP)
        first, last = np.searchsorted(self._starts, (row.low, row.low + len(row.costs)))
        targets = self._starts[first:last]
        if not targets.size:
            return
        base = np.where(targets > row.best, np.float32(_SKIP), np.float32(_RESTART))
        costs = row.costs[least] + base + np.float32(_FAR) * np.abs(targets - row.best).astype(np.float32)
        places = targets - row.low
        better = (costs < row.costs[places]) & (targets != row.best)
        row.costs[places[better]] = costs[better]
        row.moves[places[better]] = _Move.JUMP

    def _say_again(self, row: _Row) -> None:
        """From each state a few tokens back."""
        plain = row.costs.copy()
        for count in range(1, min(_MOST_AGAIN, len(plain) - 1) + 1):
            back = plain[count:] + np.float32(_AGAIN + _AGAIN_EACH * count)
            _improve(row.costs[:-count], row.moves[:-count], back, _Move.AGAIN + count)

    @staticmethod
    def _leave_out(row: _Row) -> None:
        """From each state forward, at the same cost for each token."""
        slope = np.float32(_MISSING) * np.arange(len(row.costs), dtype=np.float32)
        least = np.minimum.accumulate(row.costs - slope) + slope
        better = least < row.costs - np.float32(1e-3)
        row.costs[better] = least[better]
        row.moves[better] = _Move.MISSING

    def _steps(self, place: int) -> list[Step]:
        """The cheapest way to that place behind the last heard token, in the order of speaking."""
        found: list[Step] = []
        number = len(self._rows) - 1
        while True:
            row = self._rows[number]
            move = int(row.moves[place - row.low])
            heard = self._forgotten + number - 1
            if move == _Move.MISSING:
                place -= 1
                found.append(Step(None, place, place))
                continue
            if move >= _Move.JUMP:
                place = row.best if move == _Move.JUMP else place + move - _Move.AGAIN
                _begin_pass(found)
                continue
            if number == 0:
                break
            if move == _Move.EXTRA:
                found.append(Step(heard, None, place))
            elif move == _Move.TWO_READ:
                found.append(Step(heard, place - 1, place - 1, is_joined=True))
                found.append(Step(heard, place - 2, place - 2, is_joined=True))
                place -= 2
            elif move == _Move.TWO_HEARD:
                found.append(Step(heard, place - 1, place - 1, is_joined=True))
                found.append(Step(heard - 1, place - 1, place - 1, is_joined=True))
                place -= 1
                number -= 1
            else:
                place -= 1
                found.append(Step(heard, place, place))
            number -= 1
        if place != self._place:
            _begin_pass(found)
        return found[::-1]

    def _forget(self, steps: Sequence[Step], surplus: int) -> int:
        """Settle the alignment of the oldest heard tokens: how many of the steps that is."""
        limit = self._forgotten + surplus
        if any(one.is_joined and one.heard == limit and one.text == two.text for one, two in _neighbours(steps)):
            surplus, limit = surplus + 1, limit + 1
        done = 1 + max(number for number, one in enumerate(steps) if one.heard is not None and one.heard < limit)
        last = steps[done - 1]
        self._reach = max(self._reach, _reach_of(steps[:done]))
        self._place = last.place if last.text is None else last.text + 1
        del self._rows[:surplus]
        self._forgotten += surplus
        self._settled -= surplus
        return done


def _part(row: _Row, low: int, high: int) -> Costs:
    """The costs of the places `low`..`high`; infinite where the row has none."""
    found = np.full(high - low + 1, _INFINITE, np.float32)
    first, last = max(low, row.low), min(high + 1, row.low + len(row.costs))
    if first < last:
        found[first - low : last - low] = row.costs[first - row.low : last - row.low]
    return found


def _improve(costs: Costs, moves: NDArray[np.int8], others: Costs, move: int) -> None:
    """Take the other costs, by that move, where they are less."""
    better = others < costs
    costs[better] = others[better]
    moves[better] = move


def _improve_one(costs: Costs, moves: NDArray[np.int8], index: int, cost: np.float32, move: int) -> None:
    if cost < costs[index]:
        costs[index] = cost
        moves[index] = move


def _begin_pass(found: list[Step]) -> None:
    """The step that was found last, which follows in time, begins a pass."""
    if found:
        found[-1] = replace(found[-1], begins_pass=True)


def _reach_of(steps: Sequence[Step]) -> int:
    """The place behind the furthest token that was read."""
    return max((one.text + 1 for one in steps if one.text is not None and one.heard is not None), default=0)


def _neighbours(steps: Sequence[Step]) -> Iterator[tuple[Step, Step]]:
    """Each step with the one before it."""
    return zip(steps[1:], steps, strict=False)
