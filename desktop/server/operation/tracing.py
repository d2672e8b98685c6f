"""Which connection a line of the log belongs to: the trace of W3C's Trace Context, from the client or made here.

An ASGI application around another one. The id is in a context variable, so that every task of a connection has it.
"""

import re
import secrets
from collections.abc import Iterable
from contextvars import ContextVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = b"traceparent"
ANSWER = b"x-trace-id"
_PARENT = re.compile(rb"^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$")

trace: ContextVar[str] = ContextVar("trace", default="")
"""32 hexadecimal digits; empty outside of a connection"""


def trace_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The trace that the client began, or a new one."""
    for name, value in headers:
        if name == HEADER and (found := _PARENT.match(value.strip().lower())) and found[1].strip(b"0"):
            return found[1].decode()
    return secrets.token_hex(16)


class Traced:
    """Gives each connection its trace, and tells the client of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        number = trace_of(scope.get("headers", ()))
        token = trace.set(number)

        async def answer(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept", "websocket.http.response.start"):
                message = {**message, "headers": [*message.get("headers", ()), (ANSWER, number.encode())]}
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            trace.reset(token)
