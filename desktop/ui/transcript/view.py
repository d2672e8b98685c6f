"""The transcript: what was said, with its translation, to read, select, search, correct and save. GUI thread only."""

import bisect
import itertools
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
)
from PyQt6.QtWidgets import QApplication, QPushButton, QWidget

from desktop.system.files import write_atomically
from desktop.ui.transcript.hints import HINTS, PHRASEBOOK_HINT, PHRASEBOOK_NOTE
from desktop.ui.transcript.line_editor import LineEditor
from desktop.ui.transcript.lines import Recording, with_note
from desktop.ui.transcript.text import TranscriptText
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.pickers.picker import Choice, PickerList

if TYPE_CHECKING:
    from desktop.engine.events import SourceOpened, TranscriptUpdate, TranslationUpdate
    from desktop.ui.transcript.lines import TranscriptLine

_MENU_ICONS = {
    "Copy": "content-copy",
    "Select all": "select-all",
    "Correct the line": "pencil-outline",
    "Translate again": "translate",
}


class TranscriptView(TranscriptText):
    """Read-only text that follows its end until the user scrolls away."""

    cleared = pyqtSignal()
    """lines are taken out"""
    replaced = pyqtSignal()
    """there are other lines than before: cleared, undone, brought back"""
    saved = pyqtSignal()
    """all lines are in a file of the user's"""
    corrected = pyqtSignal(int, str, str)
    """a line shall be translated again: its segment_id, its text, its language"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._following = True
        self._editor: LineEditor | None = None
        self._edited = 0
        self._pressed_at = QPoint()
        self._state = "idle"
        self._is_phrasebook = False
        self._recording: Recording | None = None
        self.countChanged.connect(self._show_hint)
        self._live = QPushButton("Live", self)
        self._live.setObjectName("live")
        self._live.setAccessibleName("Go to the newest line")
        self._live.setToolTip("Go to the newest line (Ctrl+End)")
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

    @property
    def is_following(self) -> bool:
        return self._following

    def heard(self, update: "TranscriptUpdate") -> None:
        now = datetime.now()
        self._changed(self._lines.heard(update, now, is_phrasebook=self._is_phrasebook, recording=self._recording))

    def show_source(self, opened: "SourceOpened") -> None:
        """What is heard from now on: lines of a recording have its times."""
        kind, _, path = opened.source.partition(":")
        self._recording = Recording(path, opened.start) if kind == "file" else None

    def translated(self, update: "TranslationUpdate") -> None:
        self._changed(self._lines.translated(update))

    def retranslated(self, segment_id: int, text: str, update: "TranslationUpdate") -> None:
        """The translation of a corrected text."""
        self._changed(self._lines.retranslated(segment_id, text, update))

    def edit_line(self, index: int | None = None, click: QPoint | None = None) -> None:
        """Open a field over a line, by default the one with the caret; click: where the caret shall stand."""
        index = self._line_with_caret() if index is None else index
        if index is None or not self._lines[index].heard.is_final:
            return
        self._close_editor()
        viewport = self.viewport()
        assert viewport is not None
        self._edited = index
        self._editor = editor = LineEditor(self._lines[index].original.text, viewport)
        editor.saved.connect(self._save_edit)
        editor.cancelled.connect(self._close_editor)
        self._place_editor(click)
        editor.show()
        editor.field.setFocus()

    def show_state(self, state: str) -> None:
        """What an empty transcript tells the user to do."""
        self._state = state
        self._show_hint()

    def show_phrasebook(self, is_phrasebook: bool) -> None:
        """Whether what is heard from now on is recognised by a starter model, for want of a real one."""
        self._is_phrasebook = is_phrasebook
        self._show_hint()

    def hint(self) -> tuple[str, str]:
        """Title and sentence that an empty transcript shows."""
        if self._is_phrasebook and self._state != "loading":
            return PHRASEBOOK_HINT
        return HINTS.get(self._state, HINTS["idle"])

    def note(self) -> str:
        """What is to be known of the whole transcript; empty if nothing."""
        return PHRASEBOOK_NOTE if self._lines.has_phrasebook else ""

    def _show_hint(self) -> None:
        self.setAccessibleDescription("" if self._drawn else ". ".join(self.hint()))
        viewport = self.viewport()
        if viewport is not None:
            viewport.update()

    def clear_lines(self) -> None:
        """Empty the transcript; `undo` brings it back."""
        self._close_editor()
        if len(self._lines):
            self.cleared.emit()
        self._lines.clear()
        self._blocks.clear()
        self._drawn.clear()
        self._notes.clear()
        self._marked.clear()
        self.clear()
        self._style()
        self.follow()
        self.countChanged.emit(0)
        self.replaced.emit()

    def undo(self) -> None:
        """Take back the user's last act, see TranscriptLines.undo."""
        self._close_editor()
        if self._lines.undo():
            self._show_anew()

    def bring_back(self, lines: "Sequence[TranscriptLine]") -> None:
        """Show lines of earlier runs before those of this one."""
        self._close_editor()
        self._lines.bring_back(lines)
        self._show_anew()

    def _show_anew(self) -> None:
        self._blocks = [0] * len(self._lines)
        self._redraw()
        self.countChanged.emit(len(self._blocks))
        self.follow()
        self.replaced.emit()

    def save(self, path: Path) -> None:
        """Write the transcript in the format of the file's extension. Raises OSError, ValueError (extension)."""
        from desktop.engine.transcript.export import Format, rendered

        form = Format(path.suffix.lstrip(".").lower())
        content = rendered(self._lines.utterances(), form)
        write_atomically(path, with_note(content, str(form), self.note()))
        self.saved.emit()

    def follow(self) -> None:
        """Show the newest line and keep doing so."""
        self._following = True
        self._live.hide()
        self._bar.setValue(self._bar.maximum())

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        kinds = (QEvent.Type.PaletteChange, QEvent.Type.FontChange)
        if event is not None and event.type() in kinds and hasattr(self, "_drawn"):
            self._redraw()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._place_live()
        self._reveal_editor()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        super().mousePressEvent(event)
        if event is not None:
            self._pressed_at = event.position().toPoint()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        super().mouseReleaseEvent(event)
        if event is None or event.button() != Qt.MouseButton.LeftButton or self.textCursor().hasSelection():
            return
        place = event.position().toPoint()
        index = self._line_at(place)
        if index is not None and (place - self._pressed_at).manhattanLength() < QApplication.startDragDistance():
            self.edit_line(index, place)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.edit_line()
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        if event is None:
            return
        index = self._line_at(event.pos(), exact=False)
        acts: dict[str, Callable[[], object]] = {}
        if self.textCursor().hasSelection():
            acts["Copy"] = self.copy
        acts["Select all"] = self.selectAll
        if index is not None and self._lines[index].heard.is_final:
            acts["Correct the line"] = lambda: self.edit_line(index)
            acts["Translate again"] = lambda: self._translate_again(index)
        choices = [Choice(words, words, _MENU_ICONS[words]) for words in acts]
        menu = PickerList("Line", choices, "", parent=self)
        menu.picked.connect(lambda words: acts[words]())
        menu.open_at(event.globalPos())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        super().paintEvent(event)
        viewport = self.viewport()
        if viewport is None:
            return
        if self._drawn:
            self._paint_marks(viewport)
            return
        painter = QPainter(viewport)
        look = theme.colors()
        area = viewport.rect().adjusted(16, 0, -16, 0)
        title, hint = self.hint()
        middle = area.center().y()
        center = Qt.AlignmentFlag.AlignHCenter
        painter.setPen(QColor(look.text))
        painter.setFont(theme.font("reading"))
        painter.drawText(area.adjusted(0, middle - area.top() - 28, 0, 0), center, title)
        painter.setPen(QColor(look.muted))
        painter.setFont(theme.font("body"))
        painter.drawText(area.adjusted(0, middle - area.top() + 4, 0, 0), center | Qt.TextFlag.TextWordWrap, hint)

    def _scrolled(self, value: int) -> None:
        self._following = value >= self._bar.maximum() - theme.STEP
        self._live.setVisible(not self._following)
        self._place_live()
        self._place_editor()

    def _grown(self, _minimum: int, maximum: int) -> None:
        if self._following and self._editor is None:
            self._bar.setValue(maximum)

    # Correcting lines.

    def _save_edit(self, text: str) -> None:
        self._close_editor()
        if self._edited >= len(self._lines):
            return
        line = self._lines[self._edited]
        if text != line.original.text:
            self._changed(self._lines.correct(line.heard.segment_id, text))
        if text:
            self._translate_again(self._edited)

    def _translate_again(self, index: int) -> None:
        line = self._lines[index]
        self.corrected.emit(line.heard.segment_id, line.original.text, line.original.language)

    def _close_editor(self) -> None:
        editor, self._editor = self._editor, None
        if editor is None:
            return
        self.setFocus()
        editor.hide()
        editor.deleteLater()
        if self._following:
            self._bar.setValue(self._bar.maximum())

    def _place_editor(self, click: QPoint | None = None) -> None:
        viewport = self.viewport()
        if self._editor is None or viewport is None:
            return
        area = self.cursorRect(self._cursor(self._first_block(self._edited), len("00:00:00\t")))
        left, gap = round(self._time_width) + 2 * theme.STEP, 2 * theme.STEP
        self._editor.place(left, area.top() - gap, viewport.width() - left - gap, click)
        lowest = viewport.height() - self._editor.height()
        if area.bottom() <= viewport.height():  # the newest line has no room below itself
            self._editor.move(left, min(area.top() - gap, lowest))

    def _reveal_editor(self) -> None:
        """The field stays in sight when the window changes its size."""
        self._place_editor()
        viewport = self.viewport()
        if self._editor is not None and viewport is not None:
            hidden = self._editor.geometry().bottom() - viewport.height()
            above = self._editor.geometry().top()
            self._bar.setValue(self._bar.value() + (hidden if hidden > 0 else min(0, above)))

    def _line_at(self, place: QPoint, *, exact: bool = True) -> int | None:
        """The line whose text, original or, if not exact, any of it, lies there."""
        document = self.document()
        layout = document.documentLayout() if document is not None else None
        if layout is None:
            return None
        spot = QPointF(place.x() + self.horizontalScrollBar().value(), place.y() + self._bar.value())  # type: ignore[union-attr]
        accuracy = Qt.HitTestAccuracy.ExactHit if exact else Qt.HitTestAccuracy.FuzzyHit
        position = layout.hitTest(spot, accuracy)
        if position < 0:
            return None
        cursor = QTextCursor(document)
        cursor.setPosition(position)
        index = self._line_of(cursor)
        if index is None or not exact:
            return index
        is_original = cursor.blockNumber() == self._first_block(index)
        return index if is_original and cursor.positionInBlock() > len("00:00:00") else None

    def _line_of(self, cursor: QTextCursor) -> int | None:
        """The line of a cursor's block."""
        ends = list(itertools.accumulate(self._blocks))
        index = bisect.bisect_right(ends, cursor.blockNumber())
        return index if index < len(ends) and self._blocks[index] else None

    def _line_with_caret(self) -> int | None:
        """That of the caret if the transcript has the focus, otherwise the newest that can be corrected."""
        final = [index for index, line in enumerate(self._lines) if line.heard.is_final and self._blocks[index]]
        index = self._line_of(self.textCursor()) if self.hasFocus() else None
        return index if index in final else final[-1] if final else None

    def _paint_marks(self, viewport: QWidget) -> None:
        """A pencil beside each line that was corrected, a warning sign beside each that has no translation."""
        corrected = [index for index, line in enumerate(self._lines) if line.corrected and self._blocks[index]]
        untranslated = [index for index, is_note in enumerate(self._notes) if is_note and self._blocks[index] > 1]
        if not corrected and not untranslated:
            return
        painter = QPainter(viewport)
        pencil, sign = icons.icon("pencil-outline", "muted"), icons.icon("alert-outline", "warning")
        marks = [(pencil, self._first_block(index), len("00:00:00\t")) for index in corrected]
        marks += [(sign, self._first_block(index) + 1, 0) for index in untranslated]
        for picture, block, offset in marks:
            cursor = self._cursor(block, offset)
            area = self.cursorRect(cursor)
            is_right_to_left = cursor.block().textDirection() == Qt.LayoutDirection.RightToLeft
            left = area.right() + 6 if is_right_to_left else area.left() - 20
            if area.bottom() >= 0 and area.top() <= viewport.height():
                picture.paint(painter, left, area.center().y() - 7, 14, 14)

    def _place_live(self) -> None:
        self._live.adjustSize()
        viewport = self.viewport()
        assert viewport is not None
        area = viewport.geometry()
        self._live.move(
            area.right() - self._live.width() - 4 * theme.STEP, area.bottom() - self._live.height() - 3 * theme.STEP
        )
