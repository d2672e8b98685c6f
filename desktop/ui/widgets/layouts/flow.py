"""Widgets beside each other, in as many rows as the width asks for. GUI thread only."""

from collections.abc import Sequence

from PyQt6.QtCore import QEvent, QSize
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.widgets import theme


class Flow(QWidget):
    """A row that becomes several where it is narrow; what is hidden takes no room."""

    _widgets: Sequence[QWidget] = ()
    _gap = 0
    # Of the class, too: events come while an object is taken apart.

    def __init__(self, *widgets: QWidget, gap: int = 2 * theme.STEP) -> None:
        """gap: pixels between two widgets; half of it between two rows, at least a step."""
        super().__init__()
        self._gap = gap
        self._widgets = ()
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        for widget in widgets:
            self.add(widget)

    def add(self, widget: QWidget) -> None:
        """One more, at the end; the order is that of the Tab key."""
        widget.setParent(self)
        widget.installEventFilter(self)
        if self._widgets:
            QWidget.setTabOrder(self._widgets[-1], widget)
        self._widgets = (*self._widgets, widget)
        self._rearrange()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(width, is_real=False)

    def sizeHint(self) -> QSize:
        return QSize(320, self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.heightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._rearrange()

    def event(self, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self._rearrange()  # one of them wants another size
        return super().event(event)

    def eventFilter(self, watched: object, event: QEvent | None) -> bool:
        kinds = (QEvent.Type.ShowToParent, QEvent.Type.HideToParent)
        if event is not None and event.type() in kinds:
            self._rearrange()
        return False

    def _rearrange(self) -> None:
        self.setFixedHeight(max(1, self._arrange(self.width(), is_real=True)))

    def _arrange(self, width: int, *, is_real: bool) -> int:
        x = y = height = 0
        for widget in self._widgets:
            if widget.isHidden():
                continue
            size = widget.sizeHint().expandedTo(widget.minimumSize()).boundedTo(widget.maximumSize())
            size.setWidth(min(size.width(), max(width, widget.minimumWidth())))
            if x and x + size.width() > width:
                x, y, height = 0, y + height + max(theme.STEP, self._gap // 2), 0
            if is_real:
                widget.setGeometry(x, y, size.width(), size.height())
            x += size.width() + self._gap
            height = max(height, size.height())
        return y + height
