"""A checkbox drawn as a switch: the state is told by the knob's place and a tick, not by colour alone."""

from PyQt6.QtCore import QPoint, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from desktop.ui.widgets import icons, theme


class Switch(QCheckBox):
    """On or off; everything but the look is a QCheckBox."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(self.sizeHint())
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(44, 24)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        look = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(3, 3, 38, 18)
        is_on = self.isChecked()
        painter.setPen(QPen(QColor(look.accent if is_on else look.muted), 1.5))
        painter.setBrush(QColor(look.accent if is_on else look.card))
        painter.drawRoundedRect(track, 10, 10)
        knob = QRectF(25 if is_on else 5, 5, 14, 14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.on_accent if is_on else look.muted))
        painter.drawEllipse(knob)
        if is_on:
            icons.paint(painter, knob.adjusted(2, 2, -2, -2), "check-bold", QColor(look.accent))
        if self.hasFocus():
            painter.setPen(QPen(QColor(look.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(1, 1, 42, 22), 11, 11)
