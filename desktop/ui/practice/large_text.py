"""A text in large type, and where each of its words stands. GUI thread only."""

from collections.abc import Iterator

from PyQt6.QtCore import QPoint, QPointF, QRectF, Qt
from PyQt6.QtGui import QTextBlock, QTextBlockFormat, QTextCursor, QTextDocument, QTextLayout
from PyQt6.QtWidgets import QFrame, QScrollBar, QTextEdit, QWidget

from desktop.practice.text import PracticeText
from desktop.ui.widgets import theme

_SIZE = 1.7
"""times the largest type of the window"""
_TALLER = {"ar": 1.25, "fa": 1.25, "ur": 1.3, "sd": 1.25, "ps": 1.25, "he": 1.1, "yi": 1.1, "bo": 1.2, "my": 1.15}
"""scripts whose letters are small at the same size"""
_LINE_HEIGHT = 165
"""per cent: room for the marks under the words"""
_PROPORTIONAL = 1
"""QTextBlockFormat.LineHeightTypes.ProportionalHeight, which PyQt takes as a number only"""
_BETWEEN = "\u2002"
"""between the name of a line and its text"""


class LargeText(QTextEdit):
    """Shows the lines of a text, each in a block of its own, right to left where it is written so."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)  # no caret is drawn
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setObjectName("transcript")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.text_shown = PracticeText("", "en")
        self.offsets: list[int] = []
        """of each line, where its text begins in its block"""
        self._size = 1.0
        self._places: dict[int, tuple[tuple[QRectF, int], tuple[tuple[int, QRectF], ...]]] = {}
        """by line: how its block was laid out, and where its words stand in it"""

    def show_text(self, text: PracticeText) -> None:
        """Another text, from its beginning."""
        self.text_shown = text
        self._places.clear()
        self._set_size()
        document = self._document
        document.setDocumentMargin(6 * theme.STEP)
        references = [line.reference + _BETWEEN if line.reference else "" for line in text.lines]
        self.offsets = [len(reference) for reference in references]
        self.setPlainText(
            "\n".join(reference + line.text for reference, line in zip(references, text.lines, strict=True))
        )
        form = QTextBlockFormat()
        form.setLineHeight(_LINE_HEIGHT, _PROPORTIONAL)
        cursor = QTextCursor(document)
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeBlockFormat(form)
        for number, line in enumerate(text.lines):
            if line.begins_paragraph:
                gap = QTextBlockFormat()
                gap.setTopMargin(self.fontMetrics().height() * 0.8)
                QTextCursor(document.findBlockByNumber(number)).mergeBlockFormat(gap)
        self.setTextCursor(QTextCursor(document))
        self._bar.setValue(0)

    def set_size(self, size: float) -> None:
        """Of the type; 1 is normal."""
        if size != self._size:
            self._size = size
            self._set_size()

    def place_of(self, index: int) -> QRectF:
        """Where a word stands in the viewport; empty if there is no such word."""
        block = self.block_of(index)
        if block is None:
            return QRectF()
        corner = self._corner_of(block)
        found = (place for at, place in self._places_in(block) if at == index)
        return next(found, QRectF()).translated(corner)

    def word_at(self, point: QPoint) -> int | None:
        """The word at a place of the viewport."""
        cursor = self.cursorForPosition(point)
        line = cursor.blockNumber()
        if not 0 <= line < len(self.text_shown.lines):
            return None
        block = self._document.findBlockByNumber(line)
        inside = point.toPointF() - self._corner_of(block)
        found = (index for index, place in self._places_in(block) if place.adjusted(-4, -8, 4, 10).contains(inside))
        return next(found, None)

    def visible_words(self, area: QRectF) -> Iterator[tuple[int, QRectF]]:
        """Words and their places that touch an area of the viewport; a word on two lines comes twice."""
        area = area.adjusted(-16, -16, 16, 16)
        layout = self._document.documentLayout()
        if layout is None or not self.text_shown.lines:
            return
        block = self.cursorForPosition(QPoint(1, max(0, round(area.top())))).block()
        if block.previous().isValid():
            block = block.previous()
        while block.isValid():
            corner = self._corner_of(block)
            if corner.y() > area.bottom():
                return
            inside = area.translated(-corner)
            for index, place in self._places_in(block):
                if place.intersects(inside):
                    yield index, place.translated(corner)
            block = block.next()

    def above_or_below(self, index: int, step: int) -> int:
        """The word in the next row that is nearest to one."""
        here = self.place_of(index)
        count, at = len(self.text_shown.words), index
        best: tuple[float, int] | None = None
        row: float | None = None
        while 0 <= (at := at + step) < count:
            place = self.place_of(at)
            if abs(place.top() - here.top()) < 2:
                continue
            if row is not None and abs(place.top() - row) > 2:
                break
            row = place.top()
            distance = abs(place.center().x() - here.center().x())
            if best is None or distance < best[0]:
                best = distance, at
        return best[1] if best is not None else index

    def is_turned(self, index: int) -> bool:
        """Whether a word is in a line that is written from right to left."""
        block = self.block_of(index)
        return block is not None and block.textDirection() == Qt.LayoutDirection.RightToLeft

    def row_of(self, index: int) -> tuple[int, int]:
        """The line of the text, and the row on the screen that it is on."""
        count = len(self.text_shown.words)
        if not count:
            return 0, 0
        index = min(index, count - 1)
        return self.text_shown.words[index].line, round(self.place_of(index).top() + self._bar.value())

    def block_of(self, index: int) -> QTextBlock | None:
        words = self.text_shown.words
        if not 0 <= index < len(words):
            return None
        return self._document.findBlockByNumber(words[index].line)

    def _corner_of(self, block: QTextBlock) -> QPointF:
        """Where a block begins in the viewport."""
        around = self._document.documentLayout()
        assert around is not None
        return around.blockBoundingRect(block).topLeft() - QPointF(0, self._bar.value())

    def _places_in(self, block: QTextBlock) -> tuple[tuple[int, QRectF], ...]:
        """The words of a block and where they stand in it; remembered until the block is laid out in another way."""
        layout = block.layout()
        assert layout is not None
        line = block.blockNumber()
        known = self._places.get(line)
        shape = (layout.boundingRect(), layout.lineCount())
        if known is not None and known[0] == shape:
            return known[1]
        starts, words, offset = self.text_shown.line_starts, self.text_shown.words, self.offsets[line]
        places = tuple(
            (index, place)
            for index in range(starts[line], starts[line + 1])
            for place in self._parts(layout, words[index].start + offset, words[index].end + offset)
        )
        self._places[line] = shape, places
        return places

    def _parts(self, layout: QTextLayout, start: int, end: int) -> Iterator[QRectF]:
        """Where characters stand in their block, for each line that they are on."""
        metrics = self.fontMetrics()
        height = metrics.ascent() + metrics.descent()
        while start < end:
            line = layout.lineForTextPosition(start)
            if not line.isValid():
                return
            stop = min(end, line.textStart() + line.textLength())
            left, right = sorted((line.cursorToX(start)[0], line.cursorToX(stop)[0]))
            yield QRectF(left, line.y() + line.ascent() - metrics.ascent(), right - left, height)
            if stop <= start:
                return
            start = stop

    def _set_size(self) -> None:
        font = theme.font("title")
        language = self.text_shown.language.partition("-")[0]
        font.setPointSizeF(font.pointSizeF() * _SIZE * self._size * _TALLER.get(language, 1.0))
        self.setFont(font)
        self._places.clear()
        self._document.setDefaultFont(font)

    @property
    def _bar(self) -> QScrollBar:
        bar = self.verticalScrollBar()
        assert bar is not None
        return bar

    @property
    def _document(self) -> QTextDocument:
        document = self.document()
        assert document is not None
        return document
