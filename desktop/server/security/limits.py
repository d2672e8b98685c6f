"""How much one client may: figures, and the counting that needs no clock of its own. Pure."""

from collections import Counter
from dataclasses import dataclass, field

from desktop.engine.errors import EngineError
from desktop.server.security.principal import LOCAL


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """Every size and rate that the server holds clients to."""

    audio_rate: float = 2.0
    """seconds of audio in each second, in the long run"""
    audio_burst: float = 30.0
    """seconds of audio at once, as after a line that was cut"""
    sessions: int = 32
    """that one principal may have at a time"""
    local_sessions: int = 1000
    """the same for programs on this machine, which are one principal together"""
    idle_seconds: float = 3600.0
    """without a message after which a speaker's connection is closed"""
    requests_per_minute: int = 600
    """of one principal"""
    address_requests_per_minute: int = 1200
    """of one address, behind which many may sit"""
    failures: int = 10
    """wrong credentials from one address, or for one token, until it is locked out"""
    room_failures: int = 100
    """wrong codes of rooms from one address, where a whole audience may sit and mistype; there are 10^11 of them"""
    failure_seconds: int = 900
    """that failures are counted for, and that a lock-out lasts at most"""
    refusals_noted_per_minute: int = 30
    """entries in the audit log about refused requests of one address"""
    recheck_seconds: float = 15.0
    """after which it is seen that the token of an open connection was revoked"""


@dataclass(slots=True)
class AudioAllowance:
    """How much audio a stream may still send: a bucket that fills with the time.

    limits: the figures; now: seconds of any clock that only goes forward."""

    limits: ServerLimits
    now: float
    _left: float = field(init=False)

    def __post_init__(self) -> None:
        self._left = self.limits.audio_burst

    def wait(self, seconds: float, now: float) -> float:
        """Take note of so many seconds of audio; returns how many seconds to wait before more is read, 0 for none."""
        passed, self.now = max(0.0, now - self.now), max(self.now, now)
        self._left = min(self.limits.audio_burst, self._left + passed * self.limits.audio_rate) - seconds
        return max(0.0, -self._left / self.limits.audio_rate)


class Seats:
    """How many sessions each principal has. On one thread."""

    def __init__(self, limits: ServerLimits) -> None:
        self._limits = limits
        self._taken: Counter[str] = Counter()

    def take(self, principal: str) -> None:
        """One more for the principal of that id. Raises EngineError ("too-many-sessions")."""
        most = self._limits.local_sessions if principal in ("", LOCAL.id) else self._limits.sessions
        if self._taken[principal] >= most:
            raise EngineError("too-many-sessions", code="too-many-sessions", most=most, recoverable=True)
        self._taken[principal] += 1

    def give(self, principal: str) -> None:
        """One less."""
        self._taken[principal] -= 1
        if self._taken[principal] <= 0:
            del self._taken[principal]
