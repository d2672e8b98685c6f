"""The text that is read: large type, each word marked as it is spoken. GUI thread only.

Marks are drawn over and under the letters, so that no word moves when it is marked; only what looks different is
painted again.
"""

from PyQt6.QtCore import QEvent, QPropertyAnimation, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
)
from PyQt6.QtWidgets import QToolTip, QWidget

from desktop.practice.feedback import PassageFeedback, WordFeedback, WordStatus
from desktop.practice.text import PracticeText
from desktop.ui.practice.large_text import LargeText
from desktop.ui.practice.mark_painting import color_of, paint_cover, paint_frame, paint_mark, paint_plus, paint_selected
from desktop.ui.practice.marks import MARKS, Hide, changed, described, is_covered
from desktop.ui.widgets import theme

_SCROLL_MS = 150


class ReadingView(LargeText):
    """Shows a text and how it is read."""

    wordChosen = pyqtSignal(int)
    """the user went to this word, by key or click"""
    sayWanted = pyqtSignal(str)
    """play the "word" that was chosen, or its "line\""""
    moveWanted = pyqtSignal()
    """go on reading at the word that was chosen"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Text to read")
        self.feedback: PassageFeedback | None = None
        self.selected: int | None = None
        """index of the word that the keyboard is at"""
        self._extra: dict[int, list[WordFeedback]] = {}
        self._hide: Hide = "nothing"
        self._is_expecting = False
        self._moves = True
        self._colors = _Colors(self)
        self._scrolling = QPropertyAnimation(self._bar, b"value", self)
        self._scrolling.setDuration(_SCROLL_MS)

    # What is shown.

    def show_text(self, text: PracticeText) -> None:
        """Another text, from its beginning; nothing of it is read yet."""
        self.feedback, self.selected, self._extra = None, None, {}
        super().show_text(text)
        self._colors.rehighlight()

    def show_feedback(self, feedback: PassageFeedback) -> None:
        """How it has been read so far; paints only what changed."""
        old, self.feedback = self.feedback, feedback
        if old is None or old.extra != feedback.extra:
            self._extra = {}
            for word in feedback.extra:
                self._extra.setdefault(word.index, []).append(word)
        found = changed(old, feedback)
        self._repaint(found)
        if old is None or self.row_of(old.position) != self.row_of(feedback.position):
            self.follow(feedback.position)

    def expect(self, is_expecting: bool) -> None:
        """Whether somebody reads now: the word that comes next is marked."""
        if is_expecting != self._is_expecting:
            self._is_expecting = is_expecting
            self._repaint({self.position})

    def apply(self, *, hide: Hide, size: float, moves: bool) -> None:
        """hide: words until they are read; size: of the type, 1 is normal; moves: scrolling may be seen."""
        self._moves = moves
        if hide != self._hide:
            self._hide = hide
            self._repaint(set(range(len(self.text_shown.words))))
        self.set_size(size)

    def refresh(self) -> None:
        """The look changed."""
        self._colors.rehighlight()

    @property
    def position(self) -> int:
        """Index of the word that is expected."""
        return self.feedback.position if self.feedback is not None else 0

    def is_hidden(self, index: int) -> bool:
        """Whether a word cannot be seen now."""
        return is_covered(index, self._hide) and self.status_of(index) is WordStatus.PENDING

    def status_of(self, index: int) -> WordStatus:
        if self.feedback is None or index >= len(self.feedback.words):
            return WordStatus.PENDING
        return self.feedback.words[index].status

    def describe(self, index: int) -> str:
        """A word, and what was added before it, in words."""
        words = self.text_shown.words
        if not 0 <= index < len(words):
            return ""
        feedback = (
            self.feedback.words[index] if self.feedback else WordFeedback(index, words[index].text, WordStatus.PENDING)
        )
        is_expected = self._is_expecting and index == self.position
        parts = [described(one) for one in self._extra.get(index, ())]
        return ". ".join([*parts, described(feedback, is_expected=is_expected, is_hidden=self.is_hidden(index))])

    def follow(self, index: int) -> None:
        """Scroll so that a word is well in view, with what comes next below it."""
        count = len(self.text_shown.words)
        if not count:
            return
        place = self.place_of(min(index, count - 1))
        view = self.viewport()
        assert view is not None
        height = view.height()
        if place.top() >= height * 0.08 and place.bottom() <= height * 0.62:
            return
        value = max(0, min(self._bar.maximum(), round(self._bar.value() + place.top() - height * 0.25)))
        self._scrolling.stop()
        if not self._moves or abs(value - self._bar.value()) > 3 * height:
            self._bar.setValue(value)
            return
        self._scrolling.setStartValue(self._bar.value())
        self._scrolling.setEndValue(value)
        self._scrolling.start()

    def choose(self, index: int) -> None:
        """Go to a word."""
        count = len(self.text_shown.words)
        if not count:
            return
        old, self.selected = self.selected, max(0, min(index, count - 1))
        block = self.block_of(self.selected)
        assert block is not None
        word = self.text_shown.words[self.selected]
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + self.offsets[word.line] + word.start)
        self.setTextCursor(cursor)  # a screen reader follows it
        self._repaint({self.selected} if old is None else {old, self.selected})
        self.follow(self.selected)
        self.wordChosen.emit(self.selected)

    # What the user does.

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        at = self.selected if self.selected is not None else self.position
        turned = self.text_shown.lines and self.is_turned(at)
        steps = {Qt.Key.Key_Right: -1 if turned else 1, Qt.Key.Key_Left: 1 if turned else -1}
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Space and not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
            self.sayWanted.emit("line" if event.modifiers() else "word")
        elif event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in steps:
            self.choose(at + steps[key] if self.selected is not None else at)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.choose(self.above_or_below(at, 1 if key == Qt.Key.Key_Down else -1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.moveWanted.emit()
        elif key == Qt.Key.Key_Home:
            self.choose(0)
        elif key == Qt.Key.Key_End:
            self.choose(len(self.text_shown.words) - 1)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        index = self.word_at(event.position().toPoint())
        if index is not None:
            self.choose(index)
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Nothing is selected."""

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        self.mousePressEvent(event)

    def viewportEvent(self, event: QEvent | None) -> bool:
        if isinstance(event, QHelpEvent):
            index = self.word_at(event.pos())
            QToolTip.showText(event.globalPos(), self.describe(index) if index is not None else "", self)
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if self._is_expecting:
            self.follow(self.position)

    # Painting.

    def paintEvent(self, event: QPaintEvent | None) -> None:
        view = self.viewport()
        assert event is not None
        assert view is not None
        visible = list(self.visible_words(QRectF(event.rect())))
        painter = QPainter(view)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._is_expecting:
            for index, place in visible:
                if index == self.position:
                    paint_frame(painter, place)
        painter.end()
        super().paintEvent(event)
        painter = QPainter(view)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, place in visible:
            if self.is_hidden(index):
                paint_cover(painter, place)
            paint_mark(painter, place, MARKS[self.status_of(index)])
            if index == self.selected and self.hasFocus():
                paint_selected(painter, place)
        self._paint_extra(painter, dict(reversed(visible)))
        painter.end()

    def _paint_extra(self, painter: QPainter, places: dict[int, QRectF]) -> None:
        color = color_of(MARKS[WordStatus.EXTRA])
        count = len(self.text_shown.words)
        for index in self._extra:
            is_end = index >= count
            place = places.get(count - 1 if is_end else index)
            if place is None:
                continue
            turned = self.is_turned(min(index, count - 1))
            x = place.right() + 7 if is_end != turned else place.left() - 7
            middle = place.topLeft()
            middle.setX(x)
            paint_plus(painter, middle, color)

    def _repaint(self, indices: set[int]) -> None:
        """Words look different now."""
        view = self.viewport()
        assert view is not None
        count = len(self.text_shown.words)
        if len(indices) > 200:
            self._colors.rehighlight()
            view.update()
            return
        lines = {self.text_shown.words[min(index, count - 1)].line for index in indices if count}
        for line in lines:
            self._colors.rehighlightBlock(self._document.findBlockByNumber(line))
        for index in indices:
            place = self.place_of(min(index, count - 1)) if count else QRectF()
            view.update(place.adjusted(-20, -14, 20, 14).toAlignedRect())


class _Colors(QSyntaxHighlighter):
    """The colours of the letters; changes no text and moves nothing."""

    def __init__(self, view: ReadingView) -> None:
        super().__init__(view.document())
        self._view = view

    def highlightBlock(self, text: str | None) -> None:
        view = self._view
        line = self.currentBlock().blockNumber()
        if line >= len(view.text_shown.lines) or line >= len(view.offsets):
            return
        offset = view.offsets[line]
        if offset:
            quiet = QTextCharFormat()
            quiet.setForeground(QColor(theme.colors().muted))
            quiet.setProperty(QTextCharFormat.Property.FontSizeAdjustment, -2)
            self.setFormat(0, offset, quiet)
        starts, words = view.text_shown.line_starts, view.text_shown.words
        for index in range(starts[line], starts[line + 1]):
            form = QTextCharFormat()
            if view.is_hidden(index):
                form.setForeground(QColor(0, 0, 0, 0))
            elif (status := view.status_of(index)) is not WordStatus.PENDING:
                form.setForeground(color_of(MARKS[status]))
            else:
                continue
            self.setFormat(words[index].start + offset, words[index].end - words[index].start, form)
