"""Shows a widget as a surface of the Wayland layer shell instead of as a window of Qt's. GUI thread.

Qt lays the widget out, tells when it changes and takes the mouse; it does not show it. The connection to the compositor
is read and written when its file descriptor is ready, so nothing here waits.
"""

import logging
import os
from collections.abc import Mapping
from typing import Protocol

import numpy as np
from PyQt6.QtCore import QCoreApplication, QEvent, QObject, QPointF, QSocketNotifier, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QEnterEvent, QGuiApplication, QImage, QMouseEvent, QPainter
from PyQt6.QtWidgets import QWidget

from desktop.overlay.layer_shell.buffers import Pixels
from desktop.overlay.layer_shell.client import LayerShell
from desktop.overlay.layer_shell.outputs import Output, output_of, screen_areas
from desktop.overlay.layer_shell.pointer import LEFT_BUTTON, PointerEvent
from desktop.overlay.layer_shell.surface import LayerSurface
from desktop.overlay.layer_shell.surface_plan import SurfacePlan, plan
from desktop.overlay.place import Rect, ScreenArea
from desktop.system.wayland import CompositorLostError, is_wayland

log = logging.getLogger(__name__)

_CHANGES = (QEvent.Type.UpdateRequest, QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide)
_CURSORS = {
    Qt.CursorShape.SizeAllCursor: ("all_scroll", "mdi6.arrow-all"),
    Qt.CursorShape.SizeHorCursor: ("ew_resize", "mdi6.arrow-left-right"),
    Qt.CursorShape.PointingHandCursor: ("pointer", "mdi6.hand-pointing-up"),
}
"""the name in the cursor-shape protocol, and a picture"""
_CURSOR_SIZE = 24


class Painted(Protocol):
    """A widget that can be painted anywhere."""

    def paint_on(self, painter: QPainter) -> None:
        """Paint all of it, the widgets in it as well, on what is empty."""


def open_layer_shell(environment: Mapping[str, str] = os.environ) -> LayerShell | None:
    """The layer shell of this session's compositor; None where there is none, or no Wayland."""
    if not is_wayland(environment) or QGuiApplication.platformName() not in ("xcb", "wayland"):
        return None
    try:
        return LayerShell(environment)
    except CompositorLostError as error:
        log.info("no layer shell: %s", error)
        return None


class LayerWindow(QObject):
    """The surface of one widget, which has the attribute WA_DontShowOnScreen.

    It is there while the widget is visible, in the widget's place (logical pixels, in the layout of all screens)."""

    screensChanged = pyqtSignal()  # noqa: N815
    lost = pyqtSignal()
    """the compositor is gone; this does nothing any more"""

    def __init__(self, widget: QWidget, shell: LayerShell) -> None:
        """widget: is `Painted` as well."""
        super().__init__(widget)
        self._widget = widget
        self._shell: LayerShell | None = shell
        self._surface: LayerSurface | None = None
        self._leaving: LayerSurface | None = None
        self._takes_mouse = False
        self._pressed: QWidget | None = None
        self._under: QWidget | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._present)
        self._reader = QSocketNotifier(shell.fd, QSocketNotifier.Type.Read, self)
        self._reader.activated.connect(self._read)
        self._writer = QSocketNotifier(shell.fd, QSocketNotifier.Type.Write, self)
        self._writer.setEnabled(False)
        self._writer.activated.connect(self._flush)
        shell.when_screens_changed = self._on_screens_changed
        shell.when_pointer = self._on_pointer
        widget.installEventFilter(self)
        self._soon.start()

    def screens(self, qt_screens: list[ScreenArea]) -> list[ScreenArea]:
        """The compositor's screens, the primary one first; none while there is none. qt_screens: what Qt knows."""
        return screen_areas(self._outputs, qt_screens)

    def set_takes_mouse(self, takes: bool) -> None:
        """Whether the mouse moves the widget, or goes through to the window beneath."""
        self._takes_mouse = takes
        self._pressed = None
        if takes and self._shell:
            self._shell.measure()
        self._soon.start()

    def close(self) -> None:
        """Idempotent."""
        shell, self._shell = self._shell, None
        if shell is None:
            return
        self._soon.stop()
        self._widget.removeEventFilter(self)
        self._reader.setEnabled(False)
        self._writer.setEnabled(False)
        self._surface = self._leaving = None
        shell.close()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if watched is self._widget and event is not None and event.type() in _CHANGES:
            self._soon.start()
        return False

    # The connection

    def _read(self) -> None:
        if self._shell:
            try:
                self._shell.read()
            except CompositorLostError:
                self._lose()
            else:
                self._flush()

    def _flush(self) -> None:
        if self._shell:
            try:
                self._writer.setEnabled(not self._shell.flush())
            except CompositorLostError:
                self._lose()

    def _lose(self) -> None:
        log.warning("the compositor ended the connection of the subtitles")
        self.close()
        self.lost.emit()

    @property
    def _outputs(self) -> tuple[Output, ...]:
        return self._shell.outputs if self._shell else ()

    def _on_screens_changed(self) -> None:
        self.screensChanged.emit()
        self._soon.start()

    # The surface

    def _present(self) -> None:
        shell = self._shell
        if shell is None:
            return
        rect = Rect(*self._widget.geometry().getRect())
        output = self._output(rect)
        if not self._widget.isVisible() or output is None:
            self._drop()
        else:
            wanted = plan(rect, output, fills=self._takes_mouse)
            if self._surface is None or self._surface.plan != wanted:
                self._replace(shell, wanted)
            if self._surface and self._surface.can_show:
                self._show(self._surface, rect, output)
        self._flush()

    def _output(self, rect: Rect) -> Output | None:
        """The screen of the widget; while the mouse holds it, the one that it was taken on."""
        if self._pressed and self._surface:
            for output in self._outputs:
                if output.number == self._surface.plan.output:
                    return output
        return output_of(rect, self._outputs)

    def _replace(self, shell: LayerShell, wanted: SurfacePlan) -> None:
        """Ask for another surface; the old one goes when the new one is there."""
        old = self._surface
        self._surface = shell.surface(wanted, self._soon.start, self._on_closed)
        if self._leaving is None:
            self._leaving = old
        elif old:
            old.close()

    def _show(self, surface: LayerSurface, rect: Rect, output: Output) -> None:
        area = output.available
        assert surface.size is not None
        room = surface.size if surface.plan.fills else (area.width, area.height)
        corner = surface.plan.corner(room)
        at = (rect.x - area.x - corner[0], rect.y - area.y - corner[1])
        picture = self._picture(surface.scale)
        surface.show(picture, at, Rect(*at, rect.width, rect.height) if self._takes_mouse else None)
        if self._leaving:
            self._leaving.close()
            self._leaving = None

    def _picture(self, scale: float) -> Pixels:
        size = self._widget.size()
        width, height = -(-size.width() * scale // 1), -(-size.height() * scale // 1)
        image = QImage(int(width), int(height), QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        image.setDevicePixelRatio(scale)
        painter = QPainter(image)
        widget: Painted = self._widget  # type: ignore[assignment]
        widget.paint_on(painter)
        painter.end()
        return _pixels(image)

    def _drop(self) -> None:
        for surface in (self._surface, self._leaving):
            if surface:
                surface.close()
        self._surface = self._leaving = self._pressed = None

    def _on_closed(self) -> None:
        """Its screen went, or the compositor wants it away: another one is made for what is still shown."""
        self._drop()
        self._soon.start()

    # The mouse

    def _on_pointer(self, event: PointerEvent) -> None:
        surface = self._surface
        output = next((one for one in self._outputs if surface and one.number == surface.plan.output), None)
        if surface is None or output is None or not self._takes_mouse:
            return
        there = QPointF(event.x + output.available.x, event.y + output.available.y)
        inside = there - QPointF(self._widget.pos())
        target = self._pressed or self._widget.childAt(inside.toPoint()) or self._widget
        if event.kind == "leave":
            self._move_under(None, inside, there)
        elif event.kind in ("enter", "move"):
            self._move_under(target, inside, there)
            self._send(target, QEvent.Type.MouseMove, inside, there, Qt.MouseButton.NoButton)
            self._set_cursor(target)
        elif event.button == LEFT_BUTTON:
            if event.kind == "press":
                self._pressed = target
                self._send(target, QEvent.Type.MouseButtonPress, inside, there, Qt.MouseButton.LeftButton)
            else:
                self._pressed = None
                self._send(target, QEvent.Type.MouseButtonRelease, inside, there, Qt.MouseButton.LeftButton)
                self._soon.start()

    def _send(
        self, target: QWidget, kind: QEvent.Type, inside: QPointF, there: QPointF, button: Qt.MouseButton
    ) -> None:
        held = Qt.MouseButton.LeftButton if self._pressed else Qt.MouseButton.NoButton
        local = QPointF(target.mapFrom(self._widget, inside))
        event = QMouseEvent(kind, local, there, button, held, Qt.KeyboardModifier.NoModifier)
        QCoreApplication.sendEvent(target, event)

    def _move_under(self, target: QWidget | None, inside: QPointF, there: QPointF) -> None:
        if target is self._under:
            return
        old, self._under = self._under, target
        if old:
            QCoreApplication.sendEvent(old, QEvent(QEvent.Type.Leave))
            old.update()
        if target:
            local = target.mapFrom(self._widget, inside)
            QCoreApplication.sendEvent(target, QEnterEvent(local, inside, there))
            target.update()

    def _set_cursor(self, target: QWidget) -> None:
        if self._shell:
            shape = target.cursor().shape()
            name, icon = _CURSORS.get(shape, ("default", "mdi6.cursor-default"))
            self._shell.set_cursor(name, lambda: _cursor_picture(icon))


def _pixels(image: QImage) -> Pixels:
    """A picture as rows of pixels. It must outlive them."""
    bits = image.constBits()
    assert bits is not None
    bits.setsize(image.sizeInBytes())
    return np.frombuffer(bits, np.uint32).reshape(image.height(), image.bytesPerLine() // 4)[:, : image.width()].copy()


def _cursor_picture(icon: str) -> Pixels:
    import qtawesome

    size = _CURSOR_SIZE
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    for color, inset in (("#000000", 0), ("#ffffff", 2)):  # white with a black edge, seen over everything
        picture = qtawesome.icon(icon, color=color).pixmap(size - 2 * inset, size - 2 * inset)
        painter.drawPixmap(inset, inset, size - 2 * inset, size - 2 * inset, picture)
    painter.end()
    return _pixels(image)
