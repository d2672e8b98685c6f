"""The transcript: what was said, with its translation, to read, select, search and save. GUI thread only.

One QTextDocument, in which only the changed end of a changed line is replaced: that keeps selections where they
are and costs the same after hours as after a minute.
"""

import itertools
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
)
from PyQt6.QtWidgets import QPushButton, QTextEdit, QWidget

from desktop.ui import icons, theme
from desktop.ui.transcript_lines import Line, Lines, Text

if TYPE_CHECKING:
    from desktop.engine.events import TranscriptUpdate, TranslationUpdate

RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


HINTS = {
    "idle": ("Nothing heard yet", "Press Start and speak. What is heard appears here."),
    "loading": ("Getting ready", "You can speak already: nothing is lost while the models load."),
    "listening": ("Listening", "What is heard appears here."),
}
"""State of the engine -> title and sentence of an empty transcript."""


class TranscriptView(QTextEdit):
    """Read-only text that follows its end until the user scrolls away."""

    countChanged = pyqtSignal(int)
    """lines in the transcript"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transcript")
        self.setAccessibleName("Transcript")
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTabChangesFocus(True)
        self._lines = Lines()
        self._blocks: list[int] = []
        """blocks of the document that each line has: 0, 1 or 2"""
        self._drawn: list[tuple[Text | None, Text | None]] = []
        self._following = True
        self._hint = HINTS["idle"]
        self._live = QPushButton("Live", self)
        self._live.setObjectName("live")
        self._live.setAccessibleName("Go to the newest line")
        self._live.setToolTip("Go to the newest line (End)")
        self._live.setIcon(icons.icon("arrow-down", "on_accent"))
        self._live.setFixedHeight(28)
        self._live.setCursor(Qt.CursorShape.PointingHandCursor)
        self._live.clicked.connect(self.follow)
        self._live.hide()
        bar = self.verticalScrollBar()
        assert bar is not None
        self._bar = bar
        bar.valueChanged.connect(self._scrolled)
        bar.rangeChanged.connect(self._grown)
        self._style()

    @property
    def lines(self) -> Lines:
        return self._lines

    @property
    def is_following(self) -> bool:
        return self._following

    def heard(self, update: "TranscriptUpdate") -> None:
        self._changed(self._lines.heard(update, datetime.now()))

    def translated(self, update: "TranslationUpdate") -> None:
        self._changed(self._lines.translated(update))

    def show_state(self, state: str) -> None:
        """What an empty transcript tells the user to do."""
        hint = HINTS.get(state, HINTS["idle"])
        viewport = self.viewport()
        if hint != self._hint and viewport is not None:
            self._hint = hint
            viewport.update()

    def clear_lines(self) -> None:
        """Empty the transcript."""
        self._lines.clear()
        self._blocks.clear()
        self._drawn.clear()
        self.clear()
        self._style()
        self.follow()
        self.countChanged.emit(0)

    def save(self, path: Path) -> None:
        """Write the transcript in the format of the file's extension. Raises OSError, ValueError (extension)."""
        from desktop.engine.export import Format, rendered

        path.write_text(rendered(self._lines.utterances(), Format(path.suffix.lstrip(".").lower())), encoding="utf-8")

    def follow(self) -> None:
        """Show the newest line and keep doing so."""
        self._following = True
        self._live.hide()
        self._bar.setValue(self._bar.maximum())

    def find_text(self, text: str, *, backward: bool = False) -> bool:
        """Select the next occurrence, from the start again after the last one. False: there is none."""
        from PyQt6.QtGui import QTextDocument

        flags = QTextDocument.FindFlag.FindBackward if backward else QTextDocument.FindFlag(0)
        if not text:
            self._highlight("")
            return True
        self._highlight(text)
        if self.find(text, flags):
            return True
        cursor = self.textCursor()
        self.moveCursor(QTextCursor.MoveOperation.End if backward else QTextCursor.MoveOperation.Start)
        if self.find(text, flags):
            return True
        self.setTextCursor(cursor)
        return False

    def matches(self) -> int:
        """Occurrences of what is searched for."""
        return len(self.extraSelections())

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        kinds = (QEvent.Type.PaletteChange, QEvent.Type.FontChange)
        if event is not None and event.type() in kinds and hasattr(self, "_drawn"):
            self._redraw()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._place_live()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        super().paintEvent(event)
        viewport = self.viewport()
        if self._drawn or viewport is None:
            return
        painter = QPainter(viewport)
        look = theme.colors()
        area = viewport.rect().adjusted(16, 0, -16, 0)
        title, hint = self._hint
        middle = area.center().y()
        center = Qt.AlignmentFlag.AlignHCenter
        painter.setPen(QColor(look.text))
        painter.setFont(theme.font("reading"))
        painter.drawText(area.adjusted(0, middle - area.top() - 28, 0, 0), center, title)
        painter.setPen(QColor(look.muted))
        painter.setFont(theme.font("body"))
        painter.drawText(area.adjusted(0, middle - area.top() + 4, 0, 0), center | Qt.TextFlag.TextWordWrap, hint)

    def _style(self) -> None:
        self.setFont(theme.font("reading"))
        look = theme.colors()
        self._time_width = float(self.fontMetrics().horizontalAdvance("00:00:00") + 5 * theme.STEP)
        document = self.document()
        assert document is not None
        document.setDocumentMargin(4 * theme.STEP)
        self._certain = QTextCharFormat()
        self._certain.setForeground(QColor(look.text))
        self._unconfirmed = QTextCharFormat()
        self._unconfirmed.setForeground(QColor(look.muted))
        self._unconfirmed.setFontItalic(True)
        self._translation = QTextCharFormat()
        self._translation.setForeground(QColor(look.accent))
        self._time = QTextCharFormat()
        self._time.setForeground(QColor(look.muted))
        self._time.setFontPointSize(theme.font("small").pointSizeF())

    def _redraw(self) -> None:
        self._style()
        self.clear()
        count = len(self._blocks)
        self._blocks = [0] * count
        self._drawn = [(None, None)] * count
        whole = QTextCursor(self.document())
        whole.beginEditBlock()
        for index in range(count):
            self._draw(index)
        whole.endEditBlock()

    def _changed(self, index: int | None) -> None:
        if index is None:
            return
        is_new = index == len(self._blocks)
        if is_new:
            self._blocks.append(0)
            self._drawn.append((None, None))
        self._draw(index)
        if is_new:
            self.countChanged.emit(len(self._blocks))
            if index == 0:
                viewport = self.viewport()
                assert viewport is not None
                viewport.update()  # the hint for an empty transcript goes

    def _draw(self, index: int) -> None:
        line: Line = self._lines[index]
        before_original, before_translation = self._drawn[index]
        original = line.original if line.original.text else None
        translation = line.translation if original else None
        if original and line.untranslated:
            note = f"[not translated: nothing installed for {_name(line.untranslated)}]"
            translation = Text(note, 0, "en")
        self._drawn[index] = (original, translation)
        if original == before_original and translation == before_translation:
            return
        first = self._first_block(index)
        appears = original is not None and before_original is None and first < self._total()
        vanishes = original is None and before_original is not None and first == 0
        if appears or vanishes:  # a line that was taken back returns before others, or the first one goes: rare
            self._redraw()
            return
        if before_original is None and original is not None:
            self._insert(first, f"{line.time:%H:%M:%S}\t", is_translation=False, language=original.language)
            self._blocks[index] = 1
        if original is not None:
            self._replace(first, len("00:00:00\t"), before_original, original, self._certain)
        if before_translation is None and translation is not None:
            self._insert(first + 1, "", is_translation=True, language=translation.language)
            self._blocks[index] = 2
        if translation is not None:
            self._replace(first + 1, 0, before_translation, translation, self._translation)
        elif before_translation is not None:
            self._remove(first + 1)
            self._blocks[index] = 1
        if original is None and before_original is not None:
            self._remove(first)
            self._blocks[index] = 0

    def _first_block(self, index: int) -> int:
        """Number of the document's block where a line begins; lines that change are near the end."""
        return self._total() - sum(itertools.islice(reversed(self._blocks), len(self._blocks) - index))

    def _total(self) -> int:
        document = self.document()
        assert document is not None
        return 0 if document.isEmpty() else document.blockCount()

    def _cursor(self, block: int, position: int = 0) -> QTextCursor:
        document = self.document()
        assert document is not None
        cursor = QTextCursor(document)
        cursor.setPosition(document.findBlockByNumber(block).position() + position)
        return cursor

    def _insert(self, block: int, text: str, *, is_translation: bool, language: str) -> None:
        """Put a new block before the one that has this number, or at the end."""
        document = self.document()
        assert document is not None
        form = QTextBlockFormat()
        form.setLeftMargin(self._time_width)
        is_right_to_left = language in RIGHT_TO_LEFT
        if not is_translation:
            form.setTopMargin(3 * theme.STEP if block else 0)
            form.setTextIndent(-self._time_width)
            form.setTabPositions([QTextOption.Tab(self._time_width, QTextOption.TabType.LeftTab)])
        elif is_right_to_left:
            form.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        form.setLineHeight(116, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)  # type: ignore[arg-type]
        if document.isEmpty():
            cursor = QTextCursor(document)
            cursor.setBlockFormat(form)
        elif block >= document.blockCount():
            cursor = QTextCursor(document)
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertBlock(form, self._certain)
        else:
            # A block is inserted after the one before, whose text and format stay untouched.
            cursor = self._cursor(max(block - 1, 0))
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
            cursor.insertBlock(form, self._certain)
        cursor.insertText(text, self._time)

    def _replace(self, block: int, offset: int, old: Text | None, new: Text, certain: QTextCharFormat) -> None:
        """Change a block from what it shows to `new`; the text that stays is not touched."""
        keep = 0
        before = old.text if old else ""
        # Up to where both are committed, or the whole common start if nothing became committed.
        limit = min(old.committed, new.committed) if old and old.committed != new.committed else len(before)
        for one, other in zip(before[:limit], new.text, strict=False):
            if one != other:
                break
            keep += 1
        cursor = self._cursor(block, offset + keep)
        cursor.beginEditBlock()
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        cursor.insertText(new.text[keep : new.committed], certain)
        cursor.insertText(new.text[max(keep, new.committed) :], self._unconfirmed)
        cursor.endEditBlock()

    def _remove(self, block: int) -> None:
        """Take out a block; never the first."""
        cursor = self._cursor(block)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        cursor.deletePreviousChar()

    def _highlight(self, text: str) -> None:
        document = self.document()
        assert document is not None
        found = []
        cursor = document.find(text) if text else QTextCursor()
        mark = QTextCharFormat()
        mark.setBackground(QColor(theme.colors().hover))
        mark.setFontUnderline(True)
        while not cursor.isNull():
            selection = QTextEdit.ExtraSelection()
            selection.cursor = cursor
            selection.format = mark
            found.append(selection)
            cursor = document.find(text, cursor)
        self.setExtraSelections(found)

    def _scrolled(self, value: int) -> None:
        self._following = value >= self._bar.maximum() - theme.STEP
        self._live.setVisible(not self._following)
        self._place_live()

    def _grown(self, _minimum: int, maximum: int) -> None:
        if self._following:
            self._bar.setValue(maximum)

    def _place_live(self) -> None:
        self._live.adjustSize()
        viewport = self.viewport()
        assert viewport is not None
        area = viewport.geometry()
        self._live.move(
            area.right() - self._live.width() - 4 * theme.STEP, area.bottom() - self._live.height() - 3 * theme.STEP
        )


def _name(language: str) -> str:
    from desktop.engine.languages import language_name

    return language_name(language)
