"""What the subtitles show while they are unlocked: a frame, a grip, the size of the text, and the lock. GUI thread."""

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPen
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

BAR_HEIGHT = 40
EDGE = 12
"""Pixels at the left and right that resize."""
ACCENT = QColor("#4c9aff")

_STYLE = """
QWidget#bar { background: transparent; }
QLabel { color: #e8eaed; font-size: 13px; background: transparent; }
QToolButton { color: #ffffff; background: rgba(255, 255, 255, 28); border: none; border-radius: 6px;
    padding: 4px 8px; font-size: 13px; }
QToolButton:hover { background: rgba(255, 255, 255, 60); }
QToolButton:pressed { background: rgba(255, 255, 255, 90); }
QToolButton#lock { background: #1f6feb; }
QToolButton#lock:hover { background: #388bfd; }
"""


_HINT = "Drag to move, drag the sides to resize"
_WIDEST = "No wider: more characters a line in Settings, Subtitles"


class Controls(QWidget):
    """The bar above the subtitles. Its empty parts let the mouse through to the window, which moves."""

    smaller = pyqtSignal()
    larger = pyqtSignal()
    lock = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        import qtawesome  # its icon fonts are not loaded for those who never unlock

        self.setObjectName("bar")
        self.setStyleSheet(_STYLE)
        self.setFixedHeight(BAR_HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(EDGE, 6, EDGE, 2)
        row.setSpacing(6)
        grip = QLabel()
        grip.setPixmap(qtawesome.icon("mdi6.drag", color="#b8c0cc").pixmap(QSize(20, 20), self.devicePixelRatioF()))
        hint = QLabel(_HINT)
        for label in (grip, hint):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            row.addWidget(label)
        row.addStretch(1)
        for icon, name, signal in (
            ("mdi6.minus", "Smaller text", self.smaller),
            ("mdi6.plus", "Larger text", self.larger),
            ("mdi6.lock-outline", "Lock", self.lock),
        ):
            if name == "Smaller text":
                row.addWidget(QLabel("Text"))
            button = QToolButton()
            button.setIcon(qtawesome.icon(icon, color="#ffffff"))
            button.setIconSize(QSize(18, 18))
            button.setToolTip(name)
            button.setAccessibleName(name)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(signal)
            if name == "Lock":
                button.setObjectName("lock")
                button.setText("Lock")
                button.setToolTip("Lock the subtitles: the mouse goes through them again")
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            row.addWidget(button)
        self._hint = hint

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), BAR_HEIGHT)

    def show_limit(self, *, is_widest: bool) -> None:
        """Whether the user pulls at a side that goes no further, and what would let it."""
        self._hint.setText(_WIDEST if is_widest else _HINT)

    def fit(self, width: int) -> None:
        """Leave the hint out where there is no room for it."""
        self._hint.setVisible(width > 560)
        self.setGeometry(0, 0, width, BAR_HEIGHT)


def paint_frame(painter: QPainter, area: QRectF) -> None:
    """The frame of the unlocked subtitles, with a handle at each side."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    painter.setPen(QPen(ACCENT, 2))
    painter.setBrush(QColor(32, 36, 44, 215))
    painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 10, 10)


def paint_handles(painter: QPainter, area: QRectF) -> None:
    """The handles at the left and right side, over the text's box."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ACCENT)
    height = min(44.0, area.height() / 3)
    top = area.center().y() - height / 2
    for x in (area.left() + 1, area.right() - 6):
        painter.drawRoundedRect(QRectF(x, top, 5, height), 2.5, 2.5)
