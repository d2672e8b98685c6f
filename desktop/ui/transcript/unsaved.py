"""Keeps a transcript that nobody saved, so that a crash or a closed window loses no line. No Qt; one owner.

One file for each run, which only its user can read; a line of JSON for each line of the transcript, the last of a line
counts. Writing is one short append, so it happens on the thread of the window.
"""

import contextlib
import json
import logging
import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from desktop.system.files import locked
from desktop.ui.transcript.earlier import joined
from desktop.ui.transcript.lines import TranscriptLine

log = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=7)
"""after which a transcript that nobody wanted is deleted"""
_ENDING = ".jsonl"


class UnsavedTranscript:
    """The file of this run; it is there as soon as there is a line in it. The methods that write raise OSError."""

    def __init__(self, folder: Path) -> None:
        """folder: where the files are; made when it is needed."""
        self._folder = folder
        self._file = folder / f"{datetime.now():%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:8]}{_ENDING}"
        self._held = contextlib.ExitStack()
        self._is_held = False

    def keep(self, lines: Iterable[TranscriptLine]) -> None:
        """Add lines, or what changed in them."""
        text = "".join(json.dumps(_record(line), ensure_ascii=False) + "\n" for line in lines)
        if not text:
            return
        self._hold()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(self._file, flags, 0o600), "wb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))

    def forget(self) -> None:
        """There is nothing unsaved: the lines were saved elsewhere, or taken out."""
        self._file.unlink(missing_ok=True)

    def close(self) -> None:
        """Leave the file to the next start. Never raises."""
        self._held.close()
        if self._is_held and not self._file.exists():
            _lock_of(self._file).unlink(missing_ok=True)
        self._is_held = False

    def _hold(self) -> None:
        if self._is_held:
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._held.enter_context(locked(_lock_of(self._file), 0))
        self._is_held = True


def left_behind(folder: Path) -> tuple[Path, ...]:
    """Files of runs that have ended, oldest first; those that are too old are deleted. Never raises."""
    found = []
    for file in sorted(folder.glob(f"*{_ENDING}")):
        try:
            with _unowned(file) as is_unowned:
                if not is_unowned:
                    continue
                if datetime.now() - datetime.fromtimestamp(file.stat().st_mtime) > KEPT_FOR:
                    file.unlink()
                else:
                    found.append(file)
        except OSError as error:
            log.warning("an unsaved transcript cannot be looked at: %s", error.strerror)
    return tuple(found)


def read(files: Sequence[Path]) -> list[TranscriptLine]:
    """What the files hold, one run after the other; what is damaged is left out. Raises OSError."""
    return joined([_lines_of(file) for file in files])


def remove(files: Iterable[Path]) -> None:
    """Delete files that are not needed any more. Raises OSError."""
    for file in files:
        file.unlink(missing_ok=True)
        _lock_of(file).unlink(missing_ok=True)


@contextlib.contextmanager
def _unowned(file: Path) -> Iterator[bool]:
    """Whether no run that is still alive writes into a file."""
    try:
        with locked(_lock_of(file), 0):
            yield True
    except BlockingIOError:
        yield False


def _lock_of(file: Path) -> Path:
    return file.with_suffix(".lock")


def _record(line: TranscriptLine) -> dict[str, Any]:
    return {
        "time": line.time.isoformat(),
        "is_phrasebook": line.is_phrasebook,
        "corrected": line.corrected,
        "recording": line.recording,
        "at": line.at,
        "heard": asdict(line.heard),
        "translated": asdict(line.translated) if line.translated is not None else None,
    }


def _lines_of(file: Path) -> list[TranscriptLine]:
    from pydantic import TypeAdapter

    from desktop.engine.events import TranscriptUpdate, TranslationUpdate

    heard, translated = TypeAdapter(TranscriptUpdate), TypeAdapter(TranslationUpdate | None)
    lines: dict[int, TranscriptLine] = {}
    for text in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            record = json.loads(text)
            line = TranscriptLine(
                datetime.fromisoformat(record["time"]),
                heard.validate_python(record["heard"]),
                translated.validate_python(record["translated"]),
                bool(record["is_phrasebook"]),
                record["corrected"] if isinstance(record["corrected"], str) else None,
                str(record["recording"]),
                float(record["at"]),
            )
        except (ValueError, KeyError, TypeError):
            continue  # the end of a run that was killed while it wrote
        lines[line.heard.segment_id] = line
    return list(lines.values())
