"""Fetching, importing, removing and repairing models beside the GUI thread, and how far each of it is.

Lives as long as the app, so a download goes on when its window is closed. A thread for each; at most two
downloads at once, the others wait for their turn. Everything public is used from the GUI thread, and every signal
arrives there.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from desktop.engine.text.languages import listed
from desktop.messages import text_of
from desktop.ui.models.rows import Key
from desktop.ui.models.words import size_words

if TYPE_CHECKING:
    from desktop.engine.models.catalogue import Entry
    from desktop.engine.models.downloads import Broken, Control, Downloads, Progress
    from desktop.engine.models.installed import InstalledModel
    from desktop.settings.declaration import ModelSettings

log = logging.getLogger(__name__)

AT_ONCE = 2
"""Downloads that run at the same time."""


@dataclass(frozen=True, slots=True)
class Download:
    """State of one download: phase, bytes, speed, error."""

    key: Key
    label: str
    phase: str = "queued"
    """`queued`, `failed`, or one of `downloads.control.Phase`"""
    done: int = 0
    """bytes"""
    total: int | None = None
    speed: float = 0.0
    """bytes per second"""
    seconds_left: float | None = None
    message: str = ""
    """one sentence: why it failed, or is tried again"""

    @property
    def fraction(self) -> float | None:
        """0..1; None where only the server knows how much it is."""
        return min(1.0, self.done / self.total) if self.total else None

    @property
    def is_active(self) -> bool:
        """Not failed, and so counted as under way."""
        return self.phase != "failed"

    @property
    def is_paused(self) -> bool:
        return self.phase == "paused"


@dataclass(frozen=True, slots=True)
class DownloadsSummary:
    """All downloads under way together."""

    count: int
    """of models"""
    done: int
    total: int | None
    speed: float
    seconds_left: float | None
    is_paused: bool
    """all of them"""

    @property
    def fraction(self) -> float | None:
        return min(1.0, self.done / self.total) if self.total else None


def downloads_summary(downloads: Sequence[Download]) -> DownloadsSummary | None:
    """The downloads under way as one; None if there are none. Pure."""
    active = [download for download in downloads if download.is_active]
    if not active:
        return None
    totals = [download.total for download in active]
    total = sum(one or 0 for one in totals) if all(totals) else None
    done, speed = (
        sum(download.done for download in active),
        sum(download.speed for download in active if not download.is_paused),
    )
    left = (total - done) / speed if total is not None and speed > 0 else None
    return DownloadsSummary(len(active), done, total, speed, left, all(download.is_paused for download in active))


class ModelTasks(QObject):
    """Runs downloads (a few at a time), imports, removals and list refreshes on threads, and tracks their state."""

    changed = pyqtSignal(tuple)
    """key of the download that got further, failed or is gone"""
    modelsChanged = pyqtSignal()
    """a model came or went: what is installed has to be looked up again"""
    fetched = pyqtSignal(str, str, str)
    """(kind, id, label) of a model that is installed now"""
    notified = pyqtSignal(str, str, str)
    """(code, one sentence, severity): what became of an import, a removal, a refresh, a download"""
    busyChanged = pyqtSignal(bool)
    """an import, a removal or a refresh is under way"""
    _later = pyqtSignal(object)

    def __init__(
        self, make: "Callable[[ModelSettings], Downloads] | None" = None, parent: QObject | None = None
    ) -> None:
        """make: what fetches, with these mirrors and this proxy; called on the threads of the tasks."""
        super().__init__(parent)
        self._make = make or _downloads
        self._settings: ModelSettings | None = None
        self._downloads: dict[Key, Download] = {}
        self._wanted: dict[Key, Entry | Broken] = {}
        self._controls: dict[Key, Control] = {}
        self._threads: list[threading.Thread] = []
        self._busy = 0
        self._lock = threading.Lock()
        self._is_closed = False
        self._later.connect(lambda do: do())

    def apply(self, settings: "ModelSettings") -> None:
        """Fetch with these mirrors and this proxy from now on."""
        self._settings = settings

    def downloads(self) -> tuple[Download, ...]:
        """Every download under way or failed, in the order in which they were asked for."""
        return tuple(self._downloads.values())

    def download(self, key: Key) -> Download | None:
        return self._downloads.get(key)

    @property
    def is_busy(self) -> bool:
        return self._busy > 0

    # Downloads.

    def fetch(self, entries: "Sequence[Entry]") -> None:
        """Fetch these models; those under way already go on."""
        for entry in entries:
            self._queue((entry.kind, entry.id), entry.label, entry.size_bytes, entry)
        self._start_waiting()

    def repair(self, broken: "Broken", key: Key, label: str) -> None:
        """Fetch anew what is wrong with a model."""
        self._queue(key, label, broken.entry.size_bytes if broken.entry is not None else None, broken)
        self._start_waiting()

    def retry(self, key: Key) -> None:
        """Fetch again what failed; it goes on from where it was."""
        download, wanted = self._downloads.get(key), self._wanted.get(key)
        if download is not None and wanted is not None:
            self._queue(key, download.label, download.total, wanted)
            self._start_waiting()

    def pause(self, key: Key) -> None:
        control = self._controls.get(key)
        if control is not None:
            control.pause()

    def resume(self, key: Key) -> None:
        control = self._controls.get(key)
        if control is not None:
            control.resume()

    def cancel(self, key: Key) -> None:
        """End a download and throw away what came so far; forget one that failed."""
        control = self._controls.get(key)
        if control is not None:
            control.cancel()
        else:
            self._forget(key)

    def pause_all(self) -> None:
        for key in tuple(self._controls):
            self.pause(key)

    def resume_all(self) -> None:
        for key in tuple(self._controls):
            self.resume(key)

    def close(self, patience: float = 1.0) -> None:
        """End everything; what was fetched so far is kept and goes on the next time. patience: seconds for each
        thread."""
        with self._lock:
            self._is_closed = True
        for control in tuple(self._controls.values()):
            control.stop()
        for thread in self._threads:
            thread.join(patience)

    # What is short.

    def remove(self, model: "InstalledModel | Broken") -> None:
        """Delete a model."""

        def remove(downloads: "Downloads") -> str:
            freed = downloads.remove(model)
            return f"{getattr(model, 'label', model.name)} is removed; that frees {size_words(freed)}."

        self._run(remove)

    def import_from(self, path: Path) -> None:
        """Take models from a file or folder."""

        def take(downloads: "Downloads") -> str:
            labels = [model.label for model in downloads.import_from(path)]
            return f"{listed(labels)} {'is' if len(labels) == 1 else 'are'} installed."

        self._run(take)

    def refresh(self) -> None:
        """Ask the servers what there is now."""

        def ask(downloads: "Downloads") -> str:
            new = downloads.refresh()
            if new.problems:
                return f"{text_of(new.problems[0])} The rest of the list is up to date."
            return f"The list of models is up to date, with {new.added or 'nothing'} new."

        self._run(ask)

    # Threads.

    def _queue(self, key: Key, label: str, total: int | None, wanted: "Entry | Broken") -> None:
        download = self._downloads.get(key)
        if download is None or not download.is_active:
            self._wanted[key] = wanted
            self._downloads[key] = Download(key, label, total=total)
            self.changed.emit(key)

    def _start_waiting(self) -> None:
        if self._settings is None or self._is_closed:
            return
        running = sum(not self._downloads[key].is_paused for key in self._controls if key in self._downloads)
        for key, download in tuple(self._downloads.items()):
            if running >= AT_ONCE:
                return
            if download.phase == "queued" and key not in self._controls:
                running += 1
                self._start(key)

    def _start(self, key: Key) -> None:
        from desktop.engine.models.downloads import Broken, Control

        assert self._settings is not None
        control = self._controls[key] = Control()
        wanted, settings, label = self._wanted[key], self._settings, self._downloads[key].label

        def report(progress: "Progress") -> None:
            self._post(partial(self._got, key, progress))

        def fetch() -> None:
            try:
                downloads = self._make(settings)
                if isinstance(wanted, Broken):
                    downloads.repair(wanted, report, control)
                else:
                    downloads.pull(wanted, report, control)
            except Exception as error:
                code, sentence = _sentence(error, f"{label} could not be fetched")
                self._post(partial(self._failed, key, code, sentence))
            else:
                self._post(partial(self._fetched, key))

        self._spawn(fetch, f"fetch {key[1]}")

    def _run(self, do: "Callable[[Downloads], str]") -> None:
        """Do something short on a thread of its own; it returns the sentence that tells what became of it."""
        if self._settings is None:
            return
        self._count(1)
        settings = self._settings

        def run() -> None:
            try:
                sentence = do(self._make(settings))
            except Exception as error:
                code, sentence = _sentence(error, "That did not work")
                self._post(partial(self._finished, code, sentence, "warning"))
            else:
                self._post(partial(self._finished, "models", sentence, "info"))

        self._spawn(run, "models")

    def _spawn(self, run: Callable[[], None], name: str) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=run, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _post(self, do: Callable[[], None]) -> None:
        """Any thread: do it on the GUI thread."""
        with self._lock:  # an object that goes must not be told from another thread
            if not self._is_closed:
                self._later.emit(do)

    def _count(self, step: int) -> None:
        was = self.is_busy
        self._busy += step
        if self.is_busy != was:
            self.busyChanged.emit(self.is_busy)

    # What the threads tell; on the GUI thread.

    def _got(self, key: Key, progress: "Progress") -> None:
        download = self._downloads.get(key)
        if download is None:
            return
        was_paused = download.is_paused
        self._downloads[key] = replace(
            download,
            phase=str(progress.phase),
            done=progress.done,
            total=progress.total or download.total,
            speed=progress.speed,
            seconds_left=progress.seconds_left,
            message=text_of(progress.detail),
        )
        self.changed.emit(key)
        if self._downloads[key].is_paused and not was_paused:
            self._start_waiting()

    def _fetched(self, key: Key) -> None:
        label = self._downloads[key].label if key in self._downloads else key[1]
        self._forget(key)
        self.fetched.emit(*key, label)
        self.modelsChanged.emit()

    def _failed(self, key: Key, code: str, sentence: str) -> None:
        if code == "download-stopped":
            self._forget(key)
            return
        self._controls.pop(key, None)
        self._downloads[key] = replace(
            self._downloads[key], phase="failed", speed=0.0, seconds_left=None, message=sentence
        )
        self.changed.emit(key)
        self.notified.emit(code, sentence, "warning")
        self._start_waiting()

    def _forget(self, key: Key) -> None:
        self._controls.pop(key, None)
        self._downloads.pop(key, None)
        self.changed.emit(key)
        self._start_waiting()

    def _finished(self, code: str, sentence: str, severity: str) -> None:
        self._count(-1)
        self.modelsChanged.emit()
        self.notified.emit(code, sentence, severity)


def _downloads(settings: "ModelSettings") -> "Downloads":
    from desktop.engine.models.downloads import Downloads

    return Downloads(settings)


def _sentence(error: Exception, what: str) -> tuple[str, str]:
    """(code, sentence) of what went wrong."""
    from desktop.engine.errors import EngineError

    if isinstance(error, EngineError):
        return error.code, text_of(error)
    log.exception("a task with models failed", exc_info=error)
    return "internal", f"{what} ({type(error).__name__}); try again, the log says more."
