"""A connection that stays ends when the credential that opened it does. On the event loop."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Connection

from desktop.engine.errors import EngineError
from desktop.server.security.web.refusal import Refused

log = logging.getLogger(__name__)

_GRACE = 5.0
"""seconds that the client and the app have to part in peace"""
_POLICY = 1008
"""WebSocket's code for: not allowed (any more)"""


async def run_watched(
    app: ASGIApp,
    connection: Connection,
    receive: Receive,
    send: Send,
    check: Callable[[], Awaitable[None]],
    every: float,
) -> str:
    """Run the app for a WebSocket and ask every so many seconds whether it may go on. Returns the code of why not, or
    nothing. check: raises Refused; any other EngineError leaves things as they are."""
    is_over = False

    async def send_until_over(message: Message) -> None:
        if is_over:
            raise OSError("the connection is closed")  # as a server says it; apps know it as a disconnect
        await send(message)

    running = asyncio.ensure_future(app(connection, receive, send_until_over))
    try:
        while not (await asyncio.wait((running,), timeout=every))[0]:
            try:
                await check()
            except Refused as refused:
                if refused.status == 503:  # whoever vouches for it cannot be asked now
                    continue
                is_over = True
                with contextlib.suppress(Exception):  # the client may have gone
                    await send({"type": "websocket.close", "code": _POLICY, "reason": refused.code})
                await asyncio.wait((running,), timeout=_GRACE)
                return refused.code
            except EngineError as error:
                log.warning("whether a connection may stay cannot be asked: %s", error)
        await running
        return ""
    finally:
        if not running.done():
            running.cancel()
        with contextlib.suppress(asyncio.CancelledError, *((Exception,) if is_over else ())):
            await running
