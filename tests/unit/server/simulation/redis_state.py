"""What a Redis holds, and what its commands do to it, as far as Parley uses them. Held against a real one in
`tests/unit/server/test_simulated_redis.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.exceptions import ResponseError

Id = tuple[int, int]


def raw(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def written(number: Id) -> bytes:
    return f"{number[0]}-{number[1]}".encode()


def read(number: Any) -> Id:
    first, _, second = raw(number).decode().partition("-")
    return int(first), int(second or 0)


@dataclass
class Pending:
    consumer: str
    since: float
    deliveries: int


@dataclass
class Group:
    last: Id = (0, 0)
    pending: dict[Id, Pending] = field(default_factory=dict)


@dataclass
class Stream:
    entries: dict[Id, dict[bytes, bytes]] = field(default_factory=dict)
    last: Id = (0, 0)
    groups: dict[str, Group] = field(default_factory=dict)


class State:
    """Each command is a method; the first argument is the time in seconds."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._ends: dict[str, float] = {}

    def _at(self, now: float, key: Any, kind: type, *, makes: bool = True) -> Any:
        name = raw(key).decode()
        if self._ends.get(name, now + 1) <= now:
            self._values.pop(name, None)
            del self._ends[name]
        found = self._values.get(name)
        if found is None:
            found = kind()
            if makes:
                self._values[name] = found
        return found

    def ping(self, now: float) -> bool:
        return True

    def time(self, now: float) -> tuple[int, int]:
        return int(now), int(now % 1 * 1e6)

    # Strings.

    def set(self, now: float, key: Any, value: Any, ex: float | None = None) -> bool:
        name = raw(key).decode()
        self._ends.pop(name, None)
        self._values[name] = bytearray(raw(value))
        if ex is not None:
            self._ends[name] = now + ex
        return True

    def get(self, now: float, key: Any) -> bytes | None:
        found = self._at(now, key, bytearray, makes=False)
        return bytes(found) if raw(key).decode() in self._values else None

    def mget(self, now: float, keys: Sequence[Any]) -> list[bytes | None]:
        return [self.get(now, key) for key in keys]

    def strlen(self, now: float, key: Any) -> int:
        return len(self._at(now, key, bytearray, makes=False))

    def setrange(self, now: float, key: Any, offset: int, value: bytes) -> int:
        found = self._at(now, key, bytearray, makes=bool(value))
        if value:
            found.extend(b"\0" * (offset - len(found)))
            found[offset : offset + len(value)] = value
        return len(found)

    def getrange(self, now: float, key: Any, start: int, end: int) -> bytes:
        return bytes(self._at(now, key, bytearray, makes=False)[start : end + 1])

    def exists(self, now: float, key: Any) -> int:
        self._at(now, key, bytearray, makes=False)
        return int(raw(key).decode() in self._values)

    def expire(self, now: float, key: Any, seconds: float) -> bool:
        if not self.exists(now, key):
            return False
        self._ends[raw(key).decode()] = now + seconds
        return True

    def delete(self, now: float, *keys: Any) -> int:
        count = 0
        for key in keys:
            self._ends.pop(raw(key).decode(), None)
            count += self._values.pop(raw(key).decode(), None) is not None
        return count

    # Hashes and lists.

    def hset(self, now: float, key: Any, name: Any, value: Any) -> int:
        found = self._at(now, key, dict)
        is_new = raw(name) not in found
        found[raw(name)] = raw(value)
        return int(is_new)

    def hgetall(self, now: float, key: Any) -> dict[bytes, bytes]:
        return dict(self._at(now, key, dict, makes=False))

    def hdel(self, now: float, key: Any, *names: Any) -> int:
        found = self._at(now, key, dict, makes=False)
        count = sum(found.pop(raw(name), None) is not None for name in names)
        self._drop_empty(key)
        return count

    def rpush(self, now: float, key: Any, value: Any) -> int:
        found = self._at(now, key, list)
        found.append(raw(value))
        return len(found)

    def lpop(self, now: float, key: Any) -> bytes | None:
        found = self._at(now, key, list, makes=False)
        value = found.pop(0) if found else None
        self._drop_empty(key)
        return value

    def lrange(self, now: float, key: Any, start: int, end: int) -> list[bytes]:
        found = self._at(now, key, list, makes=False)
        return found[start:] if end == -1 else found[start : end + 1]  # type: ignore[no-any-return]

    def ltrim(self, now: float, key: Any, start: int, end: int) -> bool:
        found = self._at(now, key, list, makes=False)
        found[:] = self.lrange(now, key, start, end)
        self._drop_empty(key)
        return True

    def _drop_empty(self, key: Any) -> None:
        if not self._values.get(raw(key).decode(), True):
            self.delete(0.0, key)

    # Streams.

    def xadd(self, now: float, key: Any, fields: Mapping[Any, Any], maxlen: int | None = None) -> bytes:
        stream: Stream = self._at(now, key, Stream)
        number = (int(now * 1000), 0)
        if number <= stream.last:
            number = (stream.last[0], stream.last[1] + 1)
        stream.last = number
        stream.entries[number] = {raw(name): raw(value) for name, value in fields.items()}
        while maxlen is not None and len(stream.entries) > maxlen:
            del stream.entries[next(iter(stream.entries))]
        return written(number)

    def xlen(self, now: float, key: Any) -> int:
        return len(self._at(now, key, Stream, makes=False).entries)

    def xrange(self, now: float, key: Any, least: Any, most: Any) -> list[Any]:
        entries = self._at(now, key, Stream, makes=False).entries
        return [(written(one), dict(entries[one])) for one in entries if read(least) <= one <= read(most)]

    def xdel(self, now: float, key: Any, *numbers: Any) -> int:
        entries = self._at(now, key, Stream, makes=False).entries
        return sum(entries.pop(read(number), None) is not None for number in numbers)

    def xgroup_create(self, now: float, key: Any, group: str, id: str = "0", mkstream: bool = False) -> bool:
        stream: Stream = self._at(now, key, Stream)
        if group in stream.groups:
            raise ResponseError("BUSYGROUP Consumer Group name already exists")
        stream.groups[group] = Group(read(id))
        return True

    def _group(self, now: float, key: Any, name: str) -> tuple[Stream, Group]:
        stream: Stream = self._at(now, key, Stream, makes=False)
        if name not in stream.groups:
            raise ResponseError(f"NOGROUP No such key '{key}' or consumer group '{name}'")
        return stream, stream.groups[name]

    def xreadgroup(self, now: float, group: str, consumer: str, streams: Mapping[Any, Any], count: int) -> list[Any]:
        found = []
        for key in streams:
            stream, one = self._group(now, key, group)
            if streams[key] != ">":
                found.append([raw(key), self._had(now, stream, one, consumer)[:count]])
                continue
            new = [number for number in stream.entries if number > one.last][:count]
            for number in new:
                one.last = number
                one.pending[number] = Pending(consumer, now, 1)
            if new:
                found.append([raw(key), [(written(number), dict(stream.entries[number])) for number in new]])
        return found

    @staticmethod
    def _had(now: float, stream: Stream, group: Group, consumer: str) -> list[Any]:
        """What it was given before; that is one more delivery of what is there still."""
        had = []
        for number, pending in sorted(group.pending.items()):
            if pending.consumer == consumer:
                if number in stream.entries:
                    pending.since, pending.deliveries = now, pending.deliveries + 1
                had.append((written(number), dict(stream.entries.get(number, {}))))
        return had

    def xack(self, now: float, key: Any, group: str, *numbers: Any) -> int:
        stream: Stream = self._at(now, key, Stream, makes=False)
        pending = stream.groups[group].pending if group in stream.groups else {}
        return sum(pending.pop(read(number), None) is not None for number in numbers)

    def xclaim(
        self, now: float, key: Any, group: str, consumer: str, idle: int, numbers: Sequence[Any], justid: bool
    ) -> list[bytes]:
        stream, one = self._group(now, key, group)
        claimed = []
        for number in map(read, numbers):
            pending = one.pending.get(number)
            if pending is None or (now - pending.since) * 1000 < idle:
                continue
            if number not in stream.entries:
                del one.pending[number]
                continue
            one.pending[number] = Pending(consumer, now, pending.deliveries + (not justid))
            claimed.append(written(number))
        return claimed

    def xautoclaim(self, now: float, key: Any, group: str, consumer: str, idle: int, count: int) -> list[Any]:
        stream, one = self._group(now, key, group)
        old = [number for number in sorted(one.pending) if (now - one.pending[number].since) * 1000 >= idle][:count]
        gone = [written(number) for number in old if number not in stream.entries]
        claimed = self.xclaim(now, key, group, consumer, idle, list(map(written, old)), justid=False)
        return [b"0-0", [(number, dict(stream.entries[read(number)])) for number in claimed], gone]

    def xpending_range(
        self, now: float, key: Any, group: str, least: Any, most: Any, count: int, consumer: str | None = None
    ) -> list[dict[str, Any]]:
        _, one = self._group(now, key, group)
        low = (0, 0) if raw(least) == b"-" else read(least)
        high = (2**63, 0) if raw(most) == b"+" else read(most)
        found = [
            {
                "message_id": written(number),
                "consumer": raw(pending.consumer),
                "time_since_delivered": int((now - pending.since) * 1000),
                "times_delivered": pending.deliveries,
            }
            for number, pending in sorted(one.pending.items())
            if low <= number <= high and consumer in (None, pending.consumer)
        ]
        return found[:count]

    def xgroup_delconsumer(self, now: float, key: Any, group: str, consumer: str) -> int:
        _, one = self._group(now, key, group)
        mine = [number for number, pending in one.pending.items() if pending.consumer == consumer]
        for number in mine:
            del one.pending[number]
        return len(mine)
