"""Who may speak: as many as the machine bears, so that a new one is refused rather than all of them served late. Pure.

What a speaker costs is measured: a decoding about every `PARTIAL_EVERY` seconds while somebody speaks, and one when an
utterance is over. More often is done when there is time for it; not less, or words would come too late.
"""

PARTIAL_EVERY = 1.6
"""seconds between two looks at a running utterance that a reader bears; the promise is 2"""
_UTTERANCE = 4.0
"""seconds; an utterance of live speech"""
_FINAL_COSTS = 1.5
"""decodings of a partial, until it is measured: a final has more audio, and is searched wide where it is not sure"""
_USED = 0.85
"""share of the workers' time that may be planned with"""
_WEIGHT = 0.05
"""of the newest decoding in the average"""
_OUTLIER = 4.0
"""times the average as which one counts at most: one that waited for Redis, or for a worker in the place of a dead one,
says nothing of how fast the others are"""


class Admission:
    """Counts who speaks. workers: decodings that run at a time. seconds: a decoding's time as measured before."""

    def __init__(self, workers: int, seconds: float) -> None:
        self.workers = workers
        self.elsewhere = 0
        """speakers of other gateways that use the same workers"""
        self._partial = seconds
        self._final = _FINAL_COSTS * seconds
        self._speaking: dict[str, float] = {}
        """when they were last heard to speak"""

    @property
    def speaking(self) -> int:
        """How many speak."""
        return len(self._speaking)

    @property
    def seconds(self) -> float:
        """What a decoding of a running utterance takes."""
        return self._partial

    @property
    def most(self) -> int:
        """How many may speak at a time, as far as is known now; one always may."""
        load = self._partial / PARTIAL_EVERY + self._final / _UTTERANCE
        return max(1, int(_USED * self.workers / load))

    def decoded(self, seconds: float, *, is_final: bool) -> None:
        """A decoding took so long. is_final: of a whole utterance."""
        if is_final:
            self._final += _WEIGHT * (min(seconds, _OUTLIER * self._final) - self._final)
        else:
            self._partial += _WEIGHT * (min(seconds, _OUTLIER * self._partial) - self._partial)

    def may_speak(self, owner: str, now: float) -> bool:
        """Somebody begins an utterance, or goes on. Who spoke lately may always."""
        if owner not in self._speaking and len(self._speaking) + self.elsewhere >= self.most:
            return False
        self._speaking[owner] = now
        return True

    def came(self, owner: str, now: float) -> None:
        """Somebody whom another gateway had let in comes here. Counted there for some seconds more, he would be refused
        here, in the middle of a sentence."""
        self._speaking[owner] = now

    def speaks(self, owner: str) -> bool:
        """Whether somebody speaks already."""
        return owner in self._speaking

    def forget_silent(self, before: float) -> None:
        """Those last heard before that time do not speak any more."""
        self._speaking = {owner: at for owner, at in self._speaking.items() if at >= before}

    def left(self, owner: str) -> None:
        """Somebody has gone."""
        self._speaking.pop(owner, None)
