"""WAV as it arrives: a header, then samples, whose number the header of a stream need not know. Pure."""

import struct

from desktop.engine.errors import AudioError
from desktop.engine.events import Samples
from desktop.server.audio.pcm import Encoding, PcmFormat, PcmReader

_LONGEST_HEADER = 1 << 20
"""bytes before the samples: notes, pictures"""
_ENCODINGS: dict[tuple[int, int], Encoding] = {
    (1, 8): "u8",
    (1, 16): "s16le",
    (1, 24): "s24le",
    (1, 32): "s32le",
    (3, 32): "f32le",
    (3, 64): "f64le",
    (6, 8): "alaw",
    (7, 8): "mulaw",
}
"""by the format's number and the bits of a sample"""
_EXTENSIBLE = 0xFFFE
_UNKNOWN = (0, 0xFFFF_FFFF)
"""lengths of the samples in the header of a stream"""


class WavReader:
    """Decodes a WAV stream. What follows the samples is no sound and ignored; AudioError where it is none, or in a
    coding other than PCM, float, mu-law or A-law."""

    def __init__(self) -> None:
        self._head = b""
        self._reader: PcmReader | None = None
        self._left: int | None = None

    def feed(self, data: bytes) -> list[Samples]:
        """What is ready at 16 kHz, shape (n,) each."""
        if self._reader is None:
            self._head += data
            begin = self._read_header()
            if begin is None:
                if len(self._head) > _LONGEST_HEADER:
                    raise AudioError("stream-broken")
                return []
            data, self._head = self._head[begin:], b""
        if self._reader is None:
            return []
        if self._left is not None:
            data = data[: self._left]
            self._left -= len(data)
        return self._reader.feed(data)

    def end(self) -> list[Samples]:
        """The rest. AudioError if the header never came to its end."""
        if self._reader is None:
            raise AudioError("stream-without-audio")
        return self._reader.end()

    def _read_header(self) -> int | None:
        """Where the samples begin; None: more bytes are needed."""
        form: PcmFormat | None = None
        at = 12
        while len(self._head) >= at + 8:
            name, length = struct.unpack_from("<4sI", self._head, at)
            at += 8
            if name == b"data":
                if form is None:
                    raise AudioError("stream-broken")
                self._reader = PcmReader(form)
                self._left = None if length in _UNKNOWN else length
                return at
            if name == b"fmt ":
                if len(self._head) < at + min(length, 40):
                    return None
                form = self._form(self._head[at : at + length])
            at += length + length % 2
            if at > _LONGEST_HEADER:
                raise AudioError("stream-broken")
        return None

    def _form(self, chunk: bytes) -> PcmFormat:
        if len(chunk) < 16:
            raise AudioError("stream-broken")
        number, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
        if number == _EXTENSIBLE and len(chunk) >= 26:
            (number,) = struct.unpack_from("<H", chunk, 24)
        encoding = _ENCODINGS.get((number, bits))
        if encoding is None:
            raise AudioError("stream-wav-coding", number=number, bits=bits)
        return PcmFormat(encoding, rate, channels)
