"""Wyoming's door: who comes in, for how long, and what stands of it in the audit log. The client is the real one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from wyoming.client import AsyncTcpClient
from wyoming.event import Event
from wyoming.ping import Ping, Pong

from desktop.engine.errors import EngineError
from desktop.server.database import audit
from desktop.server.protocols.wyoming.messages import LONGEST_LINE
from desktop.server.protocols.wyoming.server import Wyoming
from desktop.server.security.limits import ServerLimits
from desktop.server.security.network_guard import NetworkGuard
from desktop.server.security.options import SecurityOptions
from desktop.server.security.security import Security
from desktop.server.streams.admission import Admission
from desktop.server.streams.hub import Hub
from tests.unit.server.test_hub import Desk

HOME = (ip_network("192.168.1.0/24"),)
Row = tuple[str, str, str, str]
"""event, principal, address, reason"""


@dataclass
class Room:
    """A server, and what it wrote down."""

    port: int
    security: Security
    wyoming: Wyoming
    guard: NetworkGuard

    def entries(self) -> Sequence[Any]:
        with self.security.database.session(reads_only=True) as session:
            return list(reversed(audit.newest(session, 1000)))

    async def log(self, least: int) -> list[Row]:
        """When there are so many entries: they come a moment after what they are about."""
        async with asyncio.timeout(20):
            while len(found := await asyncio.to_thread(self.entries)) < least:
                await asyncio.sleep(0.01)
        assert {one.protocol for one in found} == {"wyoming"}
        return [(one.event, one.principal, one.address, one.reason) for one in found]


@contextlib.asynccontextmanager
async def room(folder: Path, limits: ServerLimits) -> AsyncIterator[Room]:
    options = SecurityOptions(folder=folder, database=f"sqlite:///{folder}/door.db", limits=limits)
    security = await asyncio.to_thread(Security, options)
    guard = security.network_guard(HOME, "wyoming")
    wyoming = Wyoming(Hub(Desk(), Admission(1, 0.1), access=limits), guard)
    server = await asyncio.start_server(wyoming.connected, "127.0.0.1", 0, limit=LONGEST_LINE)
    try:
        yield Room(server.sockets[0].getsockname()[1], security, wyoming, guard)
    finally:
        server.close()
        await wyoming.close(0.1)
        await security.close()


async def asked(client: AsyncTcpClient) -> Event | None:
    """What a ping is answered with; None: the connection is closed."""
    try:
        await client.write_event(Ping(text="there?").event())
        async with asyncio.timeout(20):
            return await client.read_event()
    except ConnectionError:
        return None


def test_who_comes_and_goes_is_written_down_with_how_long(tmp_path: Path) -> None:
    async def run() -> None:
        async with room(tmp_path, ServerLimits()) as there:
            async with AsyncTcpClient("127.0.0.1", there.port) as client:
                answer = await asked(client)
                assert answer is not None
                assert Pong.from_event(answer).text == "there?"
                assert await there.log(1) == [("opened", "local", "127.0.0.1", "")]
            assert await there.log(2) == [("opened", "local", "127.0.0.1", ""), ("closed", "local", "127.0.0.1", "")]
            (opened, closed) = there.entries()
            assert opened.seconds is None
            assert closed.seconds > 0

    asyncio.run(run())


def test_one_address_has_so_many_connections(tmp_path: Path) -> None:
    async def run() -> None:
        async with room(tmp_path, ServerLimits(local_sessions=2)) as there:
            async with (
                AsyncTcpClient("127.0.0.1", there.port) as first,
                AsyncTcpClient("127.0.0.1", there.port) as second,
            ):
                assert await asked(first)
                assert await asked(second)
                async with AsyncTcpClient("127.0.0.1", there.port) as third:
                    answer = await third.read_event()
                    assert answer is not None
                    assert (answer.type, answer.data["code"]) == ("error", "too-many-sessions")
                    assert await third.read_event() is None
                assert (await there.log(3))[2] == ("refused", "", "127.0.0.1", "too-many-sessions")
            assert (await there.log(5))[4][0] == "closed"
            async with AsyncTcpClient("127.0.0.1", there.port) as fourth:  # there is room again
                assert await asked(fourth)

    asyncio.run(run())


def test_who_says_nothing_is_sent_away(tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            room(tmp_path, ServerLimits(idle_seconds=0.2)) as there,
            AsyncTcpClient("127.0.0.1", there.port) as client,
        ):
            answer = await client.read_event()
            assert answer is not None
            assert (answer.type, answer.data["code"]) == ("error", "idle")
            assert await client.read_event() is None
            assert (await there.log(2))[1] == ("closed", "local", "127.0.0.1", "idle")

    asyncio.run(run())


def test_who_takes_nothing_is_cut_off(tmp_path: Path) -> None:
    async def run() -> None:
        async with room(tmp_path, ServerLimits(idle_seconds=0.3)) as there:
            _, writer = await asyncio.open_connection("127.0.0.1", there.port)
            try:
                with contextlib.suppress(ConnectionError, TimeoutError):
                    async with asyncio.timeout(20):
                        while len(there.entries()) < 2:  # until the buffers of both sides are full
                            writer.write(b'{"type": "ping", "data": {"text": "%s"}}\n' % (b"x" * 900) * 1000)
                            await asyncio.wait((asyncio.ensure_future(writer.drain()),), timeout=0.05)
                assert (await there.log(2))[1][0] == "closed"
            finally:
                writer.transport.abort()

    asyncio.run(run())


def test_an_address_that_is_not_allowed_is_refused_and_a_flood_of_it_is_noted_once(tmp_path: Path) -> None:
    async def run() -> None:
        limits = ServerLimits(refusals_noted_per_minute=2)
        async with room(tmp_path, limits) as there:
            for peer in [("203.0.113.9", 4000)] * 5 + [None]:
                with pytest.raises(EngineError, match="address-refused"):
                    async with there.guard.visit(peer):
                        raise AssertionError("let in")
            assert await there.log(3) == [
                ("refused", "", "203.0.113.9", "address"),
                ("refused", "", "203.0.113.9", "address, and more"),
                ("refused", "", "", "address"),
            ]

    asyncio.run(run())


def test_the_limits_of_an_allowed_address_are_those_of_others(tmp_path: Path) -> None:
    async def run() -> None:
        limits = ServerLimits(sessions=1, address_requests_per_minute=3)
        async with room(tmp_path, limits) as there:
            async with there.guard.visit(("::ffff:192.168.1.7", 4000)) as visit:
                assert visit.principal == "address:192.168.1.7"
                with pytest.raises(EngineError, match="too-many-sessions"):
                    async with there.guard.visit(("192.168.1.7", 4001)):
                        raise AssertionError("let in")
                async with there.guard.visit(("192.168.1.8", 4000)):
                    pass
            async with there.guard.visit(("192.168.1.7", 4002)) as again:
                again.reason = "idle"
            with pytest.raises(EngineError, match="too-many-requests"):
                async with there.guard.visit(("192.168.1.7", 4003)):
                    raise AssertionError("let in")
            assert (await there.log(8))[-2:] == [
                ("closed", "address:192.168.1.7", "192.168.1.7", "idle"),
                ("refused", "", "192.168.1.7", "too-many-requests"),
            ]

    asyncio.run(run())
