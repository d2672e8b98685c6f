"""Remembers what was measured of this machine, with its models and without: one small JSON file.

A file that cannot be read counts as empty and is written anew. Any thread, any process: one writes at a time.
"""

import importlib.metadata
import json
import logging
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from desktop.engine.models.speed.machine import processor
from desktop.engine.models.speed.tuning import Choice, Timing, Tuning
from desktop.system import paths
from desktop.system.files import locked, read_regular, write_atomically

log = logging.getLogger(__name__)

_VERSION = 1
_MOST = 100
_LARGEST = 1_000_000
"""bytes"""
_PATIENCE = 3.0
"""seconds to wait for another process that writes"""


class TuningCache:
    """file: where it is kept; None is the user's cache directory."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or paths.tuning_file()

    def get(self, model: Path) -> Tuning | None:
        """What was found for the Whisper model in that directory on this machine; None if nothing was, or the
        model, the machine or CTranslate2 is another one since."""
        entry = self._read("entries").get(_key(model))
        try:
            return _tuning(entry) if entry is not None else None
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def put(self, model: Path, tuning: Tuning) -> None:
        """Remember it. A disk that cannot be written is logged: next time is measured again."""
        self._keep("entries", _key(model), asdict(tuning))

    def rates(self, name: str) -> tuple[float, float] | None:
        """What `put_rates` kept under that name; None if nothing was."""
        entry = self._read("rates").get(name)
        if isinstance(entry, list) and len(entry) == 2 and all(isinstance(one, float) and one > 0 for one in entry):
            return entry[0], entry[1]
        return None

    def put_rates(self, name: str, encoder: float, decoder: float) -> None:
        """Remember what the machine did in a second. name: of the machine, and of how it computed."""
        self._keep("rates", name, [encoder, decoder])

    def _keep(self, group: str, key: str, value: Any) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with locked(self._file.with_name(f".{self._file.name}.lock"), _PATIENCE):
                groups = {name: self._read(name) for name in ("entries", "rates")}
                kept = groups[group]
                kept.pop(key, None)
                kept[key] = value
                while len(kept) > _MOST:
                    kept.pop(next(iter(kept)))
                write_atomically(self._file, json.dumps({"version": _VERSION, **groups}), mode=0o600)
        except OSError as error:
            log.warning("what was measured cannot be kept: %s", error.strerror)

    def _read(self, group: str) -> dict[str, Any]:
        try:
            content = json.loads(read_regular(self._file, _LARGEST))
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(content, dict) or content.get("version") != _VERSION:
            return {}
        entries = content.get(group)
        return entries if isinstance(entries, dict) else {}


def _key(model: Path) -> str:
    """This machine, this CTranslate2 and this model."""
    try:
        size = (model / "model.bin").stat().st_size
    except OSError:
        size = 0
    about = (processor(), os.cpu_count(), importlib.metadata.version("ctranslate2"), model.resolve(), size)
    return "|".join(str(one) for one in about)


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
