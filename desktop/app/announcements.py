"""What a screen reader announces: each line once when it is over, warnings, and what Parley begins or ceases to do.
GUI thread only."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from desktop.ui.main.main_window import MainWindow
from desktop.ui.main.status import Status
from desktop.ui.runtime.announcer import Announcer
from desktop.ui.transcript.lines import TranscriptLine
from desktop.ui.widgets.notifications import Notice
from desktop.ui.widgets.pickers.popup import show_to_screen_readers

if TYPE_CHECKING:
    from desktop.settings.declaration import Settings
    from desktop.ui.runtime.screen_reader import ScreenReader

_CONSTANT = ("Loading", "Listening", "Speaking")
"""what follows one another by itself, again and again"""

_REMEMBERED = 64
"""lines of which a later change is announced"""


class Announcements(QObject):
    """Follows the window. Announces nothing before `apply`."""

    def __init__(self, window: MainWindow, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.announcer = Announcer(self)
        self._window = window
        self._reader: ScreenReader | None = None
        self._has_reader = False
        self._wanted = "never"
        self._show = "both"
        self._said: dict[int, tuple[str, str]] = {}
        """segment -> original and translation as they were announced"""
        self._status = ""
        window.transcript.view.lineChanged.connect(self._line_changed)
        window.noticed.connect(self._noticed)
        window.statusChanged.connect(self._status_changed)

    def apply(self, settings: "Settings") -> None:
        """Settings changed, or are there for the first time."""
        self._wanted, self._show = settings.window.announce, settings.subtitles.show
        if self._reader is None:
            from desktop.ui.runtime.screen_reader import ScreenReader

            self._reader = ScreenReader(self)
            self._reader.found.connect(self._reader_found)
            self._reader.look()
        self._switch()

    def _reader_found(self, has_reader: bool) -> None:
        self._has_reader = has_reader
        self._switch()

    def _switch(self) -> None:
        self.announcer.switch(self._wanted == "always" or (self._wanted == "auto" and self._has_reader))
        show_to_screen_readers(self._has_reader or self.announcer.is_on)

    def _line_changed(self, index: int) -> None:
        line: TranscriptLine = self._window.transcript.view.lines[index]
        if not self.announcer.is_on or not line.heard.is_final:
            return
        said = self._said.pop(line.heard.segment_id, ("", ""))
        original, translation = said
        if self._show != "translation":
            original = line.original.text
        translated = line.translation
        if self._show != "original" and translated and line.translated is not None and line.translated.is_final:
            translation = translated.text
        for text, before in zip((original, translation), said, strict=True):
            if text != before:
                self.announcer.say(text)
        self._said[line.heard.segment_id] = (original, translation)
        while len(self._said) > _REMEMBERED:
            del self._said[next(iter(self._said))]

    def _noticed(self, notice: Notice) -> None:
        self.announcer.say(notice.message, is_urgent=notice.severity == "error")

    def _status_changed(self, status: Status) -> None:
        words = status.words.partition(" ")[0]  # not each percent of what is loaded
        if words == self._status:
            return
        before, self._status = self._status, words
        if words in _CONSTANT and before in ("Listening", "Speaking"):
            return
        self.announcer.say(words)
