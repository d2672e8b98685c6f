"""Shows a widget as a surface of the Wayland layer shell instead of as a window of Qt's. GUI thread.

Qt lays the widget out and tells when it changes; it does not show it. The connection to the compositor is a second one
beside Qt's, read and written when its file descriptor is ready, so nothing here waits, except at the start, for a
second at most.
"""

import logging
import os
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, QPointF, QSocketNotifier, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QWidget

from desktop.overlay.layer_mouse import LayerMouse
from desktop.overlay.layer_pictures import picture_of
from desktop.overlay.layer_shell.outputs import Output, output_of, screen_areas
from desktop.overlay.layer_shell.surface_plan import SurfacePlan, plan
from desktop.overlay.place import Rect, ScreenArea
from desktop.overlay.platform import uses_layer_shell
from desktop.system.wayland import CompositorLostError, NoLayerShellError, is_wayland

if is_wayland(os.environ):
    # It takes 60 ms, and this module is imported beside the GUI thread.
    import desktop.overlay.layer_shell.client  # noqa: F401

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.overlay.layer_shell.client import LayerShell
    from desktop.overlay.layer_shell.cursor import CursorPicture
    from desktop.overlay.layer_shell.pointer import PointerEvent
    from desktop.overlay.layer_shell.surface import LayerSurface

log = logging.getLogger(__name__)

RETRY_EVERY = 3000
"""milliseconds between looks for a compositor that has gone, or did not answer in time"""
RETRIES = 20
_CHANGES = (QEvent.Type.UpdateRequest, QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide)


class LayerWindow(QObject):
    """The surface of one widget, which can be `Painted`: there while the widget is visible, in the widget's place.

    Where there is no layer shell it does nothing, and the widget is a window as any other."""

    screensChanged = pyqtSignal()  # noqa: N815
    """also when it begins or ceases to be used"""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._shell: LayerShell | None = None
        self._surface: LayerSurface | None = None
        self._leaving: LayerSurface | None = None
        self._notifiers: tuple[QSocketNotifier, ...] = ()
        self._takes_mouse = False
        self._is_due = False
        """what is shown is not what there is to see"""
        self._mouse = LayerMouse(widget, self._set_cursor)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(lambda: self._guarded(self._present))
        self._tries = 0
        self._retry = QTimer(self)
        self._retry.setInterval(RETRY_EVERY)
        self._retry.timeout.connect(self._open)
        self._open()

    @property
    def is_used(self) -> bool:
        return self._shell is not None

    def screens(self, known: list[ScreenArea]) -> list[ScreenArea]:
        """The compositor's screens, the primary one first. known: what Qt says of them, the primary one first."""
        return screen_areas(self._outputs, known)

    def set_takes_mouse(self, takes: bool) -> None:
        """Whether the mouse moves the widget, or goes through to the window beneath."""
        if takes == self._takes_mouse:
            return
        self._takes_mouse = takes
        self._mouse.forget()
        if takes and self._shell:
            self._shell.measure()
        self._change()

    def close(self) -> None:
        """Idempotent."""
        self._retry.stop()
        self._soon.stop()
        self._disconnect()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if watched is self._widget and event is not None and event.type() in _CHANGES:
            self._change()
        return False

    def _change(self) -> None:
        self._is_due = True
        self._soon.start()

    # The connection

    def _open(self) -> None:
        if not uses_layer_shell(os.environ, QGuiApplication.platformName()):
            return
        from desktop.overlay.layer_shell.client import LayerShell

        self._tries += 1
        try:
            shell = LayerShell(os.environ)
        except CompositorLostError as error:
            log.info("the compositor does not show the subtitles: %s", error)
            if self._tries > RETRIES:
                self._retry.stop()
            else:
                self._retry.start()
            return
        except NoLayerShellError:
            self._retry.stop()
            return
        self._retry.stop()
        self._tries = 0
        self._shell = shell
        reader = QSocketNotifier(shell.fd, QSocketNotifier.Type.Read, self)  # type: ignore[call-overload]
        reader.activated.connect(self._read)
        writer = QSocketNotifier(shell.fd, QSocketNotifier.Type.Write, self)  # type: ignore[call-overload]
        writer.setEnabled(False)
        writer.activated.connect(self._flush)
        self._notifiers = reader, writer
        shell.when_screens_changed = self._on_screens_changed
        shell.when_pointer = self._on_pointer
        self._widget.installEventFilter(self)
        self._hand_over(to_qt=False)

    def _disconnect(self) -> None:
        shell, self._shell = self._shell, None
        if shell is None:
            return
        for notifier in self._notifiers:
            notifier.setEnabled(False)
            notifier.deleteLater()
        self._notifiers = ()
        self._widget.removeEventFilter(self)
        self._surface = self._leaving = None
        self._mouse.forget()
        self._widget.removeEventFilter(self)
        shell.close()

    def _hand_over(self, *, to_qt: bool) -> None:
        """Let Qt show the widget, or not."""
        is_visible = self._widget.isVisible()
        self._widget.hide()
        self._widget.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen, not to_qt)
        self._widget.setVisible(is_visible)
        self._on_screens_changed()

    def _read(self) -> None:
        if self._shell:
            self._guarded(self._shell.read)
        self._flush()

    def _flush(self) -> None:
        def flush() -> None:
            if self._shell:
                self._notifiers[1].setEnabled(not self._shell.flush())

        self._guarded(flush)

    def _guarded(self, action: "Callable[[], None]") -> None:
        """If the compositor is gone, or there is no memory to share with it, the widget is a window of Qt's for now."""
        try:
            action()
        except (CompositorLostError, OSError) as error:
            log.warning("the subtitles lost the compositor (%s)", type(error).__name__)
            self._disconnect()
            self._hand_over(to_qt=True)
            self._retry.start()

    @property
    def _outputs(self) -> tuple[Output, ...]:
        return self._shell.outputs if self._shell else ()

    def _on_screens_changed(self) -> None:
        self.screensChanged.emit()
        self._change()

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
            if self._surface and self._surface.can_show and (self._is_due or self._surface.is_stale):
                self._show(self._surface, rect, output)
        self._flush()

    def _output(self, rect: Rect) -> Output | None:
        """The screen of the widget; while the mouse holds it, the one that it was taken on."""
        held = self._surface_output() if self._mouse.is_held else None
        return held or output_of(rect, self._outputs)

    def _surface_output(self) -> Output | None:
        number = self._surface.plan.output if self._surface else None
        return next((output for output in self._outputs if output.number == number), None)

    def _replace(self, shell: "LayerShell", wanted: SurfacePlan) -> None:
        """Ask for another surface; the old one goes when the new one is there."""
        old = self._surface
        self._surface = shell.surface(wanted, self._soon.start, self._on_closed)
        if self._leaving is None:
            self._leaving = old
        elif old:
            old.close()

    def _show(self, surface: "LayerSurface", rect: Rect, output: Output) -> None:
        area = output.available
        assert surface.size is not None
        corner = surface.plan.corner((area.width, area.height))
        at = (rect.x - area.x - corner[0], rect.y - area.y - corner[1])
        mouse = Rect(*at, rect.width, rect.height) if self._takes_mouse else None
        surface.show(picture_of(self._widget, surface.scale), at, mouse)  # type: ignore[arg-type]
        self._is_due = False
        if self._leaving:
            self._leaving.close()
            self._leaving = None

    def _drop(self) -> None:
        for surface in (self._surface, self._leaving):
            if surface:
                surface.close()
        self._surface = self._leaving = None
        self._mouse.forget()

    def _on_closed(self) -> None:
        """Its screen went, or the compositor wants it away: another one is made for what is still shown."""
        self._drop()
        self._soon.start()

    # The mouse

    def _on_pointer(self, event: "PointerEvent") -> None:
        from desktop.overlay.layer_shell.pointer import LEFT_BUTTON

        output = self._surface_output()
        if output is None or not self._takes_mouse:
            return
        there = QPointF(event.x + output.available.x, event.y + output.available.y)
        if event.kind == "leave":
            self._mouse.leave(there)
        elif event.kind in ("enter", "move"):
            self._mouse.move(there)
        elif event.button == LEFT_BUTTON and event.kind == "press":
            self._mouse.press(there)
        elif event.button == LEFT_BUTTON:
            self._mouse.release(there)
            self._soon.start()  # it may be on another screen now

    def _set_cursor(self, name: str, picture: "Callable[[], CursorPicture]") -> None:
        if self._shell:
            self._shell.set_cursor(name, picture)
