"""Sound on its way: every byte once to each connection, in order, in pieces that are small enough."""

import asyncio

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.recognition.backends.cloud.sound import Part, Sound, pcm16

CHUNKS = st.lists(st.binary(max_size=40).map(lambda data: data + data), max_size=12)


def got(part: Part) -> list[bytes]:
    async def read() -> list[bytes]:
        return [piece async for piece in part]

    return asyncio.run(read())


@given(CHUNKS, st.integers(1, 30))
def test_all_of_it_arrives_in_small_pieces(chunks: list[bytes], most: int) -> None:
    sound = Sound()
    for chunk in chunks:
        sound.append(chunk, False)
    sound.append(b"", True)
    part = Part(sound, 0, 10_000, most)
    pieces = got(part)
    assert b"".join(pieces) == b"".join(chunks)
    assert all(0 < len(piece) <= most for piece in pieces)
    assert part.is_over
    assert part.length == sound.end


@given(CHUNKS, st.lists(st.integers(1, 60), max_size=5))
def test_connections_share_it_without_a_gap(chunks: list[bytes], ends: list[int]) -> None:
    whole = b"".join(chunks)
    sound = Sound()
    for chunk in chunks:
        sound.append(chunk, False)
    sound.append(b"", True)
    begin, heard = 0, b""
    for length in [*ends, 10_000]:
        part = Part(sound, begin, begin + length, 16)
        heard += b"".join(got(part))
        assert part.length <= length
        begin = part.sent
        sound.forget(begin)
    assert heard == whole


def test_a_part_ends_at_its_place_and_not_before() -> None:
    sound = Sound()
    sound.append(bytes(range(40)), False)
    part = Part(sound, 10, 10_000, 8)
    part.stop(30)
    assert b"".join(got(part)) == bytes(range(10, 30))
    assert part.is_over
    part = Part(sound, 30, 10_000, 8)
    part.stop()
    assert got(part) == []
    assert part.is_over


def test_samples_are_clipped_and_what_is_none_is_silence() -> None:
    odd = np.array([0.0, 1.0, -1.0, 2.0, -2.0, np.nan, np.inf, -np.inf], np.float32)
    assert np.frombuffer(pcm16(odd), "<i2").tolist() == [0, 32767, -32767, 32767, -32767, 0, 32767, -32767]


def test_who_reads_waits_for_more() -> None:
    sound = Sound()
    sound.append(b"one ", False)

    async def read() -> list[bytes]:
        part = Part(sound, 0, 100, 3)
        pieces = []
        asyncio.get_running_loop().call_later(0.01, sound.append, b"two", True)
        async for piece in part:
            pieces.append(piece)
            sound.forget(part.sent)
        assert part.is_over
        assert part.length == sound.end == 7
        return pieces

    assert asyncio.run(read()) == [b"one", b" ", b"two"]
    sound.forget(3)  # forgotten already
    assert sound.piece(7, 10) == b""
