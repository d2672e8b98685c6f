"""Raw samples: what each coding means, and that no split of the bytes changes anything."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import AudioError
from desktop.engine.events import Samples
from desktop.server.audio.pcm import ENCODINGS, Encoding, PcmFormat, PcmReader, decoded


def all_of(reader: PcmReader, pieces: list[bytes]) -> Samples:
    """Everything that a reader gives."""
    found = [samples for piece in pieces for samples in reader.feed(piece)] + reader.end()
    return np.concatenate([np.zeros(0, np.float32), *found])


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    """The bytes, cut at these places."""
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[begin:end] for begin, end in pairwise(places)]


@given(
    encoding=st.sampled_from(ENCODINGS),
    rate=st.sampled_from([8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 192_000]),
    channels=st.integers(1, 3),
    seed=st.integers(0, 1000),
    cuts=st.lists(st.integers(0, 100_000), max_size=20),
)
def test_any_split_gives_the_same_samples(
    encoding: Encoding, rate: int, channels: int, seed: int, cuts: list[int]
) -> None:
    form = PcmFormat(encoding, rate, channels)
    data = np.random.default_rng(seed).bytes(form.frame * 3_000 + seed % form.frame)
    whole = all_of(PcmReader(form), [data])
    assert np.array_equal(whole, all_of(PcmReader(form), split(data, cuts)))
    assert len(whole) == pytest.approx(3_000 * 16_000 / rate, abs=2)
    assert np.isfinite(whole).all()


@pytest.mark.parametrize(
    ("encoding", "data", "values"),
    [
        ("u8", b"\x00\x80\xff", [-1, 0, 127 / 128]),
        ("s16le", b"\x00\x80\x00\x00\xff\x7f", [-1, 0, 32767 / 32768]),
        ("s24le", b"\x00\x00\x80\x00\x00\x00\x00\x00\x40", [-1, 0, 0.5]),
        ("s32le", b"\x00\x00\x00\x80\x00\x00\x00\x40", [-1, 0.5]),
        ("f32le", np.array([0.25, np.nan, 7, -np.inf], "<f4").tobytes(), [0.25, 0, 1, -1]),
        ("f64le", np.array([0.25, -2], "<f8").tobytes(), [0.25, -1]),
    ],
)
def test_what_a_sample_means(encoding: Encoding, data: bytes, values: list[float]) -> None:
    assert decoded(data, PcmFormat(encoding)) == pytest.approx(values)


@pytest.mark.parametrize(("encoding", "name"), [("mulaw", "pcm_mulaw"), ("alaw", "pcm_alaw")])
def test_g711_is_as_ffmpeg_has_it(encoding: Encoding, name: str) -> None:
    import av

    codec = av.CodecContext.create(name, "r")
    codec.sample_rate, codec.layout = 8_000, "mono"  # type: ignore[attr-defined]
    (frame,) = codec.decode(av.Packet(bytes(range(256))))  # type: ignore[attr-defined]
    expected = np.frombuffer(frame.planes[0], "<i2", 256) / 32_768
    assert np.array_equal(decoded(bytes(range(256)), PcmFormat(encoding, 8_000)), expected.astype(np.float32))


def test_several_channels_are_mixed() -> None:
    voice = np.sin(np.arange(16_000) / 20) * 0.5
    stereo = np.stack([voice, np.zeros(16_000)], 1).astype("<f4").tobytes()
    heard = all_of(PcmReader(PcmFormat("f32le", 16_000, 2)), [stereo])
    assert np.abs(heard[2_000:]).max() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("key", "make"),
    [
        ("stream-rate", lambda: PcmFormat(rate=7_999)),
        ("stream-rate", lambda: PcmFormat(rate=10**12)),
        ("stream-channels", lambda: PcmFormat(channels=0)),
        ("stream-channels", lambda: PcmFormat(channels=33)),
        ("stream-encoding", lambda: PcmFormat("mp7")),  # type: ignore[arg-type]
    ],
)
def test_what_is_not_read_is_said(key: str, make: object) -> None:
    with pytest.raises(AudioError) as error:
        make()  # type: ignore[operator]
    assert error.value.message.key == key
