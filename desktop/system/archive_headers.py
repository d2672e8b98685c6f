"""An archive from anywhere, as Python's zipfile and tarfile may read it: no more at once than lists and headers
have. Any thread."""

import io
import os
import zipfile
from typing import IO

_LONGEST_HEADER = 2_000_000
"""bytes that are read at once before the contents: a zip's list of 2,000 names is smaller"""
_MOST_HEADERS = 4_000_000
"""bytes of all of them"""


class ArchiveHeaders(io.RawIOBase):
    """A file as the libraries see it: as long as `is_listing` is set, no more of it comes than lists and headers have.
    They read those in one piece, of the length that the file claims."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self._rest = _MOST_HEADERS
        self.is_listing = True

    def read(self, size: int | None = -1) -> bytes:
        if not self.is_listing:
            return self._file.read(-1 if size is None else size)
        if size is None or not 0 <= size <= _LONGEST_HEADER:
            size = _LONGEST_HEADER + 1
        content = self._file.read(size)
        self._rest -= len(content)
        if len(content) > _LONGEST_HEADER or self._rest < 0:
            raise zipfile.BadZipFile("its list is too long")
        return content

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()
