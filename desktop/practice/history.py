"""Readings that are kept: one file each in the data folder, for its user only. Any thread; nothing of it goes into
logs.

A file holds what was read and how; sound is beside it only where the user asked for it. What cannot be read any more is
left out of the list, and stays where it is.
"""

import contextlib
import hashlib
import io
import json
import re
import uuid
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.practice.feedback import PracticeResult
from desktop.practice.record import record
from desktop.practice.text import PracticeText
from desktop.system.files import read_regular, tidy, write_atomically

if TYPE_CHECKING:
    from pydantic import TypeAdapter

MOST_READINGS = 500
"""files that are kept; the oldest go"""
_LARGEST = 8_000_000
"""bytes of one"""
_VERSION = 1
_NAME = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{8}")
_ENDING, SOUND = ".json", ".wav"


@dataclass(frozen=True, slots=True)
class Kept:
    """One reading."""

    name: str
    """of its file, without ending"""
    at: datetime
    """when it ended, UTC"""
    text: str
    """which text was read: `text_key`"""
    result: PracticeResult


def text_key(text: PracticeText) -> str:
    """The same for the same words in the same language, whatever they are called."""
    words = "\n".join([text.language, *(word.text for word in text.words)])
    return hashlib.sha256(words.encode("utf-8", "backslashreplace")).hexdigest()[:24]


class History:
    """The folder with all of them; made when it is needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, text: PracticeText, result: PracticeResult, at: datetime | None = None) -> Kept:
        """Keep a reading. at: when it ended; None: now. Raises OSError."""
        at = (at or datetime.now(UTC)).astimezone(UTC)
        kept = Kept(f"{at:%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:8]}", at, text_key(text), result)
        values = {"version": _VERSION, "at": at.isoformat(), "text": kept.text, "result": record(result)}
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(self._path(kept.name), json.dumps(values, ensure_ascii=False), mode=0o600, durable=True)
        for name in self._names()[:-MOST_READINGS]:
            self.delete(name)
        return kept

    def add_sound(self, kept: Kept, sound: bytes, rate: int) -> Path:
        """Keep the sound of a reading beside it, as a WAV file. sound: 16 bit, mono, little endian; rate: Hz. Raises
        OSError."""
        stream = io.BytesIO()
        with wave.open(stream, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(sound)
        path = self._path(kept.name).with_suffix(SOUND)
        write_atomically(path, stream.getvalue(), mode=0o600)
        return path

    def all(self) -> tuple[Kept, ...]:
        """Oldest first. Never raises; takes about a millisecond for each."""
        tidy(self._folder)
        return tuple(self._readable())

    def delete(self, name: str) -> None:
        """Forget one, and its sound. Raises OSError, not if it is gone already."""
        if _NAME.fullmatch(name):
            for ending in (SOUND, _ENDING):
                self._path(name).with_suffix(ending).unlink(missing_ok=True)

    def clear(self) -> None:
        """Forget all of them. Raises OSError."""
        for name in self._names():
            self.delete(name)

    def _readable(self) -> Iterator[Kept]:
        for name in self._names()[-MOST_READINGS:]:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
                yield _kept(name, json.loads(read_regular(self._path(name), _LARGEST)))

    def _names(self) -> list[str]:
        """Oldest first."""
        try:
            found = [path.stem for path in self._folder.iterdir() if path.suffix == _ENDING]
        except OSError:
            return []
        return sorted(filter(_NAME.fullmatch, found))

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{_ENDING}"


@cache
def _result() -> "TypeAdapter[PracticeResult]":
    from pydantic import TypeAdapter

    return TypeAdapter(PracticeResult)


def _kept(name: str, values: dict[str, Any]) -> Kept:
    if values["version"] != _VERSION:
        raise ValueError("of another version of Parley")
    at = datetime.fromisoformat(values["at"])
    return Kept(name, at.astimezone(UTC), str(values["text"]), _result().validate_python(values["result"]))
