"""The mouse over a surface of the layer shell, as the events that Qt would send to the widget it shows. GUI thread."""

from collections.abc import Callable

from PyQt6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PyQt6.QtGui import QEnterEvent, QImage, QMouseEvent, QPainter
from PyQt6.QtWidgets import QWidget

from desktop.overlay.layer_pictures import pixels_of
from desktop.overlay.layer_shell.cursor import CursorPicture

SetCursor = Callable[[str, Callable[[], CursorPicture]], None]
"""the name of a cursor in the protocol cursor-shape-v1, and what paints it where the compositor has none"""

_CURSOR_SIZE = 24
_CURSORS = {
    Qt.CursorShape.SizeAllCursor: ("all_scroll", "mdi6.arrow-all", (12, 12)),
    Qt.CursorShape.SizeHorCursor: ("ew_resize", "mdi6.arrow-left-right", (12, 12)),
    Qt.CursorShape.PointingHandCursor: ("pointer", "mdi6.hand-pointing-up", (10, 2)),
}
_ARROW = ("default", "mdi6.cursor-default", (6, 2))
"""the name, the picture, and the point of it"""


class LayerMouse:
    """Points are in logical pixels, in the layout of all screens."""

    def __init__(self, widget: QWidget, set_cursor: SetCursor) -> None:
        self._widget = widget
        self._set_cursor = set_cursor
        self._held: QWidget | None = None
        self._under: QWidget | None = None

    @property
    def is_held(self) -> bool:
        """Whether the button is down: what follows goes to whoever it went down on."""
        return self._held is not None

    def forget(self) -> None:
        """The mouse is not over the surface any more, whatever it did there."""
        self._held = None
        self._under = None

    def move(self, there: QPointF) -> None:
        target = self._target(there)
        self._come_over(target, there)
        self._send(target, QEvent.Type.MouseMove, there, Qt.MouseButton.NoButton)
        name, icon, point = _CURSORS.get(target.cursor().shape(), _ARROW)
        self._set_cursor(name, lambda: _cursor(icon, *point))

    def press(self, there: QPointF) -> None:
        self._held = target = self._target(there)
        self._send(target, QEvent.Type.MouseButtonPress, there, Qt.MouseButton.LeftButton)

    def release(self, there: QPointF) -> None:
        target, self._held = self._target(there), None
        self._send(target, QEvent.Type.MouseButtonRelease, there, Qt.MouseButton.LeftButton)

    def leave(self, there: QPointF) -> None:
        self._come_over(None, there)

    def _inside(self, there: QPointF) -> QPointF:
        return there - QPointF(self._widget.pos())

    def _target(self, there: QPointF) -> QWidget:
        return self._held or self._widget.childAt(self._inside(there).toPoint()) or self._widget

    def _send(self, target: QWidget, kind: QEvent.Type, there: QPointF, button: Qt.MouseButton) -> None:
        held = Qt.MouseButton.LeftButton if self._held else Qt.MouseButton.NoButton
        local = target.mapFrom(self._widget, self._inside(there))
        QCoreApplication.sendEvent(
            target, QMouseEvent(kind, local, there, button, held, Qt.KeyboardModifier.NoModifier)
        )

    def _come_over(self, target: QWidget | None, there: QPointF) -> None:
        if target is self._under:
            return
        old, self._under = self._under, target
        if old:
            QCoreApplication.sendEvent(old, QEvent(QEvent.Type.Leave))
            old.update()
        if target:
            inside = self._inside(there)
            QCoreApplication.sendEvent(target, QEnterEvent(target.mapFrom(self._widget, inside), inside, there))
            target.update()


def _cursor(icon: str, x: int, y: int) -> CursorPicture:
    import qtawesome

    size = _CURSOR_SIZE
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    for color, inset in (("#000000", 0), ("#ffffff", 2)):  # white with a black edge, seen over everything
        inner = size - 2 * inset
        painter.drawPixmap(inset, inset, inner, inner, qtawesome.icon(icon, color=color).pixmap(inner, inner))
    painter.end()
    return CursorPicture(pixels_of(image), x, y)
