"""The transcript with its tools: search, copy, save, clear. GUI thread only."""

import logging
from datetime import datetime
from pathlib import Path

from PyQt6.QtCore import QEvent, QObject, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication, QKeyEvent
from PyQt6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from desktop.ui.transcript.lines import with_note
from desktop.ui.transcript.view import TranscriptView
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.layouts.elided_label import ElidedLabel
from desktop.ui.widgets.pickers.search_field import SearchField

log = logging.getLogger(__name__)

_FILTERS = {
    "SubRip subtitles (*.srt)": ".srt",
    "WebVTT subtitles (*.vtt)": ".vtt",
    "ASS subtitles (*.ass)": ".ass",
    "Text (*.txt)": ".txt",
    "JSON (*.json)": ".json",
}


class TranscriptPanel(QFrame):
    """A card with the transcript and a row of tools above it."""

    problem = pyqtSignal(str)
    """one sentence, for example why it cannot be saved"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.view = TranscriptView()
        self._count = QLabel("Transcript")
        self._count.setFont(theme.font("body", bold=True))
        self.search_button = self._tool("magnify", "Search the transcript", "Ctrl+F", self.open_search)
        self.copy_button = self._tool("content-copy", "Copy what is selected, or everything", "Ctrl+Shift+C", self.copy)
        self.save_button = self._tool("content-save-outline", "Save the transcript", "Ctrl+S", self.ask_save)
        self.clear_button = self._tool("delete-outline", "Clear the transcript", "Ctrl+Shift+K", self.view.clear_lines)
        tools = QHBoxLayout()
        tools.setContentsMargins(4 * theme.STEP, theme.STEP, theme.STEP, theme.STEP)
        tools.setSpacing(0)
        tools.addWidget(self._count)
        tools.addStretch(1)
        for button in (self.search_button, self.copy_button, self.save_button, self.clear_button):
            tools.addWidget(button)
        self.note = _Note()
        self._search_row = QWidget()
        self._search = SearchField("Search the transcript")
        self._search.textChanged.connect(lambda: self._find())
        self._search.installEventFilter(self)
        self._found = QLabel()
        self._found.setObjectName("muted")
        row = QHBoxLayout(self._search_row)
        row.setContentsMargins(4 * theme.STEP, 0, theme.STEP, theme.STEP)
        row.setSpacing(theme.STEP)
        row.addWidget(self._search, 1)
        row.addWidget(self._found)
        row.addWidget(self._tool("chevron-up", "Previous", "Shift+Return", lambda: self._find(backward=True)))
        row.addWidget(self._tool("chevron-down", "Next", "Return", lambda: self._find()))
        row.addWidget(self._tool("close", "Close the search", "Esc", self.close_search))
        self._search_row.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, theme.STEP)
        layout.setSpacing(0)
        layout.addLayout(tools)
        layout.addWidget(self._search_row)
        layout.addWidget(self.note)
        layout.addWidget(self.view, 1)
        self.view.countChanged.connect(self._show_count)
        self._show_count(0)

    def show_phrasebook(self, is_phrasebook: bool) -> None:
        """Whether what is heard from now on is recognised by a starter model, for want of a real one."""
        self.view.show_phrasebook(is_phrasebook)

    def refresh(self) -> None:
        """After a change of the look."""
        self.note.refresh()

    def open_search(self) -> None:
        self._search_row.show()
        self._search.setFocus()
        self._search.selectAll()
        self._find()

    def close_search(self) -> None:
        self._search_row.hide()
        self.view.find_text("")
        self.view.setFocus()

    def copy(self) -> None:
        """What is selected goes to the clipboard, or the whole transcript."""
        cursor = self.view.textCursor()
        text = cursor.selection().toPlainText() if cursor.hasSelection() else self._whole()
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None and text:
            clipboard.setText(text)

    def _whole(self) -> str:
        return with_note(self.view.toPlainText(), "txt", self.view.note())

    def ask_save(self) -> None:
        """Ask where, then save."""
        if not len(self.view.lines):
            self.problem.emit("There is nothing to save yet.")
            return
        dialog = QFileDialog(self.window(), "Save the transcript")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(_FILTERS))
        recording = Path(self.view.lines.recording)
        if recording.name and recording.parent.is_dir():
            dialog.setDirectory(str(recording.parent))
        dialog.selectFile(f"{recording.stem or f'Parley {datetime.now():%Y-%m-%d %H.%M}'}.srt")
        dialog.setDefaultSuffix(_FILTERS[dialog.selectedNameFilter()].lstrip("."))
        dialog.filterSelected.connect(lambda shown: dialog.setDefaultSuffix(_FILTERS[shown].lstrip(".")))
        dialog.fileSelected.connect(lambda path: self.save(Path(path), _FILTERS[dialog.selectedNameFilter()]))
        dialog.open()

    def save(self, path: Path, default: str = ".srt") -> None:
        """Save in the format of the file's extension; default: the one used where it has none that is known."""
        if path.suffix.lower() not in _FILTERS.values():
            path = path.with_name(path.name + default)
            if path.exists():  # the dialog asked about another name
                self.problem.emit(f"There is a file {path} already; choose it, or another name.")
                return
        try:
            self.view.save(path)
        except OSError as error:
            reason = error.strerror or "unknown reason"
            self.problem.emit(f"The transcript cannot be saved to {path} ({reason}); choose another place.")

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if watched is self._search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                    return False
                self._find(backward=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close_search()
                return True
        return super().eventFilter(watched, event)

    def _find(self, *, backward: bool = False) -> None:
        text = self._search.text()
        found = self.view.find_text(text, backward=backward)
        count = self.view.matches() if found else 0
        self._found.setText("" if not text else f"{count} found" if found else "Not found")

    def _show_count(self, count: int) -> None:
        self._count.setText(f"Transcript · {count} line{'' if count == 1 else 's'}" if count else "Transcript")
        self.note.say(self.view.note() if count else "")
        for button in (self.search_button, self.copy_button, self.save_button, self.clear_button):
            button.setEnabled(count > 0)

    def _tool(self, icon: str, what: str, keys: str, do) -> QToolButton:  # type: ignore[no-untyped-def]
        button = QToolButton()
        button.setIcon(icons.icon(icon))
        button.setIconSize(QSize(18, 18))
        button.setAccessibleName(what)
        button.setToolTip(f"{what} ({keys})")
        button.clicked.connect(lambda: do())
        return button


class _Note(QWidget):
    """One quiet line with a warning sign; hidden while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self._picture = QLabel()
        self._text = ElidedLabel()
        self._text.setObjectName("muted")
        self._text.setFont(theme.font("small"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4 * theme.STEP, 0, 4 * theme.STEP, theme.STEP)
        layout.setSpacing(2 * theme.STEP)
        layout.addWidget(self._picture)
        layout.addWidget(self._text, 1)
        self.refresh()
        self.hide()

    def say(self, sentence: str) -> None:
        self._text.setText(sentence)
        self.setAccessibleName(sentence)
        self.setVisible(bool(sentence))

    def words(self) -> str:
        """What it says; empty while it is hidden."""
        return self.accessibleName()

    def refresh(self) -> None:
        """Paint the sign again."""
        self._picture.setPixmap(icons.icon("alert-outline", "warning").pixmap(QSize(14, 14), self.devicePixelRatioF()))
