"""Draws the shapes that tell how a word was read, in the text and in the legend. GUI thread only."""

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QWidget

from desktop.ui.practice.marks import EXPECTED, MARKS, Mark
from desktop.ui.widgets import theme
from desktop.ui.widgets.layouts.flow import Flow

_GAP = 3.0
"""pixels between the letters and a line under them"""


def color_of(mark: Mark) -> QColor:
    """Its colour in the look."""
    return QColor(getattr(theme.colors(), mark.role))


def paint_frame(painter: QPainter, word: QRectF) -> None:
    """The expected word: a tinted field with an edge, under the letters."""
    color = QColor(theme.colors().accent)
    fill = QColor(color)
    fill.setAlphaF(0.14)
    painter.setPen(QPen(color, 2))
    painter.setBrush(fill)
    painter.drawRoundedRect(word.adjusted(-5, -2, 5, 5), 6, 6)


def paint_selected(painter: QPainter, word: QRectF) -> None:
    """The word that the keyboard is at."""
    painter.setPen(QPen(QColor(theme.colors().text), 2, Qt.PenStyle.SolidLine))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(word.adjusted(-5, -2, 5, 5), 6, 6)


def paint_mark(painter: QPainter, word: QRectF, mark: Mark) -> None:
    """The shape of a mark. word: where its letters are, from the top of the line to its descent."""
    color = color_of(mark)
    y = word.bottom() + _GAP - 1
    painter.setBrush(Qt.BrushStyle.NoBrush)
    match mark.shape:
        case "line":
            painter.setPen(QPen(color, 1.6))
            painter.drawLine(QPointF(word.left(), y), QPointF(word.right(), y))
        case "dots":
            painter.setPen(QPen(color, 3.2, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.RoundCap))
            pen = painter.pen()
            pen.setDashPattern([0.01, 2.0])
            painter.setPen(pen)
            painter.drawLine(QPointF(word.left() + 2, y), QPointF(word.right() - 1, y))
        case "wave":
            painter.setPen(QPen(color, 2.0))
            painter.drawPath(_wave(word.left(), word.right(), y))
        case "dashes":
            pen = QPen(color, 1.5)
            pen.setDashPattern([3.0, 2.5])
            painter.setPen(pen)
            painter.drawRoundedRect(word.adjusted(-3, 0, 3, 3), 4, 4)
        case "plus":
            paint_plus(painter, QPointF(word.center().x(), word.center().y()), color)
        case "frame":
            paint_frame(painter, word)
        case "none":
            pass


def paint_plus(painter: QPainter, middle: QPointF, color: QColor) -> None:
    """The sign of an added word."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(middle, 6.5, 6.5)
    painter.setPen(QPen(QColor(theme.colors().base), 2))
    painter.drawLine(middle - QPointF(3.5, 0), middle + QPointF(3.5, 0))
    painter.drawLine(middle - QPointF(0, 3.5), middle + QPointF(0, 3.5))


def paint_cover(painter: QPainter, word: QRectF) -> None:
    """Instead of a hidden word."""
    painter.setPen(Qt.PenStyle.NoPen)
    color = QColor(theme.colors().muted)
    color.setAlphaF(0.45)
    painter.setBrush(color)
    height = max(4.0, word.height() * 0.1)
    painter.drawRoundedRect(QRectF(word.left(), word.bottom() - height, word.width(), height), 2, 2)


def _wave(left: float, right: float, y: float) -> QPainterPath:
    path = QPainterPath(QPointF(left, y))
    x, up = left, True
    while x < right:
        end = min(x + 5.0, right)
        path.quadTo(QPointF((x + end) / 2, y + (-3.5 if up else 3.5)), QPointF(end, y))
        x, up = end, not up
    return path


class Sample(QWidget):
    """A mark with a few letters, for the legend."""

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self._mark = mark
        self.setFont(theme.font("body"))
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance("abc") + 14, metrics.height() + 10)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = self.fontMetrics()
        word = QRectF(7, 3, metrics.horizontalAdvance("abc"), metrics.height())
        if self._mark.shape == "frame":
            paint_frame(painter, word.adjusted(1, 1, -1, -1))
        if self._mark.shape != "plus":
            painter.setPen(color_of(self._mark) if self._mark.shape != "frame" else QColor(theme.colors().text))
            painter.drawText(QPointF(word.left(), word.top() + metrics.ascent()), "abc")
        if self._mark.shape != "frame":
            paint_mark(painter, word, self._mark)


def legend() -> Flow:
    """What the marks mean."""
    marks = [EXPECTED, *(mark for mark in MARKS.values() if mark.shape != "none")]
    row = Flow(*map(_item, marks), gap=3 * theme.STEP)
    row.setAccessibleName("Marks: " + ", ".join(mark.name for mark in marks))
    return row


def _item(mark: Mark) -> QWidget:
    item = QWidget()
    row = QHBoxLayout(item)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.STEP)
    row.addWidget(Sample(mark))
    name = QLabel(mark.name)
    name.setObjectName("muted")
    name.setFont(theme.font("small"))
    row.addWidget(name)
    return item
