"""What of a client's audio need not be sent again."""

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np

from desktop.server.audio.pcm import PcmFormat
from desktop.server.protocols.native.uplink import Uplink
from desktop.server.streams.stream import Stream
from tests.fakes import sound
from tests.unit.server.test_hub import OPTIONS, Hall, finals


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 20))  # type: ignore[arg-type]


def pcm(seconds: float, loudness: float = 0.5) -> bytes:
    return np.asarray(sound(seconds, loudness) * 32_767, "<i2").tobytes()


async def opened(hall: Hall) -> tuple[Stream, Uplink]:
    stream = hall.hub.open(OPTIONS)
    uplink = Uplink(stream)
    await uplink.change(PcmFormat("s16le", 16_000, 1))
    return stream, uplink


def test_what_comes_after_the_end_is_not_settled() -> None:
    async def test() -> None:
        hall = Hall()
        stream, uplink = await opened(hall)
        await uplink.hear(pcm(1.0))
        await stream.finish()  # as when the server ends
        await uplink.hear(pcm(0.5))
        assert stream.settled >= 1.0
        assert uplink.settled_at()[1] == 32_000
        assert uplink.received == 32_000

    run(test)


def test_the_last_piece_is_settled_as_far_as_it_was_heard() -> None:
    async def test() -> None:
        hall = Hall()
        stream, uplink = await opened(hall)
        hearing = asyncio.create_task(uplink.hear(pcm(2.0)))
        while stream.time < 0.5:
            await asyncio.sleep(0)
        await stream.finish()
        await hearing
        seconds, offset = uplink.settled_at()
        assert 0.5 <= seconds <= stream.settled < 1.0
        assert offset == seconds * 32_000

    run(test)


def test_a_stream_that_goes_on_elsewhere_tells_what_waits_and_ends_no_utterance() -> None:
    async def test() -> None:
        hall = Hall()
        stream, uplink = await opened(hall)
        stream.goes_on = True
        told = []

        async def read() -> None:
            async for event in stream.events():
                told.append(event)

        reading = asyncio.create_task(read())
        await asyncio.sleep(0)
        hall.desk.open.clear()
        await uplink.hear(pcm(1.0) + pcm(1.0, 0.0))
        await uplink.hear(pcm(1.0))  # in the middle of the next one
        draining = asyncio.create_task(hall.hub.drain(5.0))
        await hall.settle()
        hall.desk.open.set()
        await draining
        await reading
        assert finals(told) == [0]
        assert 1.0 < uplink.settled_at()[0] <= 2.0

    run(test)
