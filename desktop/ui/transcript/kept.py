"""Keeps what the transcript shows until it is saved or cleared; offers what an earlier run left. GUI thread only."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from desktop.ui.transcript.view import TranscriptView

if TYPE_CHECKING:
    from desktop.ui.transcript.lines import TranscriptLine
    from desktop.ui.transcript.unsaved import UnsavedTranscript


class KeptTranscript(QObject):
    """Writes each final line of a transcript at once. Keeps nothing before `apply`."""

    found = pyqtSignal(str)
    """one sentence: earlier runs left what nobody saved; `bring_back` shows it"""
    problem = pyqtSignal(str)
    """one sentence: why it cannot be kept, or brought back"""

    def __init__(self, view: TranscriptView, folder: Path, parent: QObject | None = None) -> None:
        """folder: where the files are; made when it is needed."""
        super().__init__(parent)
        self._view = view
        self._folder = folder
        self._unsaved: UnsavedTranscript | None = None
        self._left: tuple[Path, ...] = ()
        self._is_changed = False
        self._has_failed = False
        view.lineChanged.connect(self._line_changed)
        view.replaced.connect(self._replaced)
        view.saved.connect(self._saved)

    @property
    def is_at_risk(self) -> bool:
        """Whether lines would be gone if Parley ended now."""
        return self._is_changed and (self._unsaved is None or self._has_failed)

    def apply(self, *, is_wanted: bool) -> None:
        """Whether to keep the transcript, from now on."""
        from desktop.ui.transcript.unsaved import UnsavedTranscript, left_behind

        if is_wanted and self._unsaved is None:
            self._unsaved = UnsavedTranscript(self._folder)
            self._replaced()
            self._left = left_behind(self._folder)
            if self._left:
                one = "The last transcript was not saved."
                self.found.emit(one if len(self._left) == 1 else f"{len(self._left)} transcripts were not saved.")
        elif not is_wanted and self._unsaved is not None:
            unsaved, self._unsaved = self._unsaved, None
            self._write(unsaved.forget)
            unsaved.close()

    def bring_back(self) -> None:
        """Show what earlier runs left, before the lines of this one."""
        from desktop.ui.transcript.unsaved import read, remove

        files, self._left = self._left, ()
        try:
            self._view.bring_back(read(files))
            if self._unsaved is not None and not self._has_failed:
                remove(files)
        except OSError as error:
            self._left = files
            self.problem.emit(f"The transcript cannot be brought back ({error.strerror}); it is in {self._folder}.")

    def close(self) -> None:
        """Keep what is said but not yet final, too. Idempotent."""
        if self._unsaved is None:
            return
        unsaved, self._unsaved = self._unsaved, None
        if self._is_changed:
            self._write(lambda: unsaved.keep(line for line in self._view.lines if not _is_over(line)))
        unsaved.close()

    def _line_changed(self, index: int) -> None:
        line = self._view.lines[index]
        self._is_changed = True
        if self._unsaved is not None and _is_over(line):
            unsaved = self._unsaved
            self._write(lambda: unsaved.keep([line]))

    def _replaced(self) -> None:
        """Other lines than before: cleared, undone, brought back."""
        self._is_changed = bool(len(self._view.lines))
        if (unsaved := self._unsaved) is not None:
            self._write(unsaved.forget)
            self._write(lambda: unsaved.keep(self._view.lines))

    def _saved(self) -> None:
        self._is_changed = False
        if self._unsaved is not None:
            self._write(self._unsaved.forget)

    def _write(self, do: Callable[[], None]) -> None:
        try:
            do()
        except OSError as error:
            if not self._has_failed:
                reason = error.strerror or "unknown reason"
                self.problem.emit(f"The transcript is not kept ({reason}); save it before you close Parley.")
            self._has_failed = True


def _is_over(line: "TranscriptLine") -> bool:
    """Whether no word of it may still change."""
    return line.heard.is_final and (line.translated is None or line.translated.is_final)
