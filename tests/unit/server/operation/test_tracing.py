"""Traces of connections."""

import asyncio
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from desktop.server.operation.tracing import ANSWER, Traced, trace, trace_of

GIVEN = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_the_clients_trace_goes_on() -> None:
    assert trace_of([(b"host", b"x"), (b"traceparent", f"00-{GIVEN}-00f067aa0ba902b7-01".encode())]) == GIVEN


@given(st.one_of(st.binary(max_size=80), st.just(b"00-" + b"0" * 32 + b"-00f067aa0ba902b7-01")))
def test_anything_else_begins_a_new_one(value: bytes) -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", trace_of([(b"traceparent", value)]))


def test_each_connection_has_its_own_and_is_told() -> None:
    seen: list[str] = []
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(trace.get())
        await send({"type": "websocket.accept"})

    async def nothing(message: Any = None) -> Any:
        sent.append(message)

    async def connect() -> None:
        for kind in ("websocket", "http", "lifespan"):
            await Traced(app)({"type": kind, "headers": []}, nothing, nothing)

    asyncio.run(connect())
    assert len({*seen}) == 3
    assert seen[2] == trace.get() == ""
    assert dict(sent[0]["headers"])[ANSWER].decode() == seen[0]
