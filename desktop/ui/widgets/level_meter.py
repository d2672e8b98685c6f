"""Shows how loud the source is, in bars. GUI thread only."""

from PyQt6.QtCore import QRectF, QSize, Qt, QTimer
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from desktop.ui.widgets import icons, theme

BARS = 10
STALE = 1000
"""milliseconds after which a level counts no more"""
QUIETEST = -60.0
"""dBFS that lights no bar"""


def bars(dbfs: float, count: int = BARS) -> int:
    """How many of `count` bars a level lights."""
    return max(0, min(count, round((dbfs - QUIETEST) / -QUIETEST * count)))


class LevelMeter(QWidget):
    """Bars that grow with the level; bright while somebody speaks, crossed out while Parley does."""

    def __init__(self, parent: QWidget | None = None, *, count: int = BARS) -> None:
        """count: bars it has."""
        super().__init__(parent)
        self._count = count
        self.setFixedSize(self.sizeHint())
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._shown = (0, False, False)
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.setInterval(STALE)
        self._silence.timeout.connect(self.clear)
        self._describe()

    def sizeHint(self) -> QSize:
        return QSize(self._count * 6 - 2, 16)

    def show_level(self, dbfs: float, *, is_speech: bool, is_muted: bool) -> None:
        """Show a level; repaints only what looks different. Nothing new for a while, as of a microphone that was pulled
        out, and it goes dark."""
        self._silence.start()
        self._show(dbfs, is_speech=is_speech, is_muted=is_muted)

    def clear(self) -> None:
        """Go dark."""
        self._silence.stop()
        self._show(QUIETEST, is_speech=False, is_muted=False)

    def _show(self, dbfs: float, *, is_speech: bool, is_muted: bool) -> None:
        shown = (bars(dbfs, self._count), is_speech, is_muted)
        if shown != self._shown:
            described = shown[1:] != self._shown[1:]
            self._shown = shown
            if described:
                self._describe()
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        lit, is_speech, is_muted = self._shown
        look = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for bar in range(self._count):
            if is_muted or bar >= lit:
                color = look.hover
            elif bar == self._count - 1:
                color = look.bad
            else:
                color = look.good if is_speech else look.muted
            painter.setBrush(QColor(color))
            painter.drawRoundedRect(QRectF(bar * 6, 2, 4, 12), 1.5, 1.5)
        if is_muted:
            painter.fillRect(QRectF(self.width() / 2 - 10, 0, 20, 16), QColor(look.card))
            icons.paint(painter, QRectF(self.width() / 2 - 8, 0, 16, 16), "microphone-off", QColor(look.warning))

    def _describe(self) -> None:
        _, is_speech, is_muted = self._shown
        said = "not listening while Parley speaks" if is_muted else "speech" if is_speech else "no speech"
        self.setAccessibleName(f"Level: {said}")
