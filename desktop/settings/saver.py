"""Saves settings on a thread of its own: writing waits for the disk, and for other programs that write, too.

Changes are made in their order; those that wait are made together. What cannot be saved is tried again with the
next change.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from desktop.settings.content import Change
from desktop.settings.file import SettingsFile


class SettingsSaver:
    """Has the file to itself while `is_busy`."""

    def __init__(self, file: SettingsFile, on_failed: Callable[[OSError], None]) -> None:
        """on_failed: told on the saver's thread why changes could not be saved."""
        self._file = file
        self._on_failed = on_failed
        self._waiting: list[Change] = []
        self._unsaved: list[Change] = []
        self._written: dict[str, Any] | None = None
        self._is_busy = False
        self._is_closed = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @property
    def is_busy(self) -> bool:
        """Something waits or is being written."""
        with self._changed:
            return self._is_busy or bool(self._waiting)

    @property
    def unsaved(self) -> tuple[Change, ...]:
        """What could not be saved so far."""
        with self._changed:
            return tuple(self._unsaved)

    def put(self, changes: Sequence[Change]) -> None:
        """Save changes; returns at once."""
        with self._changed:
            self._waiting += changes
            if self._thread is None:
                self._is_closed = False
                self._thread = threading.Thread(target=self._run, name="settings-saver", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def take_written(self) -> dict[str, Any] | None:
        """What the file holds since the last write, with what others wrote meanwhile; once, and not while busy."""
        with self._changed:
            if self._is_busy or self._waiting:
                return None
            written, self._written = self._written, None
            return written

    def close(self, timeout: float) -> None:
        """Save what waits, then end the thread; the next change begins another."""
        with self._changed:
            thread, self._thread = self._thread, None
            self._is_closed = True
            self._changed.notify_all()
        if thread is not None:
            thread.join(timeout)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._is_closed)
                if not self._waiting:
                    return
                changes = [*self._unsaved, *self._waiting]
                self._waiting.clear()
                self._is_busy = True
            failure: OSError | None = None
            written: dict[str, Any] | None = None
            try:
                written = self._file.change(changes)
            except OSError as error:
                failure = error
            with self._changed:
                self._unsaved = changes if failure is not None else []
                self._written = written if written is not None else self._written
                self._is_busy = False
                self._changed.notify_all()
            if failure is not None:
                self._on_failed(failure)
