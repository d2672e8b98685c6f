"""What peers that speak HTTP share: answers that are errors, and a server on a free port."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute

from tests.asgi_server import asgi_server
from tests.cloud_peers.faults import WAIT, Fault, Plan
from tests.cloud_peers.hearing import Powers

STATUS = {
    Fault.KEY: 401,
    Fault.FORBIDDEN: 403,
    Fault.QUOTA: 429,
    Fault.RATE: 429,
    Fault.BUSY: 503,
    Fault.SIZE: 413,
    Fault.LENGTH: 413,
}


@dataclass
class WebPeer:
    """plan: what it does wrong, may be changed while it runs."""

    powers: Powers
    plan: Plan = field(default_factory=Plan)
    headers: list[dict[str, str]] = field(default_factory=list)
    """of the requests so far"""
    asked: list[dict[str, Any]] = field(default_factory=list)
    """what they said, where that is more than sound"""
    port: int = 0
    stalled: asyncio.Event = field(default_factory=asyncio.Event)
    """never set"""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def fault(self, body: dict[str, Any] | None = None, *, has_key: bool = True) -> Response | None:
        """What is answered instead, if this goes wrong. body: of an error, as the provider has it."""
        fault = self.plan.at_once() if has_key else Fault.KEY
        await asyncio.sleep(self.plan.delay)
        if fault is None or fault in (Fault.SLOW, Fault.HALF_CLOSED):
            return None
        if fault is Fault.STALL:
            await self.stalled.wait()
        if fault is Fault.GARBAGE:
            return HTMLResponse("<html><body>Welcome to the hotel's network</body></html>")
        headers = {"retry-after": str(WAIT)} if fault is Fault.RATE else {}
        return JSONResponse(body or {"error": fault.value}, STATUS[fault], headers)


@contextmanager
def web_peer(peer: WebPeer, routes: Sequence[BaseRoute]) -> Iterator[None]:
    """It answers meanwhile."""

    async def nothing() -> None:
        pass

    with asgi_server(Starlette(routes=routes), at_end=nothing) as server:
        peer.port = server.port
        yield
