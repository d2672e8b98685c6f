"""Remembers what was measured to suit this machine, per machine and model: one small JSON file.

A file that cannot be read counts as empty and is written anew. Any thread, any process: writes are atomic.
"""

import importlib.metadata
import json
import logging
import os
import platform
from dataclasses import asdict
from pathlib import Path
from typing import Any

from desktop.engine.models.speed.tuning import Choice, Timing, Tuning
from desktop.system import paths
from desktop.system.files import write_atomically

log = logging.getLogger(__name__)

_VERSION = 1
_MOST = 100


class TuningCache:
    """file: where it is kept; None is the user's cache directory."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or paths.tuning_file()

    def get(self, model: Path) -> Tuning | None:
        """What was found for the Whisper model in that directory on this machine; None if nothing was, or the
        model, the machine or CTranslate2 is another one since."""
        entry = self._read().get(_key(model))
        try:
            return _tuning(entry) if entry is not None else None
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def put(self, model: Path, tuning: Tuning) -> None:
        """Remember it. A disk that cannot be written is logged: next time is measured again."""
        entries = self._read()
        key = _key(model)
        entries.pop(key, None)
        entries[key] = asdict(tuning)
        while len(entries) > _MOST:
            entries.pop(next(iter(entries)))
        try:
            self._write({"version": _VERSION, "entries": entries})
        except OSError as error:
            log.warning("what was measured cannot be kept: %s", error.strerror)

    def _read(self) -> dict[str, Any]:
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(content, dict) or content.get("version") != _VERSION:
            return {}
        entries = content.get("entries")
        return entries if isinstance(entries, dict) else {}

    def _write(self, content: dict[str, Any]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self._file, json.dumps(content))


def _key(model: Path) -> str:
    """This machine, this CTranslate2 and this model."""
    try:
        size = (model / "model.bin").stat().st_size
    except OSError:
        size = 0
    about = (_processor(), os.cpu_count(), importlib.metadata.version("ctranslate2"), model.resolve(), size)
    return "|".join(str(one) for one in about)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _tuning(entry: Any) -> Tuning:
    timings = tuple(
        Timing(_choice(one["choice"]), float(one["encode"]), float(one["token"])) for one in entry["timings"]
    )
    choice = _choice(entry["choice"])
    if choice not in [timing.choice for timing in timings]:
        raise ValueError("the choice was not measured")
    return Tuning(choice, timings, tuple(_choice(one) for one in entry["failed"]), bool(entry["is_complete"]))


def _choice(entry: Any) -> Choice:
    choice = Choice(entry["device"], entry["compute_type"], entry["threads"])
    if choice.device not in ("cpu", "cuda") or not isinstance(choice.compute_type, str):
        raise ValueError("no device or number format")
    if type(choice.threads) is not int or not 1 <= choice.threads <= 64:
        raise ValueError("no number of threads")
    return choice
