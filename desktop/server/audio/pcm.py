"""Raw samples as they arrive, in any split, to the engine's 16 kHz mono. Pure, on the caller's thread."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from desktop.engine.audio.sources.resample import Resampler
from desktop.engine.errors import AudioError
from desktop.engine.events import Samples

Encoding = Literal["u8", "s16le", "s24le", "s32le", "f32le", "f64le", "mulaw", "alaw"]
"""How one sample is written, in FFmpeg's words."""
ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)
LEAST_RATE, MOST_RATE = 8_000, 192_000
"""Hz"""
MOST_CHANNELS = 32
_WIDTHS: dict[Encoding, int] = {
    "u8": 1,
    "s16le": 2,
    "s24le": 3,
    "s32le": 4,
    "f32le": 4,
    "f64le": 8,
    "mulaw": 1,
    "alaw": 1,
}
_BLOCKS = 50
"""a second, in which several channels are mixed: what is mixed must not depend on how the bytes were split"""


@dataclass(frozen=True, slots=True)
class PcmFormat:
    """How raw samples are written; AudioError where Parley does not read that."""

    encoding: Encoding = "s16le"
    rate: int = 16_000
    """Hz"""
    channels: int = 1
    """interleaved"""

    def __post_init__(self) -> None:
        if self.encoding not in _WIDTHS:
            raise AudioError("stream-encoding", encoding=str(self.encoding)[:40], known=ENCODINGS)
        if not LEAST_RATE <= self.rate <= MOST_RATE:
            raise AudioError("stream-rate", rate=self.rate, least=LEAST_RATE, most=MOST_RATE)
        if not 1 <= self.channels <= MOST_CHANNELS:
            raise AudioError("stream-channels", channels=self.channels, most=MOST_CHANNELS)

    @property
    def frame(self) -> int:
        """Bytes of one sample of all channels."""
        return _WIDTHS[self.encoding] * self.channels


class PcmReader:
    """Decodes one stream of raw samples. Any split of the bytes gives the same samples."""

    def __init__(self, form: PcmFormat) -> None:
        self._form = form
        self._resampler = Resampler(form.rate)
        self._rest = b""
        self._block = form.frame * (form.rate // _BLOCKS) if form.channels > 1 else form.frame

    def feed(self, data: bytes) -> list[Samples]:
        """What is ready at 16 kHz, shape (n,) each; an incomplete sample waits for its other bytes."""
        data = self._rest + data
        whole = len(data) - len(data) % self._block
        self._rest = data[whole:]
        step = self._block if self._form.channels > 1 else max(whole, 1)
        return self._resampled([data[at : at + step] for at in range(0, whole, step)])

    def end(self) -> list[Samples]:
        """The rest, without a sample that is incomplete."""
        whole = len(self._rest) - len(self._rest) % self._form.frame
        rest, self._rest = self._rest[:whole], b""
        ready = self._resampled([rest] if rest else [])
        last = self._resampler.flush()
        return [*ready, last] if len(last) else ready

    def _resampled(self, blocks: list[bytes]) -> list[Samples]:
        ready = [self._resampler.add(decoded(block, self._form)) for block in blocks]
        return [samples for samples in ready if len(samples)]


def decoded(data: bytes, form: PcmFormat) -> NDArray[np.float32]:
    """Whole samples as float32 -1..1, shape (n,) or (n, channels), at their own rate."""
    samples = _as_float(data, form.encoding)
    return samples if form.channels == 1 else samples.reshape(-1, form.channels)


def _as_float(data: bytes, encoding: Encoding) -> NDArray[np.float32]:
    match encoding:
        case "u8":
            return _scaled(np.frombuffer(data, "u1").astype(np.float32) - 128, 7)
        case "s16le":
            return _scaled(np.frombuffer(data, "<i2"), 15)
        case "s24le":
            wide = np.zeros((len(data) // 3, 4), "u1")
            wide[:, 1:] = np.frombuffer(data, "u1").reshape(-1, 3)
            return _scaled(wide.view("<i4")[:, 0], 31)
        case "s32le":
            return _scaled(np.frombuffer(data, "<i4"), 31)
        case "f32le" | "f64le":
            # Numbers that are none, or beyond full scale, would spoil all that is computed of them.
            values = np.nan_to_num(np.frombuffer(data, "<f4" if encoding == "f32le" else "<f8"))
            return _scaled(np.clip(values, -1.0, 1.0), 0)
        case "mulaw" | "alaw":
            table: NDArray[np.float32] = _MU_LAW if encoding == "mulaw" else _A_LAW
            found: NDArray[np.float32] = table[np.frombuffer(data, "u1")]
            return found


def _scaled(values: NDArray[Any], bits: int) -> NDArray[np.float32]:
    """Values of which 2 to the power of `bits` is full scale."""
    scaled: NDArray[np.float32] = values.astype(np.float32) / np.float32(1 << bits)
    return scaled


def _mu_law() -> NDArray[np.float32]:
    """What each byte of G.711 mu-law stands for."""
    code = ~np.arange(256) & 0xFF
    size = (((code & 0x0F) << 3) + 0x84 << ((code & 0x70) >> 4)) - 0x84
    return (np.where(code & 0x80, -size, size) / 32_768).astype(np.float32)


def _a_law() -> NDArray[np.float32]:
    """What each byte of G.711 A-law stands for."""
    code = np.arange(256) ^ 0x55
    part, step = (code & 0x70) >> 4, ((code & 0x0F) << 4) + 8
    size = np.where(part > 0, step + 0x100 << np.maximum(part - 1, 0), step)
    return (np.where(code & 0x80, size, -size) / 32_768).astype(np.float32)


_MU_LAW, _A_LAW = _mu_law(), _a_law()
