"""Files that only their user may read: secrets that are given to the server, and keys that it makes. Any thread."""

import contextlib
import hashlib
import os
from pathlib import Path

from desktop.engine.errors import EngineError
from desktop.system.files import read_regular, write_atomically

_LARGEST = 64_000
"""bytes"""
_SHORTEST = 32
"""characters of a key that somebody made"""


def read_secret(file: Path) -> str:
    """The one line of a file, as orchestrators mount secrets. Raises EngineError."""
    try:
        text = read_regular(file, _LARGEST).decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise EngineError("secret-file", code="secret-file", file=file, reason=reason) from None
    secret = text.removesuffix("\n").removesuffix("\r")
    if not secret or "\n" in secret:
        raise EngineError("secret-file-lines", code="secret-file", file=file)
    return secret


def shared_key(file: Path) -> bytes:
    """A key of 32 bytes from the one line of a file that several servers are given: 32 characters or more, as `openssl
    rand -hex 32` makes them. Raises EngineError."""
    secret = read_secret(file)
    if len(secret) < _SHORTEST:
        raise EngineError("secret-file-short", code="secret-file", file=file, least=_SHORTEST)
    return hashlib.sha256(b"parley cookies\0" + secret.encode()).digest()


def private_directory(folder: Path) -> None:
    """Make a folder, if it is not there, that only its user may enter. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def write_private(file: Path, content: bytes) -> None:
    """Write a file that only its user may read, also if it was there before. Raises OSError."""
    private_directory(file.parent)
    with contextlib.suppress(FileNotFoundError):
        file.chmod(0o600)
    write_atomically(file, content, mode=0o600, durable=True)


def kept_key(file: Path, size: int = 32) -> bytes:
    """Random bytes that are made once and then read from the file. Raises EngineError."""
    try:
        with contextlib.suppress(FileNotFoundError):
            key = read_regular(file, _LARGEST)
            if len(key) == size:
                return key
        write_private(file, os.urandom(size))
        return read_regular(file, _LARGEST)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise EngineError("secret-file", code="secret-file", file=file, reason=reason) from None
