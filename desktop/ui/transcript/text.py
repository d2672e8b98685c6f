"""What was said as one text document: which blocks a line has, and how they look. GUI thread only.

Only the changed end of a changed line is replaced: that keeps selections where they are and costs the same after
hours as after a minute.
"""

import itertools
from collections.abc import Sequence

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QColor, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextOption
from PyQt6.QtWidgets import QTextEdit, QWidget

from desktop.engine.transcript.reducer import Passage
from desktop.engine.transcript.revisions import Revision
from desktop.ui.transcript.lines import TranscriptLine, TranscriptLines
from desktop.ui.widgets import theme

RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


class TranscriptText(QTextEdit):
    """Read-only text that shows `TranscriptLines`."""

    countChanged = pyqtSignal(int)
    """lines in the transcript"""
    lineChanged = pyqtSignal(int)
    """index of a line that is new or says something else"""

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
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # every line is wrapped
        self.setTabChangesFocus(True)
        self._lines = TranscriptLines()
        self._blocks: list[int] = []
        """blocks of the document that each line has: 0, 1 or 2"""
        self._drawn: list[tuple[Passage | None, Passage | None]] = []
        self._notes: list[bool] = []
        """whether the second block of each line says that there is no translation"""
        self._marked: list[tuple[Revision, ...]] = []
        """where each line says something else than while it was spoken"""
        self._style()

    @property
    def lines(self) -> TranscriptLines:
        return self._lines

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
        self._untranslated = QTextCharFormat()
        self._untranslated.setForeground(QColor(look.warning))
        self._revised = QTextCharFormat()
        self._revised.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
        self._revised.setUnderlineColor(QColor(look.muted))
        self._unmarked = QTextCharFormat()
        self._unmarked.setUnderlineStyle(QTextCharFormat.UnderlineStyle.NoUnderline)
        self._unmarked.setToolTip("")
        self._time = QTextCharFormat()
        self._time.setForeground(QColor(look.muted))
        self._time.setFontPointSize(theme.font("small").pointSizeF())

    def _redraw(self) -> None:
        self._style()
        self.clear()
        count = len(self._blocks)
        self._blocks = [0] * count
        self._drawn = [(None, None)] * count
        self._notes = [False] * count
        self._marked = [()] * count
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
            self._notes.append(False)
            self._marked.append(())
        self._draw(index)
        if is_new:
            self.countChanged.emit(len(self._blocks))
            if index == 0:
                viewport = self.viewport()
                assert viewport is not None
                viewport.update()  # the hint for an empty transcript goes
        self.lineChanged.emit(index)

    def _draw(self, index: int) -> None:
        line: TranscriptLine = self._lines[index]
        before_original, before_translation = self._drawn[index]
        original = line.original if line.original.text else None
        translation = line.translation if original else None
        if original and line.untranslated:
            note = f"[not translated into {_name(line.untranslated)}]"
            translation = Passage(note, len(note), "en")
        is_note = bool(original and line.untranslated)
        was_note, self._notes[index] = self._notes[index], is_note
        self._drawn[index] = (original, translation)
        marked, self._marked[index] = self._marked[index], line.revised if original else ()
        is_marked_anew = marked != self._marked[index]
        is_same = original == before_original and translation == before_translation and is_note == was_note
        if is_same and not is_marked_anew:
            return
        first = self._first_block(index)
        appears = original is not None and before_original is None and first < self._total()
        vanishes = original is None and before_original is not None and first == 0
        if appears or vanishes:  # a line that was taken back returns before others, or the first one goes: rare
            self._redraw()
            return
        if before_original is None and original is not None:
            self._insert(first, f"{line.stamp}\t", is_translation=False, language=original.language)
            self._blocks[index] = 1
        if original is not None:
            self._replace(first, len("00:00:00\t"), before_original, original, self._certain)
            if is_marked_anew:
                self._mark(first, len("00:00:00\t"), original.text, self._marked[index])
        if before_translation is None and translation is not None:
            self._insert(first + 1, "", is_translation=True, language=translation.language)
            self._blocks[index] = 2
        if translation is not None:
            known = before_translation if is_note == was_note else None  # another kind is written anew, in its colour
            self._replace(first + 1, 0, known, translation, self._untranslated if is_note else self._translation)
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
        # Said for each block: the digits of the time would leave it to the first letter behind them.
        if language in RIGHT_TO_LEFT:
            form.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
            form.setRightMargin(self._time_width)
            tab = QTextOption.TabType.RightTab
        else:
            form.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            form.setLeftMargin(self._time_width)
            tab = QTextOption.TabType.LeftTab
        if not is_translation:
            form.setTopMargin(3 * theme.STEP if block else 0)
            form.setTextIndent(-self._time_width)
            form.setTabPositions([QTextOption.Tab(self._time_width, tab)])
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

    def _replace(self, block: int, offset: int, old: Passage | None, new: Passage, certain: QTextCharFormat) -> None:
        """Change a block from what it shows to `new`; the text that stays is not touched."""
        keep = 0
        before = old.text if old else ""
        # Up to where both are committed, or the whole common start if nothing became committed.
        limit = min(old.committed, new.committed) if old and old.committed != new.committed else len(before)
        for one, other in zip(before[:limit], new.text, strict=False):
            if one != other:
                break
            keep += 1
        cursor = self._cursor(block, offset + _units(before[:keep]))
        cursor.beginEditBlock()
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        cursor.insertText(new.text[keep : new.committed], certain)
        cursor.insertText(new.text[max(keep, new.committed) :], self._unconfirmed)
        cursor.endEditBlock()

    def _mark(self, block: int, offset: int, text: str, revised: Sequence[Revision]) -> None:
        """Underline where the text of a block differs from what was shown while it was spoken, and nothing else."""

        def stretch(start: int, end: int) -> QTextCursor:
            cursor = self._cursor(block, offset + _units(text[:start]))
            cursor.setPosition(cursor.position() + _units(text[start:end]), QTextCursor.MoveMode.KeepAnchor)
            return cursor

        stretch(0, len(text)).mergeCharFormat(self._unmarked)
        for one in revised:
            look = QTextCharFormat(self._revised)
            look.setToolTip(f"Shown live: {one.shown}" if one.shown else "Not shown live")
            stretch(one.start, one.end).mergeCharFormat(look)

    def _remove(self, block: int) -> None:
        """Take out a block; never the first."""
        cursor = self._cursor(block)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        cursor.deletePreviousChar()


def _units(text: str) -> int:
    """Length of a text as Qt counts it: characters beyond the first 65,536 are two."""
    return len(text.encode("utf-16-le")) // 2


def _name(language: str) -> str:
    from desktop.engine.text.languages import language_name

    return language_name(language)
