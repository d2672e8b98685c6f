"""Where a text and a passage of it are chosen. GUI thread only; files are read on a pool thread."""

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QAbstractListModel, QItemSelection, QItemSelectionModel, QModelIndex, Qt, pyqtSignal
from PyQt6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.engine.errors import EngineError
from desktop.messages import text_of
from desktop.practice.text import Line, PracticeText
from desktop.practice.texts.passage import Passage, fitting, practice_text, whole_chapter
from desktop.practice.texts.reading import read_document, read_pasted
from desktop.ui.practice.buttons import field_button
from desktop.ui.practice.marks import is_turned
from desktop.ui.practice.options_row import OptionsRow
from desktop.ui.runtime.lookup import Lookup
from desktop.ui.widgets import theme
from desktop.ui.widgets.layouts.elided_label import ElidedLabel
from desktop.ui.widgets.layouts.flow import Flow
from desktop.ui.widgets.pickers.picker import Choice, PickerButton

if TYPE_CHECKING:
    from desktop.practice.texts.document import Document

_FILTERS = ["Texts, books, subtitles, verses (*.txt *.epub *.srt *.vtt *.ass *.ssa *.sub *.md)", "All files (*)"]
_HINT = "Open a text, an EPUB book, subtitles or verses; paste one; or drop it here."
_CHOOSING = "To read only a part, click its first line, and its last one with Shift."


class TextPage(QWidget):
    """A file or what was pasted, its chapters and lines, and how it is to be read."""

    startWanted = pyqtSignal()
    """read what is chosen"""
    problem = pyqtSignal(str)
    """one sentence: why a text cannot be read"""
    opened = pyqtSignal()
    """another text is there"""

    def __init__(self, options: OptionsRow) -> None:
        """options: how it is read; they stand on this page."""
        super().__init__()
        self.setAcceptDrops(True)
        self.document: Document | None = None
        self.options = options
        self._path: Path | None = None
        self._chapter = 0
        self._lookup = Lookup(self)
        self._lookup.found.connect(self._read)
        self.open = field_button("folder-open-outline", "Open a file…", "Ctrl+O")
        self.open.clicked.connect(self.ask_file)
        self.paste = field_button("content-paste", "Paste", "Ctrl+V")
        self.paste.clicked.connect(self.paste_text)
        self.title = ElidedLabel()
        self.title.setFont(theme.font("title", bold=True))
        self.note = QLabel()
        self.note.setObjectName("muted")
        self.note.setWordWrap(True)
        self.chapter = PickerButton("Chapter", searchable=True)
        self.chapter.setMinimumWidth(160)
        self.chapter.picked.connect(lambda value: self.show_chapter(int(value)))
        self.drop = QLabel(_HINT)
        self.drop.setObjectName("drop")
        self.drop.setWordWrap(True)
        self.drop.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.lines = QListView()
        self.lines.setModel(_Lines(()))
        self.lines.setObjectName("lines")
        self.lines.setAccessibleName("Lines of the text")
        self.lines.setFrameShape(QFrame.Shape.NoFrame)
        self.lines.setFont(theme.font("reading"))
        self.lines.setUniformItemSizes(True)
        self.lines.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.lines.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.lines.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.lines.doubleClicked.connect(lambda _: self.start.click())
        self.chosen = ElidedLabel()
        self.chosen.setObjectName("muted")
        self.start = QPushButton("Read this")
        self.start.setObjectName("primary")
        self.start.setFont(theme.font("body", bold=True))
        self.start.setFixedHeight(36)
        self.start.setToolTip("Read this (Ctrl+Return)")
        self.start.clicked.connect(self.startWanted)
        options.languageChosen.connect(self._language_chosen)
        self._lay_out()
        self._show()

    # What is read.

    def ask_file(self) -> None:
        """Choose a file."""
        dialog = QFileDialog(self.window(), "Open a text to read")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(_FILTERS)
        dialog.fileSelected.connect(lambda path: self.open_file(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def open_file(self, path: Path) -> None:
        """Read a file; what was there stays until it is read."""
        self._path = path
        language = self.options.language
        self.note.setText(f"Reading {path.name}…")
        self.note.show()

        def read() -> "Document | EngineError":
            try:
                return read_document(path, language)
            except EngineError as error:
                return error

        self._lookup.ask(lambda deliver: deliver(read()))

    def paste_text(self) -> None:
        """Take the text on the clipboard."""
        clipboard = QGuiApplication.clipboard()
        text = clipboard.text() if clipboard is not None else ""
        if not text.strip():
            self.problem.emit("The clipboard holds no text; copy one first.")
            return
        self._path = None

        def read() -> "Document | EngineError":
            try:
                return read_pasted(text)
            except EngineError as error:
                return error

        self._lookup.ask(lambda deliver: deliver(read()))

    def show_document(self, document: "Document") -> None:
        """Offer a text, its first chapter whole."""
        self.document = document
        self.options.suggest(document.language)
        self.chapter.set_choices([Choice(str(at), one.title) for at, one in enumerate(document.chapters)])
        self.show_chapter(0)
        self.opened.emit()

    def show_chapter(self, chapter: int) -> None:
        """Offer the lines of a chapter."""
        assert self.document is not None
        self._chapter = chapter
        self.chapter.choose(str(chapter))
        self.lines.setModel(_Lines(self.document.chapters[chapter].lines))
        selection = self.lines.selectionModel()
        assert selection is not None
        selection.selectionChanged.connect(self._show)
        turned = is_turned(self.document.chapters[chapter].lines[0].text)
        self.lines.setLayoutDirection(Qt.LayoutDirection.RightToLeft if turned else Qt.LayoutDirection.LeftToRight)
        self._show()

    def choose_lines(self, passage: Passage) -> None:
        """Choose lines of the chapter that is shown."""
        model, selection = self.lines.model(), self.lines.selectionModel()
        assert model is not None
        assert selection is not None
        rows = QItemSelection(model.index(passage.first, 0), model.index(passage.last, 0))
        selection.setCurrentIndex(model.index(passage.first, 0), QItemSelectionModel.SelectionFlag.NoUpdate)
        selection.select(rows, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    @property
    def passage(self) -> Passage | None:
        """What is chosen: the lines that are selected, the whole chapter if none is."""
        if self.document is None:
            return None
        rows = self._rows()
        if rows is None:
            return whole_chapter(self.document, self._chapter)
        return fitting(self.document, Passage(self._chapter, *rows))

    def text(self) -> PracticeText | None:
        """What is to be read."""
        passage = self.passage
        if self.document is None or passage is None:
            return None
        return practice_text(self.document, passage, self.options.language)

    def close_lookup(self) -> None:
        """Nothing that is still being read is wanted any more."""
        self._lookup.close()

    def refresh(self) -> None:
        """The look changed."""
        self.lines.viewport().update()  # type: ignore[union-attr]

    # What the user does.

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        mime = event.mimeData() if event is not None else None
        if event is not None and mime is not None and (mime.hasUrls() or mime.hasText()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        mime = event.mimeData() if event is not None else None
        if mime is None:
            return
        files = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
        if files:
            self.open_file(Path(files[0]))
        elif mime.hasText():
            self._path = None
            try:
                self.show_document(read_pasted(mime.text()))
            except EngineError as error:
                self.problem.emit(text_of(error))

    def _language_chosen(self) -> None:
        """A file that is no Unicode may mean something else in this language."""
        if self._path is not None and self.document is not None and self.document.encoding:
            self.open_file(self._path)
        self._show()

    def _read(self, found: "Document | EngineError") -> None:
        if isinstance(found, EngineError):
            self.problem.emit(text_of(found))
            self._show()
        else:
            self.show_document(found)

    # What is shown.

    def _show(self) -> None:
        document = self.document
        self.title.setText(document.title if document is not None else "Read along")
        note = _CHOOSING if document is not None else ""
        if document is not None and document.encoding:
            note = f"The file is no Unicode; it was read as {document.encoding}. "
            note += "If letters look wrong, choose its language."
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.chapter.setVisible(document is not None and len(document.chapters) > 1)
        self.lines.setVisible(document is not None)
        self.drop.setVisible(document is None)
        self.options.setVisible(document is not None)
        self.chosen.setVisible(document is not None)
        self.start.setVisible(document is not None)
        text = self.text()
        if text is not None:
            count, words = len(text.lines), len(text.words)
            part = f"{count} line{'' if count == 1 else 's'}, {words} word{'' if words == 1 else 's'}"
            self.chosen.setText(f"{self._how_much()}{part}")
            self.start.setEnabled(words > 0)

    def _how_much(self) -> str:
        """What the chosen lines are a part of."""
        passage = self.passage
        assert self.document is not None
        assert passage is not None
        rows = self._rows()
        last = rows[1] if rows is not None else len(self.document.chapters[self._chapter].lines) - 1
        if passage.last < last:
            return "As much as one reading takes: "
        return "All: " if rows is None else ""

    def _rows(self) -> tuple[int, int] | None:
        """First and last of the lines that are selected."""
        selection = self.lines.selectionModel()
        assert selection is not None
        found = selection.selection()
        ranges = [(found[at].top(), found[at].bottom()) for at in range(len(found))]
        return (min(top for top, _ in ranges), max(bottom for _, bottom in ranges)) if ranges else None

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3 * theme.STEP)
        layout.addWidget(self.title)
        layout.addWidget(Flow(self.open, self.paste, self.chapter))
        layout.addWidget(self.note)
        layout.addWidget(self.lines, 1)
        layout.addWidget(self.drop, 1)
        layout.addWidget(self.options)
        foot = QHBoxLayout()
        foot.setSpacing(3 * theme.STEP)
        foot.addWidget(self.chosen, 1)
        foot.addWidget(self.start)
        layout.addLayout(foot)


class _Lines(QAbstractListModel):
    """The lines of a chapter, however many."""

    def __init__(self, lines: tuple[Line, ...]) -> None:
        super().__init__()
        self._lines = lines

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        line = self._lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{line.reference}  {line.text}" if line.reference else line.text
        if role == Qt.ItemDataRole.ToolTipRole and len(line.text) > 60:
            return line.text[:600]
        return None
