"""Speech as clients want it: encoded piece by piece while it is spoken. Computes on the caller's thread."""

import struct
from typing import Any, Literal, get_args

import numpy as np

from desktop.engine.events import Samples

SpeechFormat = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"]
"""As OpenAI names them."""
FORMATS: tuple[SpeechFormat, ...] = get_args(SpeechFormat)
MEDIA_TYPES: dict[SpeechFormat, str] = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
_CODECS = {"mp3": ("mp3", "libmp3lame"), "opus": ("ogg", "libopus"), "aac": ("adts", "aac"), "flac": ("flac", "flac")}
"""by the format: FFmpeg's container and codec"""
_OPTIONS = {"mp3": {"write_xing": "0"}, "opus": {"page_duration": "20000"}}
_RATES = {"mp3": 24_000, "opus": 48_000, "aac": 24_000}
"""Hz, where a codec has only some; the others keep the rate of the voice"""
_BIT_RATE = {"mp3": 64_000, "opus": 32_000, "aac": 64_000}
_WAV = struct.Struct("<4sI4s4sIHHIIHH4sI")
_ENDLESS = 0xFFFF_FFFF


class SpeechEncoder:
    """One stream of speech, mono. form: what comes out. rate: Hz of what is added. to_rate: Hz of what comes out; 0:
    that of the voice, or what the codec asks for."""

    def __init__(self, form: SpeechFormat, rate: int, to_rate: int = 0) -> None:
        self._form = form
        self._from = rate
        self.rate = to_rate or _RATES.get(form, rate)
        self._stream: Any = None
        if self.rate != rate:
            import soxr

            self._stream = soxr.ResampleStream(rate, self.rate, 1, dtype="float32", quality="HQ")
        self._coded = _Coded(form, self.rate) if form in _CODECS else None
        self._is_begun = False

    def add(self, samples: Samples) -> bytes:
        """Samples of shape (n,) in, what is ready of the encoded stream out; may be empty."""
        if self._stream is not None:
            samples = self._stream.resample_chunk(np.ascontiguousarray(samples, np.float32))
        return self._encoded(samples)

    def end(self) -> bytes:
        """The rest of the stream."""
        rest = np.zeros(0, np.float32)
        if self._stream is not None:
            rest = self._stream.resample_chunk(rest, last=True)
        last = self._encoded(rest)
        return last if self._coded is None else last + self._coded.end()

    def _encoded(self, samples: Samples) -> bytes:
        if self._coded is not None:
            return self._coded.add(samples)
        begin = b"" if self._is_begun or self._form != "wav" else wav_header(self.rate)
        self._is_begun = True
        return begin + pcm16(samples)


class _Coded:
    """What FFmpeg encodes."""

    def __init__(self, form: SpeechFormat, rate: int) -> None:
        import av

        container, codec = _CODECS[form]
        self._sink = _Sink()
        self._output: Any = av.open(self._sink, "w", format=container, options=_OPTIONS.get(form, {}))
        track: Any = self._output.add_stream(codec, rate=rate)
        track.layout = "mono"
        if form in _BIT_RATE:
            track.bit_rate = _BIT_RATE[form]
        if form == "flac":
            track.format = "s16"
        self._resampler: Any = av.AudioResampler(track.format, "mono", rate)
        self._track = track
        self._rate = rate
        self._at = 0

    def add(self, samples: Samples) -> bytes:
        import av

        if len(samples):
            data = np.clip(np.ascontiguousarray(samples, np.float32), -1.0, 1.0)
            frame = av.AudioFrame.from_ndarray(data.reshape(1, -1), format="flt", layout="mono")
            frame.sample_rate = self._rate
            frame.pts = self._at
            self._at += len(samples)
            self._mux(frame)
        return self._sink.taken()

    def end(self) -> bytes:
        self._mux(None)
        self._output.mux(self._track.encode(None))
        self._output.close()
        return self._sink.taken()

    def _mux(self, frame: Any) -> None:
        for one in self._resampler.resample(frame):
            self._output.mux(self._track.encode(one))


class _Sink:
    """A file that can only be written."""

    def __init__(self) -> None:
        self._data = bytearray()

    def write(self, data: bytes) -> int:
        self._data += data
        return len(data)

    def taken(self) -> bytes:
        data = bytes(self._data)
        self._data.clear()
        return data


def pcm16(samples: Samples) -> bytes:
    """Samples of shape (n,), -1..1, as 16 bit little-endian."""
    return (np.clip(samples, -1.0, 1.0) * 32_767).astype("<i2").tobytes()


def wav_header(rate: int, size: int | None = None) -> bytes:
    """What stands before 16 bit mono samples. size: their bytes; None: not known yet."""
    whole = _ENDLESS if size is None else _WAV.size - 8 + size
    data = _ENDLESS if size is None else size
    return _WAV.pack(b"RIFF", whole, b"WAVE", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16, b"data", data)
