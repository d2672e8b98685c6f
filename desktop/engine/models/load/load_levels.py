"""How thoroughly recognition works: the levels between "as set" and "only what keeps up", and what users read of them.

Pure. A Pace is handed from the recognition thread, which changes it (`governor.py`), to the hearing thread, which looks
at running utterances as often as it says, and to the metrics.
"""

from dataclasses import dataclass
from enum import StrEnum

from desktop.engine.message import Message
from desktop.settings.declaration import RecognitionSettings

LEAST_WINDOW = 5.0
"""seconds that are decoded at most at the slower levels; less, and sentences lose their sense"""
LONGEST_STEP = 6.0
"""seconds between two looks at most: later ones would not be live"""
_LOAD = 1.5
"""a step is at least this many times what a look takes, so that looks leave a third of the time to everything else"""
_HASTE = 0.3
"""the first looks come after this part of the set step: the first of them may show nothing yet"""
_FIRST = 0.45
"""seconds after which the first look comes at the latest, unless it takes longer itself"""
_THRIFT, _STILL_LIVE = 4.0, 0.9
"""a look that is cheap beside its step costs little power: a step is this many times what a look takes, as long as that
is no more than so many seconds. Where looks take 0.3 s, 0.6 s took up to a fifth more processor time and showed no
word sooner: more pauses then had to wait for a look"""


class Kind(StrEnum):
    """What a level gives up, beside all that the levels above it do."""

    AS_SET = "as set"
    BEAM = "beam"
    CADENCE = "cadence"
    FINALS = "finals"


@dataclass(frozen=True, slots=True)
class Level:
    """One way to recognise with a model."""

    kind: Kind
    beam_size: int
    """beam width of the final decoding"""
    slower: int
    """looks at a running utterance come this many times less often"""
    window: float
    """seconds of audio that are decoded at most while speaking"""
    has_partials: bool = True
    """words are shown while they are spoken, not only at the end of an utterance"""


@dataclass(frozen=True, slots=True)
class Pace:
    """How recognition is done at the moment."""

    level: Level
    number: int
    """of the level: 0 is as set, larger is cheaper"""
    model: int
    """0 is the chosen one, 1 the next smaller one, and so on"""
    step: float
    """least seconds between two looks at a running utterance"""
    first_step: float
    """the same up to its first looks, which should show its first words; no longer than `step`"""

    def applied(self, settings: RecognitionSettings) -> RecognitionSettings:
        """The settings as decoding follows them at this pace: beam and window. The model is for the caller."""
        values = {"beam_size": self.level.beam_size, "window": self.level.window}
        return settings if self.number == 0 else settings.model_copy(update=values)


def levels(settings: RecognitionSettings) -> tuple[Level, ...]:
    """From what the settings say down to finals only; each is cheaper than the one before."""
    beam, window = settings.beam_size, settings.window
    is_live = settings.mode != "buffered"
    found = [Level(Kind.AS_SET, beam, 1, window, is_live)]
    found += [Level(Kind.BEAM, narrower, 1, window, is_live) for narrower in (2, 1) if narrower < beam]
    if is_live:
        found += [
            Level(Kind.CADENCE, 1, 2, min(window, (window + LEAST_WINDOW) / 2)),
            Level(Kind.CADENCE, 1, 4, min(window, LEAST_WINDOW)),
            Level(Kind.FINALS, 1, 4, min(window, LEAST_WINDOW), has_partials=False),
        ]
    return tuple(found)


def first_step(settings: RecognitionSettings, level: Level, look: float) -> float:
    """Least seconds up to the first looks at this level, where a look takes `look` seconds of computing. Before the
    first one there was nothing to do, so it need not leave time to anything else."""
    least = settings.step * (_HASTE if level.slower == 1 else level.slower)
    wanted = max(least, _stretch(level) * max(look, min(_LOAD * look, _FIRST)))
    return min(wanted, LONGEST_STEP)


def step(settings: RecognitionSettings, level: Level, look: float) -> float:
    """The same for later looks, which can be thrifty."""
    thrifty = min(_THRIFT * look, _STILL_LIVE) * _stretch(level)
    least = min(_LOAD * _stretch(level) * look, LONGEST_STEP)
    return max(settings.step, first_step(settings, level, look), least, thrifty)


def _stretch(level: Level) -> float:
    """How many times less often a level looks than what a look takes would ask for."""
    return max(1.0, level.slower / 1.5)


def summary(pace: Pace, chosen: str, used: str) -> tuple[Message, ...]:
    """What is reduced, for a panel; empty if nothing is. chosen, used: names of the models."""
    reduced = []
    if pace.model:
        is_named = chosen and used and chosen != used
        reduced.append(
            Message("reduced-to-model", chosen=chosen, used=used) if is_named else Message("reduced-to-smaller")
        )
    if pace.level.kind is Kind.FINALS:
        reduced.append(Message("reduced-to-sentences"))
    elif pace.level.kind is Kind.CADENCE:
        reduced.append(Message("reduced-cadence", seconds=pace.step))
    elif pace.level.kind is Kind.BEAM:
        reduced.append(Message("reduced-beam"))
    return tuple(reduced)


def change(before: Pace, now: Pace, chosen: str, used: str) -> Message:
    """What a user reads of a change. chosen: name of the model that the user wants; used: of the one used now."""
    is_lower = (now.model, now.number) > (before.model, before.number)
    if now.model != before.model:
        if is_lower:
            is_named = chosen and used
            return Message("slow-for-model", chosen=chosen, used=used) if is_named else Message("slow-for-the-model")
        return Message("time-for-model", used=used) if used else Message("time-for-the-model")
    level = now.level
    if is_lower:
        if level.kind is Kind.FINALS:
            return Message("slow-for-partials")
        if level.kind is Kind.CADENCE:
            return Message("slow-for-cadence", before=before.step, seconds=now.step)
        return Message("slow-for-beam")
    if not before.level.has_partials:
        return Message("time-for-partials", seconds=now.step)
    if before.level.kind is Kind.CADENCE:
        return Message("time-for-cadence", seconds=now.step)
    if level.kind is Kind.AS_SET and not now.model:
        return Message("time-for-all")
    return Message("time-for-beam")
