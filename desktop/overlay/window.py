"""The subtitles as a window: translucent, on top of all, and not there for the mouse or the focus. GUI thread.

It repaints when the text changes; the one timer runs only while something is shown that will scroll or vanish.
"""

import logging
import time

from PyQt6.QtCore import QEvent, QRectF, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import (
    QCloseEvent,
    QGuiApplication,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QScreen,
    QShowEvent,
)
from PyQt6.QtWidgets import QMainWindow, QWidget

from desktop.engine.events import Event, Metrics, State, StateChanged, TranscriptUpdate, TranslationUpdate
from desktop.overlay.controls import BAR_HEIGHT, EDGE, Controls, paint_frame, paint_handles
from desktop.overlay.layer_window import LayerWindow
from desktop.overlay.painting import SubtitlePainter, Typeface, pixel_size, word_ends
from desktop.overlay.place import WIDEST, Drag, Rect, ScreenArea, fitted, place, saved_on, screen_of
from desktop.overlay.sample import sample_frame
from desktop.overlay.subtitles import Layout, SubtitleFrame, Subtitles
from desktop.settings.declaration import Settings, SubtitleSettings

log = logging.getLogger(__name__)

FEWEST_CHARACTERS = 14
"""Per line, however narrow the window is made."""
SMALLEST_FONT, LARGEST_FONT = 12, 200


class SubtitleOverlay(QMainWindow):
    """Shows what the engine says as subtitles over any window. Screen readers call a QMainWindow a window.

    Feed it `on_event` with every event of the engine. While locked (as at first) it is click-through and hidden
    when there is nothing to show; unlocked it can be moved and resized.
    """

    geometryChanged = pyqtSignal(tuple)  # noqa: N815
    """(x, y, width, height) and the screen's width and height in logical pixels, after the user moved or resized it;
    for `subtitles.geometry`"""
    lockedChanged = pyqtSignal(bool)  # noqa: N815
    settingChanged = pyqtSignal(str, object)  # noqa: N815
    """dotted key and new value of a setting that the user changed here"""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            None,
            Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.WindowStaysOnTopHint
            | Qt.WindowType.Tool
            # As notifications do: a window manager puts a fullscreen window, say a film, over all that it manages.
            | Qt.WindowType.X11BypassWindowManagerHint
            | Qt.WindowType.WindowDoesNotAcceptFocus
            | Qt.WindowType.WindowTransparentForInput,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_AlwaysShowToolTips)
        self.setWindowTitle("Parley subtitles")
        self.setAccessibleName("Subtitles")
        self._settings: SubtitleSettings = settings.subtitles
        self._languages = _languages(settings)
        self._geometry: tuple[int, ...] = self._settings.geometry
        self._locked = True
        self._placing = False
        self._controls: Controls | None = None
        self._state = State.IDLE
        self._placed: tuple[int, ...] = ()
        self._typeface = Typeface(self._settings.font_family, SMALLEST_FONT)
        self._typeface_family = self._settings.font_family
        self._painter = SubtitlePainter(self._settings, self._typeface)
        self._subtitles = Subtitles(Layout())
        self._frame = SubtitleFrame()
        self._sample = SubtitleFrame()
        self._wake = QTimer(self)
        self._wake.setSingleShot(True)
        self._wake.setTimerType(Qt.TimerType.PreciseTimer)
        self._wake.timeout.connect(self._refresh)
        self._drag: Drag | None = None
        self._layer = LayerWindow(self)
        self._layer.screensChanged.connect(self._on_screens_changed)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenRemoved.connect(self._on_screens_changed)
        application.primaryScreenChanged.connect(self._on_screens_changed)
        application.screenAdded.connect(self._on_screen_added)
        for screen in QGuiApplication.screens():
            screen.availableGeometryChanged.connect(self._on_screens_changed)
        self._arrange()

    # What is shown

    def on_event(self, event: Event) -> None:
        """Take any event of the engine, on the GUI thread."""
        if isinstance(event, TranscriptUpdate | TranslationUpdate):
            self._subtitles.update(event, time.monotonic())
            self._refresh()
        elif isinstance(event, StateChanged):
            if self._state in (State.IDLE, State.FAILED) and event.state not in (State.IDLE, State.FAILED):
                self._subtitles.new_session()
            self._state = event.state
        elif isinstance(event, Metrics) and self._painter.is_sent != bool(event.sent_to):
            self._painter.is_sent = bool(event.sent_to)
            self.update()

    def text(self) -> str:
        """The lines that are on the screen, from top to bottom; empty while hidden."""
        return self._visible_frame().text if self.isVisible() else ""

    def clear(self) -> None:
        """Show nothing until something is said again."""
        self._subtitles.clear()
        self._refresh()

    def _visible_frame(self) -> SubtitleFrame:
        return self._frame if self._frame or self._locked else self._sample

    def _refresh(self) -> None:
        now = time.monotonic()
        frame = self._subtitles.frame(now)
        if frame != self._frame:
            self._frame = frame
            self.setAccessibleDescription(frame.described)
            self.update()
        self._show_or_hide()
        change = self._subtitles.next_change()
        if change is None or not self._settings.enabled:
            self._wake.stop()
        else:
            self._wake.start(max(0, round((change - now) * 1000) + 1))

    def _show_or_hide(self) -> None:
        self.setVisible(bool(self._settings.enabled and (self._frame or not self._locked)))

    # Settings and place

    def apply(self, settings: Settings) -> None:
        """Take changed settings, at once."""
        old, new = self._settings, settings.subtitles
        languages, self._languages = self._languages, _languages(settings)
        if new == old and new.geometry == self._geometry and languages == self._languages:
            return
        self._settings = new
        moved = new.geometry != self._geometry
        self._geometry = new.geometry
        size = self._typeface.font.pixelSize()
        self._arrange()
        scaled = self._typeface.font.pixelSize() / size
        if self._geometry and not moved and scaled != 1:
            self._scale(scaled)
        self._refresh()
        self.update()

    def _screens(self) -> list[ScreenArea]:
        primary = QGuiApplication.primaryScreen()
        screens = sorted(QGuiApplication.screens(), key=lambda screen: screen is not primary)
        known = [
            ScreenArea(s.name(), Rect(*s.geometry().getRect()), Rect(*s.availableGeometry().getRect())) for s in screens
        ]
        return self._layer.screens(known) if self._layer.is_used else known

    def _arrange(self) -> None:
        """Font, line width and place from the settings and the screens."""
        settings = self._settings
        screens = self._screens()
        if not screens:
            return
        saved = fitted(self._geometry, screens)
        screen = screen_of(saved, screens, settings.screen)
        size = pixel_size(settings, screen.whole.height)
        if (size, settings.font_family) != (self._typeface.font.pixelSize(), self._typeface_family):
            self._typeface = Typeface(settings.font_family, size)
            self._typeface_family = settings.font_family
        face = self._typeface
        self._painter = SubtitlePainter(settings, face)
        rows = settings.lines * (2 if settings.show == "both" else 1)
        height = BAR_HEIGHT + face.box_height(rows)
        widest = round(settings.line_length * face.character) + 2 * face.padding
        narrowest = round(FEWEST_CHARACTERS * face.character) + 2 * face.padding
        widest = min(widest, int(screen.whole.width * WIDEST))
        rect = place(widest, height, saved, screens, settings.screen)
        self._placed = saved_on(rect, screen_of(rect, screens, settings.screen))
        self._placing = True
        self.setMinimumSize(min(narrowest, rect.width), rect.height)
        self.setMaximumSize(max(widest, rect.width), rect.height)
        self.setGeometry(*rect)
        self._placing = False
        self._lay_out(rect.width)

    def _lay_out(self, width: int) -> None:
        settings, face = self._settings, self._typeface
        layout = Layout(
            measure=face.measure,
            width=width - 2 * face.padding,
            lines=settings.lines,
            show=settings.show,
            translation_first=settings.translation_first,
            show_unconfirmed=settings.unconfirmed == "dim",
            clear_after=settings.clear_after,
            word_ends=word_ends,
        )
        self._subtitles.configure(layout, time.monotonic())
        self._sample = sample_frame(layout, *self._languages)
        if self._controls:
            self._controls.fit(width)

    def _scale(self, factor: float) -> None:
        """Keep as many characters on a line as the user made room for, when the font changes."""
        x, y, width, height = fitted(self._geometry, self._screens())
        centre = x + width / 2
        width = min(round(width * factor), self.maximumWidth())
        self._geometry = (round(centre - width / 2), y, width, height)
        self._arrange()
        self._geometry = self._placed
        self.geometryChanged.emit(self._geometry)

    def _on_screen_added(self, screen: QScreen) -> None:
        screen.availableGeometryChanged.connect(self._on_screens_changed)
        self._on_screens_changed()

    def _on_screens_changed(self, *_: object) -> None:
        self._arrange()
        self._refresh()
        self.update()

    def _remember_place(self) -> None:
        """Keep the place that the user chose, wholly on a screen."""
        self._geometry = self.geometry().getRect()
        self._arrange()
        self._geometry = self._placed
        self.geometryChanged.emit(self._geometry)

    # Locking

    @property
    def is_locked(self) -> bool:
        return self._locked

    def set_locked(self, locked: bool) -> None:
        """Locked, the mouse goes through; unlocked, the subtitles can be moved and resized."""
        if locked == self._locked:
            return
        self._locked = locked
        if not locked and self._controls is None:
            self._controls = Controls(self)
            self._controls.smaller.connect(lambda: self._change_size(1 / 1.1))
            self._controls.larger.connect(lambda: self._change_size(1.1))
            self._controls.lock.connect(lambda: self.set_locked(True))
            self._controls.fit(self.width())
        if self._controls:
            self._controls.setVisible(not locked)
        self._drag = None
        self.setCursor(Qt.CursorShape.ArrowCursor if locked else Qt.CursorShape.SizeAllCursor)
        self.setMouseTracking(not locked)
        self._show_or_hide()
        self._let_mouse_through()
        self.update()
        self.lockedChanged.emit(locked)

    def _let_mouse_through(self) -> None:
        """Set the shape that takes the mouse. One that was set before the window was mapped may be lost, and an open
        one keeps the size that it had; Qt sets it only when the flag changes: hence off and on."""
        self._layer.set_takes_mouse(not self._locked)
        if self._layer.is_used:
            return
        handle = self.windowHandle()
        if handle is None:
            return
        handle.setFlag(Qt.WindowType.WindowTransparentForInput, not self._locked)
        handle.setFlag(Qt.WindowType.WindowTransparentForInput, self._locked)

    def _change_size(self, factor: float) -> None:
        size = self._typeface.font.pixelSize()
        changed = round(size * factor)
        if changed == size:
            changed += 1 if factor > 1 else -1
        self.settingChanged.emit("subtitles.font_size", min(LARGEST_FONT, max(SMALLEST_FONT, changed)))

    # Qt's events

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self.raise_()
        QTimer.singleShot(0, self._let_mouse_through)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        if self._layer.is_used:
            return  # nobody sees what Qt has of it
        painter = QPainter(self)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.fillRect(self.rect(), Qt.GlobalColor.transparent)
        self._paint(painter)

    def paint_on(self, painter: QPainter) -> None:
        """Paint all that there is to see, on what is empty."""
        self._paint(painter)
        if self._controls and not self._locked:
            self._controls.render(painter, self._controls.pos(), flags=QWidget.RenderFlag.DrawChildren)

    def _paint(self, painter: QPainter) -> None:
        area = QRectF(self.rect())
        if not self._locked:
            paint_frame(painter, area)
        frame = self._visible_frame()
        if frame:
            inset = 0 if self._locked else 3
            self._painter.paint(painter, area.adjusted(0, 0, 0, -inset), frame)
        if not self._locked:
            paint_handles(painter, area)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and not self._locked and event.button() == Qt.MouseButton.LeftButton:
            edge = self._edge_at(event.position().x())
            self._drag = Drag(
                Rect(*self.geometry().getRect()),
                event.globalPosition().toPoint().x(),
                event.globalPosition().toPoint().y(),
                edge,
            )

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        if event is None or self._locked:
            return
        if self._drag is None:
            at_edge = self._edge_at(event.position().x())
            self.setCursor(Qt.CursorShape.SizeHorCursor if at_edge else Qt.CursorShape.SizeAllCursor)
            return
        point = event.globalPosition().toPoint()
        self.setGeometry(*self._drag.to(point.x(), point.y(), self.minimumWidth(), self.maximumWidth()))
        if self._controls and self._drag.side:
            self._controls.show_limit(is_widest=self.width() >= self.maximumWidth())

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and self._drag is not None and event.button() == Qt.MouseButton.LeftButton:
            start, self._drag = self._drag.start, None
            if self.geometry().getRect() != start:
                self._remember_place()

    def _edge_at(self, x: float) -> int:
        """-1 at the left side, 1 at the right one, else 0."""
        if x < EDGE:
            return -1
        return 1 if x >= self.width() - EDGE else 0

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if not self._locked:
            QTimer.singleShot(0, self._let_mouse_through)
        if not self._placing:
            self._lay_out(self.width())
            self._refresh()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        super().closeEvent(event)
        self._layer.close()

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event and event.type() == QEvent.Type.DevicePixelRatioChange:
            self._on_screens_changed()


def _languages(settings: Settings) -> tuple[str, str]:
    """What is spoken and what it is translated into, as far as the settings say."""
    return settings.recognition.language, settings.translation.target
