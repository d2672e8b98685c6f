"""Where nothing is heard in an AVI: empty chunks in its index, each as long as a frame, which FFmpeg leaves out."""

import os
import struct
from typing import IO

_ENTRY = struct.Struct("<4sIII")
_LARGEST_INDEX = 1 << 26
"""bytes; some four million chunks"""


def empty_before(file: IO[bytes], stream: int) -> tuple[int, ...]:
    """For each chunk of a track that holds something, in order, how many empty ones come before it; nothing where there
    are none, or no index. stream: the track's number among all of the file, from 0."""
    index = _index(file)
    name = f"{stream:02d}wb".encode()
    found: list[int] = []
    empty = 0
    for kind, _, _, size in _ENTRY.iter_unpack(index[: len(index) // _ENTRY.size * _ENTRY.size]):
        if kind != name:
            continue
        if size:
            found.append(empty)
        else:
            empty += 1
    return tuple(found) if empty else ()


def _index(file: IO[bytes]) -> bytes:
    """What stands in the chunk `idx1`; of a file of several parts, in its first."""
    size = file.seek(0, os.SEEK_END)
    at = 12
    while at + 8 <= size:
        file.seek(at)
        name, length = struct.unpack("<4sI", file.read(8))
        if name == b"idx1":
            return file.read(min(length, _LARGEST_INDEX))
        at += 8 + length + length % 2
    return b""
