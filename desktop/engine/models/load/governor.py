"""Keeps recognition up with speech: lowers what it does when the computer is too slow, raises it when there is time.

The order is that of `load_levels.py`: beam, cadence and window, finals only; then the next smaller model. Down after
two or three bad signs, at once to the cheapest level when utterances pile up, and past levels that cannot help; up one
level at a time, after a calm that doubles whenever going up turned out too early. A larger model is tried again only if
what the smaller one takes says that it would keep up; words while they are spoken are worth a smaller model.

Pure: times are handed in. Lives on the recognition thread; `pace` and `busy` may be read from any.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from desktop.engine.models.load.load_levels import Kind, Level, Pace, first_step, levels, step
from desktop.settings.declaration import RecognitionSettings

CALM = 15.0
"""seconds without strain before the next level up"""
MODEL_CALM = 60.0
"""the same before a larger model is loaded"""
MOST_CALM = 900.0
"""what these double up to"""
BUSY_OVER = 10.0
"""seconds over which the busy share is taken"""
WAIT = 2.0
"""seconds that an utterance may wait for its turn"""
ALARM = 6.0
"""seconds that an utterance waited, while more comes than is done, after which there is no time for steps"""

_BUSIEST = 0.85
_QUIET = 0.7
"""busy share below which there is room for more"""
_ROOM = 0.8
"""a level is tried if the strain expected there is below this"""
_FUTILE = 2.0
"""slowness that no level of the same model makes bearable"""
_STUCK = 3 * CALM
"""seconds without words while they are spoken, before a smaller model shall bring them back"""
_WIDE = 1.35
"""a wide beam takes about this many times what greedy decoding does"""
_LEAST_RATIO = 1.5
_MOST_OVER_SIZE = 3.0
"""a model is at most this many times slower than its size says"""
_FADING = 20
"""times the calm after which half of that is forgotten"""
_LOOKS, _FINALS = 5, 2
"""decodings that must have gone well before the next level up, where there are partials and where there are none"""


@dataclass(frozen=True, slots=True)
class Decoded:
    """One decoding, as the governor sees it. Times are seconds of one steady clock."""

    began: float
    ended: float
    audio: float
    """seconds that were decoded"""
    is_final: bool
    waited: float
    """seconds from when its newest audio was heard until it began"""
    sessions: int = 1
    """that were decoded for lately"""

    @property
    def compute(self) -> float:
        return self.ended - self.began

    @property
    def slowness(self) -> float:
        """Seconds of computing, by how long the audio is: up to about 4 s of it cost the same. 1 is what a final may
        take, and twice what a partial may."""
        return self.compute / (1 + self.audio / 4)

    @property
    def falls_behind(self) -> bool:
        """It took about as long as what it decoded, so utterances that wait do not get fewer."""
        return self.compute > 0.9 * self.audio


@dataclass(slots=True)
class _Model:
    """What is known of a model."""

    larger: float
    """how many times larger it is than the next smaller one"""
    ratio: float = 0.0
    """how many times slower; as was measured, or as its size says"""
    measured_at: float = -math.inf
    """when `ratio` was"""
    slowness: float | None = None
    """when it was given up; until the next one is known"""
    is_usable: bool = True


class Governor:
    """Decides the pace after each decoding.

    settings: what the user wants at best. sizes: of the models that may be used, the chosen one first, in any unit.
    """

    def __init__(self, settings: RecognitionSettings, sizes: Sequence[float] = (1.0,)) -> None:
        self._now = -math.inf
        self._work: deque[tuple[float, float]] = deque()
        self._finals: deque[tuple[float, float]] = deque()
        self._sessions = 1
        self.begin(settings, sizes)

    def begin(self, settings: RecognitionSettings, sizes: Sequence[float] = (1.0,)) -> Pace:
        """Begin anew, as set: a model was chosen, or the source is another one."""
        times = [max(_LEAST_RATIO, large / max(small, 1e-9)) for large, small in pairwise(sizes)]
        self._models = [_Model(larger, larger) for larger in (*times, _LEAST_RATIO)]
        self._model = 0
        self._calm = CALM
        self._raised_at = -math.inf
        self._looks: deque[float] = deque(maxlen=3)
        self._levels: tuple[Level, ...] = ()
        return self.configure(settings)

    def configure(self, settings: RecognitionSettings) -> Pace:
        """Take settings that need no other model. Begins with the first level, if the levels are others now."""
        self._settings = settings
        if (new := levels(settings)) != self._levels:
            self._levels, self._number = new, 0
            self._forget()
        return self._set_pace()

    @property
    def levels(self) -> tuple[Level, ...]:
        """Of each model, from what is set to the cheapest."""
        return self._levels

    @property
    def is_lowest(self) -> bool:
        """Nothing more can be lowered."""
        return self._number == len(self._levels) - 1 and self._other_model(1) is None

    def busy(self, now: float, over: float = BUSY_OVER) -> float:
        """Share of the last seconds that was spent on decoding, 0..1."""
        return _share(self._work, now, over)

    def refuse(self, model: int, instead: int) -> Pace:
        """A model could not be loaded: go on with the one before, and do not ask for this one again."""
        refused = self._models[model]
        refused.is_usable = False
        if 0 <= instead < model:
            self._models[instead].larger *= refused.larger
            self._models[instead].ratio *= refused.ratio
        self._model = instead
        self._number = len(self._levels) - 1 if model > instead else 0
        self._forget()
        return self._set_pace()

    def after(self, decode: Decoded) -> Pace | None:
        """Take what a decoding was like. Gives the new pace if it goes a level up or down; the step may change
        without."""
        self._now = decode.ended
        self._sessions = decode.sessions
        self._note(self._work, decode)
        if decode.is_final:
            self._note(self._finals, decode)
        if not decode.is_final:
            self._looks.append(decode.compute)
        is_wide = decode.is_final and self._level.beam_size > 2
        self._slowness.append(decode.slowness / (_WIDE if is_wide else 1))
        self._compare_models()
        strain = self._strain(decode)
        # Counted apart: a partial that is in time says nothing of finals that are late, nor the other way round.
        bad = self._bad.get(decode.is_final, 0)
        self._bad[decode.is_final] = bad + (2 if strain > 2 else 1) if strain > 1 else max(0, bad - 1)
        is_alarm = decode.waited > ALARM and decode.falls_behind
        if is_alarm or max(self._bad.values()) >= 3 or self._is_stuck():
            return self._lower(is_alarm)
        self._weigh(decode, strain)
        if self._may_rise():
            return self._raise()
        self._set_pace()
        return None

    @property
    def _level(self) -> Level:
        return self._levels[self._number]

    @property
    def _careful(self) -> int:
        """The level with which a model begins that takes over from another: greedy, with fewer looks."""
        kinds = [level.kind for level in self._levels]
        return kinds.index(Kind.CADENCE) if Kind.CADENCE in kinds else len(kinds) - 1

    def _other_model(self, direction: int) -> int | None:
        """The next model that can be used: 1 is smaller, -1 larger. None: there is none."""
        place = self._model + direction
        while 0 <= place < len(self._models):
            if self._models[place].is_usable:
                return place
            place += direction
        return None

    def _strain(self, decode: Decoded) -> float:
        """How hard it is to keep up: above 1 it is too hard."""
        strain = decode.slowness * (1 if decode.is_final else 2)
        if decode.waited > WAIT:
            # What piled up while a model was loaded gets fewer by itself: no reason to do anything worse.
            return max(strain, decode.waited / WAIT) if decode.falls_behind else strain
        known = min(BUSY_OVER, self._now - self._since)
        return max(strain, self._needed(known) / _BUSIEST) if known >= BUSY_OVER / 2 else strain

    def _needed(self, over: float) -> float:
        """The busy share that says something: between several sessions partials fill what time there is, each in its
        turn, so only the finals do."""
        return _share(self._work if self._sessions == 1 else self._finals, self._now, over)

    @staticmethod
    def _note(work: deque[tuple[float, float]], decode: Decoded) -> None:
        work.append((decode.began, decode.ended))
        while work[0][1] < decode.ended - BUSY_OVER:
            work.popleft()

    def _is_stuck(self) -> bool:
        """Live words will not come back with this model, but may with a smaller one."""
        return (
            self._level.kind is Kind.FINALS
            and self._other_model(1) is not None
            and self._now - self._since >= _STUCK
            and len(self._slowness) >= 3
            and 2 * min(self._slowness) > _ROOM
        )

    def _lower(self, is_alarm: bool) -> Pace | None:
        """The next level down, or as far as need be."""
        lowest = len(self._levels) - 1
        smaller = self._other_model(1)
        is_futile = len(self._slowness) > 1 and min(list(self._slowness)[-2:]) > _FUTILE
        if smaller is not None and (self._number == lowest or is_futile):
            self._models[self._model].slowness = median(self._slowness)
            self._model, self._number = smaller, self._careful
            self._looks.clear()
        elif self._number < lowest:
            self._number = lowest if is_alarm or is_futile else self._number + 1
        else:
            self._bad.clear()
            return None
        if self._now - self._raised_at < max(4 * CALM, 2 * self._calm):
            self._calm = min(2 * self._calm, MOST_CALM)
        self._raised_at = -math.inf
        self._forget()
        return self._set_pace()

    def _weigh(self, decode: Decoded, strain: float) -> None:
        """Whether this decoding leaves room for the next level up."""
        larger = self._other_model(-1)
        expected = max(self._slowness)
        if self._number:
            above = self._levels[self._number - 1]
            expected *= 2 if above.has_partials else 1
            expected *= _WIDE if above.beam_size > self._level.beam_size else 1
        elif larger is not None:
            expected *= 2 * self._ratio(self._models[larger])
        is_calm = strain <= 1 and expected < _ROOM and decode.waited <= WAIT and self._needed(self._known) < _QUIET
        if not is_calm:
            self._calm_since, self._good = math.inf, 0
        else:
            self._calm_since, self._good = min(self._calm_since, self._now), self._good + 1

    @property
    def _known(self) -> float:
        return max(1.0, min(BUSY_OVER, self._now - self._since))

    def _may_rise(self) -> bool:
        if self._number == 0 and self._other_model(-1) is None:
            if self._now - self._raised_at > max(8 * CALM, 4 * self._calm):
                self._calm = CALM  # what went up has stayed there
            return False
        needed = self._calm if self._number else max(MODEL_CALM, self._calm)
        enough = _LOOKS if self._level.has_partials else _FINALS
        return self._now - self._calm_since >= needed and self._good >= enough

    def _raise(self) -> Pace:
        larger = self._other_model(-1)
        if self._number:
            self._number -= 1
        elif larger is not None:
            self._model, self._number = larger, self._careful
            self._looks.clear()
        self._raised_at = self._now
        self._forget()
        return self._set_pace()

    def _compare_models(self) -> None:
        """How much slower the larger model was, as soon as this one is known."""
        larger = self._other_model(-1)
        if larger is None or len(self._slowness) < 3:
            return
        given_up = self._models[larger]
        if given_up.slowness is not None:
            measured = given_up.slowness / max(median(self._slowness), 1e-6)
            given_up.measured_at = self._now
            given_up.ratio = max(_LEAST_RATIO, min(measured, _MOST_OVER_SIZE * given_up.larger))
            given_up.slowness = None

    def _ratio(self, model: _Model) -> float:
        """How many times slower it is likely to be. The computer may have changed between the two measurements, so
        they fade, the slower the more often they were right."""
        fading = 0.5 ** ((self._now - model.measured_at) / (_FADING * self._calm))
        return float(model.larger * (model.ratio / model.larger) ** fading)

    def _forget(self) -> None:
        """What was measured at another level says little of this one."""
        self._since = self._now
        self._slowness: deque[float] = deque(maxlen=5)
        self._bad: dict[bool, int] = {}
        self._calm_since = math.inf
        self._good = 0

    def _set_pace(self) -> Pace:
        look = max(self._looks, default=0.0)
        terms = (self._settings, self._level, look)
        self.pace = Pace(self._level, self._number, self._model, step(*terms), first_step(*terms))
        return self.pace


def _share(work: deque[tuple[float, float]], now: float, over: float) -> float:
    """Of the last seconds, spent on that work, 0..1."""
    spent = sum(max(0.0, ended - max(began, now - over)) for began, ended in tuple(work))
    return min(1.0, spent / over)
