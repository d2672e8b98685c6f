"""The simulated Redis answers as a real one does."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ResponseError

from tests.redis_server import RedisServer
from tests.unit.server.simulation.redis_state import State, Stream, read

STEPS = 500


@pytest.fixture(scope="module")
def real() -> Iterator[Redis]:
    with RedisServer() as server, Redis(port=server.port, socket_timeout=5) as client:
        yield client


def command(chance: Random, entries: list[bytes]) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    """One that Parley uses, on few keys so that much happens to each."""
    key, text = chance.choice(("a", "b")), chance.choice((b"one", b"two", b""))
    entry = chance.choice(entries) if entries else b"1-1"
    group, who = chance.choice(("g", "h")), chance.choice(("x", "y"))
    stream = f"s{key}"
    choices: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
        ("set", (key, text), {}),
        ("get", (key,), {}),
        ("mget", ([key, "none"],), {}),
        ("strlen", (key,), {}),
        ("setrange", (key, chance.randrange(9), text), {}),
        ("getrange", (key, chance.randrange(4), chance.randrange(9)), {}),
        ("exists", (key,), {}),
        ("delete", (key, f"l{key}"), {}),
        ("expire", (key, 1000), {}),
        ("hset", (f"h{key}", text, who), {}),
        ("hgetall", (f"h{key}",), {}),
        ("hdel", (f"h{key}", text, b"one"), {}),
        ("rpush", (f"l{key}", text), {}),
        ("lpop", (f"l{key}",), {}),
        ("lrange", (f"l{key}", 0, -1), {}),
        ("ltrim", (f"l{key}", -2, -1), {}),
        ("xadd", (stream, {"k": text}), {"maxlen": None}),
        ("xlen", (stream,), {}),
        ("xrange", (stream, entry, entry), {}),
        ("xdel", (stream, entry), {}),
        ("xgroup_create", (stream, group), {"id": "0", "mkstream": True}),
        ("xreadgroup", (group, who, {stream: ">"}), {"count": 1}),
        ("xreadgroup", (group, who, {stream: "0"}), {"count": 3}),
        ("xack", (stream, group, entry), {}),
        ("xclaim", (stream, group, who, 0, [entry]), {"justid": True}),
        ("xautoclaim", (stream, group, who), {"count": 3}),
        ("xpending_range", (stream, group, "-", "+", 5), {}),
        ("xgroup_delconsumer", (stream, group, who), {}),
    ]
    return chance.choice(choices)


@pytest.mark.parametrize("seed", range(3))
def test_every_answer_is_the_same(real: Redis, seed: int) -> None:
    real.flushdb()
    chance, state, now = Random(seed), State(), 1.0
    entries: list[bytes] = []
    for _ in range(STEPS):
        now += 0.01
        name, args, options = command(chance, entries)
        told, simulated = _real(real, name, args, options), None
        try:
            if name == "xadd":  # the same id
                state._at(now, args[0], Stream).last = (read(told)[0], read(told)[1] - 1)
                simulated = state.xadd(0.0, *args)
                entries.append(told)
            elif name == "xautoclaim":
                simulated = state.xautoclaim(now, *args, 0, options["count"])
            else:
                simulated = getattr(state, name)(now, *args, **options)
        except ResponseError as error:
            simulated = str(error).split()[0]
        assert _plain(name, simulated) == _plain(name, told), (seed, name, args)


def _real(real: Redis, name: str, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    call = {"xautoclaim": {"min_idle_time": 0}, "xadd": {"id": "*"}}.get(name, {})
    try:
        return getattr(real, name)(*args, **options, **call)
    except ResponseError as error:
        return str(error).split()[0].replace("The", "NOGROUP")  # of a key that is not there


def _plain(name: str, value: Any) -> Any:
    """Without what depends on the time, and pairs as they come from either."""
    if isinstance(value, str):
        return value
    if name == "xpending_range":
        return [{key: one[key] for key in ("message_id", "consumer", "times_delivered")} for one in value]
    if name == "xautoclaim":
        return [(entry, fields) for entry, fields in value[1] if fields]
    if name == "xreadgroup":
        return [(stream, [tuple(one) for one in found]) for stream, found in value or ()]
    if name in ("expire", "set", "ltrim", "xgroup_create"):
        return bool(value)
    return value
