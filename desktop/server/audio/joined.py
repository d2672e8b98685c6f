"""Recordings sent one behind the other, taken apart. Pure.

A browser's recorder that is stopped and started again begins a new WebM in the middle of the stream; FFmpeg ends at
the first one's end. Chained Ogg it knows itself.
"""

from desktop.server.audio.sniff import EBML

_NAMES = (b"webm", b"matroska")
_HEADER = 64
"""bytes in which a header says what the document is"""


class Splitter:
    """Finds where the next WebM begins, whatever the split of the bytes."""

    def __init__(self) -> None:
        self._held = b""
        self._is_begun = False

    def feed(self, data: bytes) -> list[bytes]:
        """The bytes so far, cut where another document begins: the first piece goes on with the present one. What may
        be the beginning of a header is held back."""
        data = self._held + data
        pieces: list[bytes] = []
        begin = at = 0
        end = len(data)
        while (at := data.find(EBML, at)) >= 0:
            header = data[at : at + _HEADER]
            if len(header) < _HEADER and self._is_begun | (at > 0):
                end = at
                break
            about = header[len(EBML) :].partition(EBML)[0]  # not what the next header says
            if (self._is_begun or at > begin) and any(name in about for name in _NAMES):
                pieces.append(data[begin:at])
                begin = at
            self._is_begun = True
            at += len(EBML)
        else:
            end -= next((n for n in (3, 2, 1) if data.endswith(EBML[:n])), 0)
        self._held = data[end:]
        self._is_begun |= end > 0
        return [*pieces, data[begin:end]]

    def end(self) -> bytes:
        """What was held back."""
        held, self._held = self._held, b""
        return held
