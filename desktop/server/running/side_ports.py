"""Protocols with ports of their own: WhisperLive and Wyoming. On the event loop.

A port that another program has does not keep the server from serving all else; it is said.
"""

import asyncio
import socket
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from desktop.engine.errors import EngineError
from desktop.server.http.listening import bound
from desktop.server.protocols.whisper_live import whisper_live_routes
from desktop.server.protocols.wyoming.messages import LONGEST_LINE
from desktop.server.protocols.wyoming.server import Wyoming
from desktop.server.security.network_guard import Network
from desktop.server.security.security import Security
from desktop.server.streams.hub import Hub

LOOPBACK = "127.0.0.1"
_GRACE = 3.0
"""seconds for Wyoming's connections to end when all was told"""


@dataclass(frozen=True, slots=True)
class SidePorts:
    """Where they are; 0 takes a free port, None leaves a protocol out."""

    whisper_live: int | None = None
    wyoming: int | None = None
    wyoming_allow: tuple[Network, ...] = ()
    """whose clients may connect besides those of this machine: Wyoming knows no tokens"""


def networks(written: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and networks as users write them ("192.168.1.0/24"). Raises EngineError."""
    found = []
    for one in written:
        try:
            found.append(ip_network(one.strip(), strict=False))
        except ValueError:
            raise EngineError("network-unknown", code="address", network=one[:80]) from None
    return tuple(found)


class SideSockets:
    """The sockets that are open. said: gets what went wrong with one."""

    def __init__(
        self, ports: SidePorts, host: str, opened: ExitStack | AsyncExitStack, said: Callable[[EngineError], None]
    ) -> None:
        # Only whoever is allowed may even knock.
        wyoming_host = host if ports.wyoming_allow else LOOPBACK
        self._opened = opened
        self._said = said
        self._allow = ports.wyoming_allow
        self.whisper_live = self._open(host, ports.whisper_live, "WhisperLive", "--whisper-live-port")
        self.wyoming = self._open(wyoming_host, ports.wyoming, "Wyoming", "--wyoming-port")
        self._serving: tuple[asyncio.Server, Wyoming] | None = None

    def _open(self, host: str, port: int | None, name: str, option: str) -> socket.socket | None:
        if port is None:
            return None
        try:
            return self._opened.enter_context(bound(host, port))
        except EngineError as error:
            self._said(EngineError("side-port-unusable", code="address", name=name, option=option, why=error.message))
            return None

    @property
    def told(self) -> str:
        """Which are open, for whoever started the server."""
        found = (("WhisperLive", self.whisper_live), ("Wyoming", self.wyoming))
        return ", ".join(f"{name} at port {one.getsockname()[1]}" for name, one in found if one is not None)

    async def start(self, hub: Hub, security: Security) -> None:
        """Serve Wyoming; WhisperLive is an application among the others (`whisper_live_application`)."""
        if self.wyoming is not None:
            wyoming = Wyoming(hub, security.network_guard(self._allow, "wyoming"))
            server = await asyncio.start_server(wyoming.connected, sock=self.wyoming, limit=LONGEST_LINE)
            self._serving = server, wyoming

    async def close(self) -> None:
        """Let connections end, and take no more."""
        if self._serving is not None:
            server, wyoming = self._serving
            server.close()
            await wyoming.close(_GRACE)


def whisper_live_application(hub: Hub) -> Any:
    """All that is behind WhisperLive's port."""
    from starlette.applications import Starlette

    return Starlette(routes=whisper_live_routes(hub))
