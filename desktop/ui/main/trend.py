"""A small plot of one value over the last minutes. GUI thread only; paints when it is given new values."""

import math
from collections.abc import Sequence
from typing import Protocol

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.widgets import theme

SPAN = 120.0
"""Seconds that a plot shows."""
COLUMN = 3
"""Pixels that share a point: stroking costs by the point, and more cannot be told apart."""


class Sample(Protocol):
    """A value at a time."""

    @property
    def at(self) -> float: ...
    @property
    def value(self) -> float: ...


def scale(highest: float, least: float) -> float:
    """The top of an axis: 1, 2 or 5 times a power of ten that is not below `highest`, at least `least`. Pure."""
    wanted = max(highest, least)
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= wanted * (1 - 1e-9))


def columns(samples: Sequence[Sample], now: float, width: int) -> list[tuple[float, float]]:
    """(x, value) for a plot of `width` pixels that ends now: of several samples in one column the highest, because the
    slow ones matter. samples: oldest first. Pure."""
    found: dict[int, float] = {}
    for sample in reversed(samples):
        age = now - sample.at
        if age > SPAN:
            break
        if age >= 0:
            column = min(width, round((1 - age / SPAN) * width / COLUMN) * COLUMN)
            found[column] = max(found.get(column, 0.0), sample.value)
    return [(float(column), found[column]) for column in sorted(found)]


class Trend(QWidget):
    """A line over time with what is usual and what is rare marked: p50 as a dashed line, p95 as a dotted one."""

    def __init__(self, name: str, *, least: float, unit: str = "") -> None:
        """name: what is plotted, for screen readers; least: the axis ends there or higher; unit: of the axis, which
        is labelled only if there is one."""
        super().__init__()
        self._name, self._least, self._unit = name, least, unit
        self._gutter = 0
        if unit:
            self.setFont(theme.font("small"))
            self._gutter = self.fontMetrics().horizontalAdvance(f"0.5 {unit}") + 2 * theme.STEP
        self._columns: list[tuple[float, float]] = []
        self._marks: tuple[tuple[float, Qt.PenStyle], ...] = ()
        self._top = least
        self.setMinimumSize(120, 32)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{name}, not measured yet")

    def sizeHint(self) -> QSize:
        return QSize(200, 36)

    def show_samples(
        self, samples: Sequence[Sample], now: float, *, p50: float | None = None, p95: float | None = None
    ) -> None:
        """Show these, oldest first; now: the right edge, of the samples' clock."""
        shown = columns(samples, now, max(1, self.width() - 2 - self._gutter))
        marks = [(p50, Qt.PenStyle.DashLine), (p95, Qt.PenStyle.DotLine)]
        self._marks = tuple((value, style) for value, style in marks if value is not None)
        highest = max([value for _, value in shown] + [value for value, _ in self._marks], default=0.0)
        self._columns, self._top = shown, scale(highest, self._least)
        self.update()

    def describe(self, text: str) -> None:
        """What it shows, in words for screen readers."""
        self.setAccessibleName(f"{self._name}: {text}")

    def paintEvent(self, event: QPaintEvent | None) -> None:
        look = theme.colors()
        painter = QPainter(self)
        area = QRectF(self.rect()).adjusted(1 + self._gutter, 2, -1, -2)
        if self._unit:
            painter.setPen(QColor(look.muted))
            label = QRectF(0, 0, self._gutter - 2 * theme.STEP, self.height() / 2)
            top = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
            painter.drawText(label, top, f"{self._top:g} {self._unit}")
        painter.setPen(QPen(QColor(look.border), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        for value, style in self._marks:
            y = self._y(area, value)
            painter.setPen(QPen(QColor(look.muted), 1, style))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        if not self._columns:
            return
        color = QColor(look.accent)
        points = [QPointF(area.left() + x, self._y(area, value)) for x, value in self._columns]
        foot = (QPointF(points[0].x(), area.bottom()), QPointF(points[-1].x(), area.bottom()))
        below = QColor(color)
        below.setAlphaF(0.16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(below)
        painter.drawPolygon(QPolygonF([foot[0], *points, foot[1]]))  # its edge lies under the line: no antialiasing
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.BevelJoin))
        painter.setBrush(color)
        if len(points) == 1:
            painter.drawEllipse(points[0], 1.0, 1.0)
        else:
            painter.drawPolyline(QPolygonF(points))

    def _y(self, area: QRectF, value: float) -> float:
        return area.bottom() - min(1.0, value / self._top) * area.height()
