"""Readings whose client was cut off, for ten minutes: in this process, or in Redis for every gateway. On the event
loop."""

import time
from collections.abc import Callable
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from desktop.engine.events import Word

TTL = 600
"""seconds since the last that was kept of a reading"""
KEY = "streaming:session:{}"
"""in Redis, as the founding documents name it"""


class KeptWord(BaseModel):
    """A word that was heard."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    start: float
    end: float
    probability: float

    @classmethod
    def of(cls, word: Word) -> "KeptWord":
        return cls(text=word.text, start=word.start, end=word.end, probability=word.probability)

    @property
    def word(self) -> Word:
        return Word(self.text, self.start, self.end, self.probability)


class KeptReading(BaseModel):
    """One reading, so far as it is final."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner: str
    wanted: dict[str, Any]
    """its `Parameters`"""
    words: tuple[KeptWord, ...] = ()
    seconds: float = 0.0
    """of audio of which every word is among them"""


class Kept(Protocol):
    """Where readings are kept."""

    async def get(self, connection_id: str) -> KeptReading | None:
        """None: there is none, or it is too old."""

    async def put(self, connection_id: str, reading: KeptReading) -> None:
        """Keep it from now on for TTL seconds."""

    async def forget(self, connection_id: str) -> None:
        """It is over."""


class KeptHere:
    """In this process. clock: seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._readings: dict[str, tuple[float, KeptReading]] = {}
        """the one that was kept longest ago first"""

    async def get(self, connection_id: str) -> KeptReading | None:
        self._forget_old()
        found = self._readings.get(connection_id)
        return found[1] if found is not None else None

    async def put(self, connection_id: str, reading: KeptReading) -> None:
        self._readings.pop(connection_id, None)
        self._readings[connection_id] = (self._clock(), reading)
        self._forget_old()

    async def forget(self, connection_id: str) -> None:
        self._readings.pop(connection_id, None)

    def _forget_old(self) -> None:
        while self._readings:
            oldest = next(iter(self._readings))
            if self._clock() - self._readings[oldest][0] < TTL:
                return
            del self._readings[oldest]


class KeptInRedis:
    """In Redis, for every gateway. redis: an asynchronous client of redis-py. Raises what it raises."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis

    async def get(self, connection_id: str) -> KeptReading | None:
        found = await self._redis.get(KEY.format(connection_id))
        try:
            return KeptReading.model_validate_json(found) if found is not None else None
        except ValidationError:
            return None  # of another version

    async def put(self, connection_id: str, reading: KeptReading) -> None:
        await self._redis.set(KEY.format(connection_id), reading.model_dump_json(), ex=TTL)

    async def forget(self, connection_id: str) -> None:
        await self._redis.delete(KEY.format(connection_id))
