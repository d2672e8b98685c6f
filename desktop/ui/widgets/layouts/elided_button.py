"""A flat button whose text is shortened where it does not fit. GUI thread only."""

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QIcon, QPaintEvent, QPalette
from PyQt6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter, QWidget

from desktop.ui.widgets import theme

_GAP = theme.STEP
"""pixels between the icon and the text"""
_SIDES = 16
"""pixels beside icon and text"""


class ElidedButton(QPushButton):
    """Icon and text, as wide as both where there is room; the text ends in an ellipsis where there is not."""

    def __init__(self, least: int = 56, parent: QWidget | None = None) -> None:
        """least: pixels below which it never shrinks."""
        super().__init__(parent)
        self.setObjectName("flat")
        self._least = least
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def shown_text(self) -> str:
        """The text as it is painted."""
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width() - self._beside())

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self.text()) + self._beside() + 1 if self.text() else 0
        return QSize(max(self._icon_width() + _SIDES, width), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        whole = self.sizeHint()
        return QSize(min(self._least, whole.width()), whole.height())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text, option.icon = "", QIcon()
        icon = self.icon()
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        x, side = _SIDES // 2, self.iconSize().width()
        if not icon.isNull():
            icon.paint(painter, x, (self.height() - side) // 2, side, side)
            x += side + _GAP
        group = QPalette.ColorGroup.Normal if self.isEnabled() else QPalette.ColorGroup.Disabled
        painter.setPen(self.palette().color(group, QPalette.ColorRole.ButtonText))
        room = self.rect().adjusted(x, 0, -_SIDES // 2 + 1, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.shown_text())

    def _icon_width(self) -> int:
        return 0 if self.icon().isNull() else self.iconSize().width()

    def _beside(self) -> int:
        """Pixels that are not for the text."""
        icon = self._icon_width()
        return _SIDES + (icon + _GAP if icon else 0)
