"""A small window that hangs on a button and closes with a click elsewhere. GUI thread only."""

from PyQt6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop.ui.widgets import theme
from desktop.ui.widgets.focus import keeps_focus
from desktop.ui.widgets.layouts.scrolling import scrolling
from desktop.ui.widgets.pickers.picker import popover_position
from desktop.ui.widgets.pickers.popup import Popup


class Popover(Popup):
    """Shows a title and a content under its anchor; scrolls if the screen is too small."""

    def __init__(self, title: str, content: QWidget, anchor: QWidget) -> None:
        super().__init__(title, anchor)
        layout = QVBoxLayout(self.frame)
        layout.setContentsMargins(4 * theme.STEP, 3 * theme.STEP, 3 * theme.STEP, 4 * theme.STEP)
        layout.setSpacing(3 * theme.STEP)
        label = QLabel(title)
        label.setFont(theme.font("title", bold=True))
        layout.addWidget(label)
        content.setObjectName("page")
        content.setAutoFillBackground(False)
        area = scrolling(content)
        viewport = area.viewport()
        assert viewport is not None
        viewport.setAutoFillBackground(False)
        layout.addWidget(area)
        self._anchor = anchor
        self._area = area
        self._content = content

    def focusNextPrevChild(self, next: bool) -> bool:
        return keeps_focus(self) or super().focusNextPrevChild(next)

    def open(self) -> None:
        """Show it under its anchor."""
        hint = self._content.sizeHint()
        content_width = max(hint.width(), self._content.minimumWidth())
        screen = self._anchor.screen()
        room = screen.availableGeometry().height() - 120 if screen is not None else 600
        height = max(hint.height(), self._content.heightForWidth(content_width))
        self._area.setFixedHeight(min(height + 2, room))
        self._area.setMinimumWidth(max(340, content_width + (18 if height > room else 2)))
        self.adjustSize()
        self.move(popover_position(self._anchor, self.size(), align_right=True))
        self.show()
        self._content.setFocus()
        self.focusNextChild()
