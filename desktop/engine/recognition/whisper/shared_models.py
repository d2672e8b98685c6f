"""Whisper models in memory, each once: recognition and Whisper's own translation share one.

CTranslate2 lets several threads use a model at a time. It leaves the memory when the last of its users gives it back.
Any thread.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from desktop.engine.events import ErrorEvent, Severity
from desktop.engine.message import Message
from desktop.engine.recognition.whisper.batches import BatchedModel
from desktop.system.read_ahead import read_ahead

_WARM_UP_FRAMES = 500
_TRIES = 50
_BETWEEN = 0.01
"""s"""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is opened, and how it is to run. Equal terms share one model."""

    path: Path
    device: str
    compute_type: str
    threads: int


class _Entry:
    """A model that is open, or being opened."""

    def __init__(self) -> None:
        self.users = 0
        self.opening = threading.Lock()
        self.whisper: Any = None


_lock = threading.Lock()
_entries: dict[Terms, _Entry] = {}
_calls = 2
"""calls that run at a time: recognition does not wait for a translation. They share the weights."""


def allow(calls: int) -> None:
    """Let so many calls run at a time on each model that is opened from now on, if there were fewer."""
    global _calls
    _calls = max(_calls, calls)


class Lease:
    """The use of an open model, until it is released."""

    def __init__(self, terms: Terms, entry: _Entry) -> None:
        self.terms = terms
        self._entry: _Entry | None = entry
        self.whisper: Any = entry.whisper
        """faster-whisper's WhisperModel"""

    def release(self) -> None:
        """Idempotent. The last one gives the memory back."""
        entry, self._entry, self.whisper = self._entry, None, None
        if entry is not None:
            _give_up(self.terms, entry)


def lease(terms: Terms, on_share: Callable[[float], None], notify: Callable[[ErrorEvent], None] | None) -> Lease:
    """Take the model, opening it unless it is open. on_share: gets the share of its file that is read, 0..1.

    Raises OSError and whatever CTranslate2 and faster-whisper raise."""
    with _lock:
        entry = _entries.setdefault(terms, _Entry())
        entry.users += 1
    try:
        with entry.opening:
            if entry.whisper is None:
                read_ahead(terms.path / "model.bin", on_share)
                entry.whisper = _open(terms, notify)
    except BaseException:
        _give_up(terms, entry)
        raise
    return Lease(terms, entry)


def in_use() -> tuple[Terms, ...]:
    """What is open, or being opened, now; the newest first."""
    with _lock:
        return tuple(reversed(_entries))


def _give_up(terms: Terms, entry: _Entry) -> None:
    with _lock:
        entry.users -= 1
        if entry.users:
            return
        if _entries.get(terms) is entry:
            del _entries[terms]
        whisper, entry.whisper = entry.whisper, None
    if whisper is not None:
        _unload(whisper.model)


def _unload(model: Any) -> None:
    """CTranslate2 leaves a model in memory as long as one of its workers tidies up after the last call."""
    for _ in range(_TRIES):
        model.unload_model()
        if not model.model_is_loaded:
            return
        time.sleep(_BETWEEN)


def _open(terms: Terms, notify: Callable[[ErrorEvent], None] | None) -> Any:
    import ctranslate2
    from faster_whisper import WhisperModel
    from faster_whisper.feature_extractor import FeatureExtractor

    ctranslate2.set_log_level(logging.ERROR)  # its warnings would be written over a terminal's captions
    whisper = WhisperModel(
        str(terms.path),
        device=terms.device,
        compute_type=_usable_type(terms, notify),
        cpu_threads=terms.threads,
        num_workers=_calls,
        local_files_only=True,
    )
    if whisper.feature_extractor.mel_filters.shape[0] != whisper.model.n_mels:
        whisper.feature_extractor = FeatureExtractor(feature_size=whisper.model.n_mels)
    silence = np.zeros((1, whisper.model.n_mels, _WARM_UP_FRAMES), dtype=np.float32)
    whisper.model.encode(ctranslate2.StorageView.from_array(silence))
    if terms.device == "cuda":
        whisper.model = BatchedModel(whisper.model)
    return whisper


def _usable_type(terms: Terms, notify: Callable[[ErrorEvent], None] | None) -> str:
    """The number format that was asked for, or how the model is stored if the device cannot calculate in it."""
    import ctranslate2

    wanted = terms.compute_type
    if wanted in ("default", "auto") or wanted in ctranslate2.get_supported_compute_types(terms.device):
        return wanted
    key = "number-format-of-card" if terms.device == "cuda" else "number-format-of-processor"
    if notify is not None:
        notify(ErrorEvent("fallback", Message(key, format=wanted), Severity.WARNING))
    return "default"
