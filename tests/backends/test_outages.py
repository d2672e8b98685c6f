"""A network that fails, between real sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from desktop.bench.load.outages import Relay, outages
from desktop.engine.errors import EngineError


@asynccontextmanager
async def echo() -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/path"


async def connected(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", int(url.split(":")[2].split("/")[0]))


def test_bytes_pass_until_it_fails_and_again_after() -> None:
    asyncio.run(passing_and_failing())


async def passing_and_failing() -> None:
    async with echo() as url, Relay(url) as relay:
        assert relay.url.endswith("/path")
        reader, writer = await connected(relay.url)
        writer.write(b"one")
        assert await reader.readexactly(3) == b"one"
        failing = asyncio.create_task(relay.fail(0.2))
        await gone(reader, writer)
        await gone(*await connected(relay.url))
        await failing
        reader, writer = await connected(relay.url)
        writer.write(b"two")
        assert await reader.readexactly(3) == b"two"
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
        assert relay.cut == 1


async def gone(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with pytest.raises((OSError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def test_failures_are_spread() -> None:
    asyncio.run(spread())


async def spread() -> None:
    async with echo() as url, Relay(url) as relay:
        begun = asyncio.get_running_loop().time()
        await outages(relay, 2, 0.1, 0.5)
        assert asyncio.get_running_loop().time() - begun >= 0.39


def test_lines_with_tls_are_refused() -> None:
    with pytest.raises(EngineError, match="ws://"):
        Relay("wss://example.org/")
