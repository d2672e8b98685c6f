"""Reads a file into the system's page cache, and tells how far it is: CTranslate2 opens a model in one silent call,
most of which is waiting for the disk. On the thread that loads."""

from collections.abc import Callable
from pathlib import Path

_BLOCK = 4 << 20
"""bytes"""


def read_ahead(path: Path, on_share: Callable[[float], None]) -> None:
    """Read all of `path`; on_share: gets the share that is read, 0..1. What is cached already costs 0.1 s per GB.
    Raises OSError."""
    buffer = bytearray(_BLOCK)
    with path.open("rb", buffering=0) as file:
        size = max(1, path.stat().st_size)
        done = 0
        while count := file.readinto(buffer):
            done += count
            on_share(min(1.0, done / size))
