"""Recordings sent one behind the other."""

from hypothesis import example, given
from hypothesis import strategies as st

from desktop.server.audio.joined import Splitter
from desktop.server.audio.sniff import EBML
from tests.unit.server.audio.test_pcm import split

HEADER = EBML + b"\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82\x84webm" + b"\0" * 60


@example(bodies=[EBML, b""], cuts=[])
@given(
    bodies=st.lists(st.binary(max_size=30), min_size=1, max_size=4),
    cuts=st.lists(st.integers(0, 1_000), max_size=12),
)
def test_documents_are_taken_apart_whatever_the_split(bodies: list[bytes], cuts: list[int]) -> None:
    documents = [HEADER + body for body in bodies]
    found = [b""]
    splitter = Splitter()
    for piece in split(b"".join(documents), cuts):
        first, *others = splitter.feed(piece)
        found[-1] += first
        found += others
    found[-1] += splitter.end()
    assert found == documents


def test_the_same_four_bytes_in_sound_begin_nothing() -> None:
    splitter = Splitter()
    data = HEADER + b"x" * 20 + EBML + b"y" * 80
    assert b"".join(splitter.feed(data)) + splitter.end() == data
    assert len(Splitter().feed(data)) == 1


def test_what_was_held_back_comes_at_the_end() -> None:
    for data in (HEADER + EBML[:2], HEADER + EBML + b"web"):
        splitter = Splitter()
        (piece,) = splitter.feed(data)
        assert piece + splitter.end() == data
        assert not splitter.end()
    assert Splitter().feed(b"noise" + HEADER) == [b"noise", HEADER]
