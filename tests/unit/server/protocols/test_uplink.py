"""A client's audio on its way to a stream, and what is left of it when the stream has ended."""

import gc
import weakref

from desktop.server.audio.pcm import PcmFormat
from desktop.server.protocols.native.uplink import Uplink
from tests.unit.server.test_hub import OPTIONS, Hall, run

BROKEN = b"RIFF\x00\x00\x00\x00WAVE"


def test_nothing_is_left_of_a_stream_that_has_ended() -> None:
    async def speak() -> None:
        hall = Hall()
        uplink = Uplink(hall.hub.open(OPTIONS))
        stream = weakref.ref(uplink.stream)
        await uplink.hear(bytes(32_000))
        assert Uplink.of(uplink.stream) is uplink
        assert not await uplink.finish()
        del uplink
        await hall.settle()
        gc.collect()
        assert stream() is None

    run(speak)


def test_a_client_that_never_comes_back_leaves_nothing_undecoded() -> None:
    async def speak() -> None:
        uplink = Uplink(Hall().hub.open(OPTIONS))
        await uplink.hear(b"\x1a\x45")  # it may be WebM
        incoming = uplink._incoming
        uplink.stream.close()
        assert incoming is not None
        await incoming.feed(b"\xdf\xa3")
        await incoming.end()  # it was given up: nothing is said of it

    run(speak)


def test_audio_whose_end_is_broken_does_not_keep_the_stream_from_ending() -> None:
    async def speak() -> None:
        hall = Hall()
        uplink = Uplink(hall.hub.open(OPTIONS))
        await uplink.change(PcmFormat())
        await uplink.hear(BROKEN)
        broken = await uplink.finish()
        assert broken is not None
        assert broken.message.key == "stream-without-audio"
        assert hall.hub.streams == 0

    run(speak)
