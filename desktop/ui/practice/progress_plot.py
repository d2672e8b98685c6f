"""The scores of one text over time, as a plot. GUI thread only."""

from collections.abc import Sequence
from datetime import datetime

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QSizePolicy, QWidget

from desktop.practice.progress import Point
from desktop.ui.widgets import theme

MOST = 50
"""readings that are plotted: the last ones"""


def places(points: Sequence[Point], width: float, height: float) -> list[tuple[float, float]]:
    """Where the scores stand in a plot: one step for each reading, 0 at the bottom, 100 at the top. Pure."""
    heights = [height * (1 - min(100.0, max(0.0, one.total)) / 100) for one in points]
    if len(heights) == 1:
        return [(width / 2, heights[0])]
    step = width / max(1, len(heights) - 1)
    return [(number * step, y) for number, y in enumerate(heights)]


def described(points: Sequence[Point]) -> str:
    """The plot in words. Pure."""
    if not points:
        return "Progress: this text was not read before"
    scores = [round(one.total) for one in points]
    if len(scores) == 1:
        return f"Progress: first reading, {scores[0]}"
    return f"Progress: {len(scores)} readings, first {scores[0]}, best {max(scores)}, last {scores[-1]}"


class ProgressPlot(QWidget):
    """A line through the scores, each reading a dot, the best one filled."""

    def __init__(self) -> None:
        super().__init__()
        self._points: tuple[Point, ...] = ()
        self.setFont(theme.font("small"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(132)
        self.show_points(())

    def sizeHint(self) -> QSize:
        return QSize(320, 132)

    def show_points(self, points: Sequence[Point]) -> None:
        """Oldest first."""
        self._points = tuple(points[-MOST:])
        self.setAccessibleName(described(self._points))
        self.setToolTip(described(self._points))
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        look = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = self.fontMetrics()
        left = metrics.horizontalAdvance("100") + 2 * theme.STEP
        area = QRectF(self.rect()).adjusted(left, metrics.height() / 2 + 6, -10, -metrics.height() - 2 * theme.STEP)
        for value in (0, 50, 100):
            y = area.bottom() - area.height() * value / 100
            painter.setPen(QPen(QColor(look.border), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(look.muted))
            label = QRectF(0, y - metrics.height() / 2, left - 2 * theme.STEP, metrics.height())
            painter.drawText(label, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{value}")
        if not self._points:
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "No reading is kept yet")
            return
        found = [QPointF(area.left() + x, area.top() + y) for x, y in places(self._points, area.width(), area.height())]
        accent = QColor(look.accent)
        painter.setPen(QPen(accent, 2))
        painter.drawPolyline(QPolygonF(found))
        best = max(range(len(found)), key=lambda one: self._points[one].total)
        for number, point in enumerate(found):
            painter.setBrush(accent if number == best else QColor(look.card))
            painter.drawEllipse(point, 4.0, 4.0)
        self._paint_dates(painter, area)

    def _paint_dates(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(QColor(theme.colors().muted))
        row = QRectF(area.left() - 20, area.bottom() + theme.STEP, area.width() + 30, self.fontMetrics().height())
        first, last = (_day(one.at) for one in (self._points[0], self._points[-1]))
        if len(self._points) == 1:
            painter.drawText(row, Qt.AlignmentFlag.AlignCenter, first)
            return
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft, first)
        painter.drawText(row, Qt.AlignmentFlag.AlignRight, last)


def _day(at: datetime) -> str:
    here = at.astimezone()
    return f"{here.day} {here:%b}"
