"""How the number of workers follows the load, as Kubernetes does it. Pure."""

import math
from collections import deque
from dataclasses import dataclass, field


@dataclass
class HorizontalScaler:
    """As KEDA's ScaledObject and the HorizontalPodAutoscaler behind it. least, most: slots.

    There are to be so many that `lag` jobs wait for each, or if `load` is set, that each is busy to that share,
    whichever is more. Up at once, at most to twice as many in 15 s; down to the most that was wanted in the last `calm`
    seconds, at most by a fifth in a minute."""

    least: int
    most: int
    lag: float = 4.0
    load: float = 0.0
    calm: float = 300.0
    _wishes: deque[tuple[float, int]] = field(default_factory=deque)
    _up_from: tuple[float, int] = (-math.inf, 0)
    _down_from: tuple[float, int] = (-math.inf, 0)

    def __call__(self, now: float, waiting: int, working: int, slots: int) -> int:
        wanted = math.ceil(waiting / self.lag)
        if self.load:
            wanted = max(wanted, math.ceil(working / self.load))
        wanted = min(self.most, max(self.least, wanted))
        self._wishes.append((now, wanted))
        while self._wishes[0][0] < now - self.calm:
            self._wishes.popleft()
        if wanted > slots:
            if now - self._up_from[0] >= 15:
                self._up_from = (now, slots)
            return min(wanted, max(2 * self._up_from[1], slots))
        calm = max(wish for _, wish in self._wishes)
        if calm >= slots or now < self.calm:
            return slots
        if now - self._down_from[0] >= 60:
            self._down_from = (now, slots)
        return max(calm, int(0.8 * self._down_from[1]))
