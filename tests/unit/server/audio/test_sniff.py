"""What the first bytes of a stream say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.server.audio.outgoing import FORMATS, SpeechEncoder, SpeechFormat
from desktop.server.audio.sniff import Kind, sniff

SOUND = (np.sin(np.arange(24_000) / 9) * 0.5).astype(np.float32)
KINDS = {"mp3": Kind.MP3, "opus": Kind.OGG, "aac": Kind.AAC, "flac": Kind.FLAC, "wav": Kind.WAV, "pcm": False}


@pytest.mark.parametrize("form", FORMATS)
def test_each_kind_is_known_as_early_as_can_be_and_never_taken_for_another(form: SpeechFormat) -> None:
    encoder = SpeechEncoder(form, 24_000)
    data = encoder.add(SOUND) + encoder.end()
    said = [sniff(data[:length]) for length in range(1, 3_000)]
    first = next(number for number, one in enumerate(said) if one is not True)
    assert set(said[:first]) <= {True}
    assert set(said[first:]) == {KINDS[form]}
    assert sniff(data, is_whole=True) == KINDS[form]


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x1a\x45\xdf\xa3\x9f", Kind.WEBM),
        (b"\0\0\0\x20ftypisom", Kind.MP4),
        (b"\0\0\0\x18styp", Kind.MP4),
        (b"ID3\x04", Kind.MP3),
        (b"RF64\xff\xff\xff\xffWAVE", Kind.WAV),
        (b"RIFF\0\0\0\0AVI ", False),
        (b"\0" * 8, False),
        (b"\xff\xff" * 6, False),
        (b"\xff\xfb\x90\x00" + b"\0" * 5000, False),
        (b"<html>", False),
        (b"", True),
    ],
)
def test_kinds(head: bytes, kind: Kind | bool) -> None:
    assert sniff(head) == kind


@given(st.binary(max_size=64))
def test_the_end_of_a_stream_always_decides(head: bytes) -> None:
    assert sniff(head, is_whole=True) is not True


@given(st.binary(max_size=64))
def test_so_many_bytes_always_decide(head: bytes) -> None:
    assert sniff(head + bytes(5_000)) is not True
