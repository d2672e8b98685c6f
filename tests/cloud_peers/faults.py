"""What a provider does wrong, and what is told of each."""

from dataclasses import dataclass
from enum import StrEnum

KEY = "the-right-key"
"""that every peer accepts"""
WAIT = 7
"""seconds that a provider asks to wait"""


class Fault(StrEnum):
    """Of a provider itself; what happens on the way to it is `relay.py`."""

    KEY = "key"
    FORBIDDEN = "forbidden"
    QUOTA = "quota"
    RATE = "rate"
    BUSY = "busy"
    LENGTH = "length"
    """the stream ends because it is long"""
    SIZE = "size"
    STALL = "stall"
    """it takes what comes and says nothing"""
    HALF_CLOSED = "half-closed"
    """it ends in good order, without the last words"""
    GARBAGE = "garbage"
    SLOW = "slow"


@dataclass
class Plan:
    """fault: None works. after: seconds of sound in a stream until it happens; 0 at once, before anything is answered.
    delay: seconds that every answer takes."""

    fault: Fault | None = None
    after: float = 0.0
    delay: float = 0.0
    limit: float = 300.0
    """seconds of sound after which a stream is ended…"""
    limited: int = 1000
    """…and so many streams at most"""

    def at_once(self) -> Fault | None:
        return self.fault if not self.after else None

    def is_too_long(self, seconds: float) -> bool:
        """Whether a stream of which so much came ends now."""
        if seconds < self.limit or not self.limited:
            return False
        self.limited -= 1
        return True

    def at(self, seconds: float) -> Fault | None:
        """In a stream of which so much came."""
        return self.fault if self.after and seconds >= self.after else None
