"""The line at the foot of the window: state, model, latency, what is dropped, warnings, settings. GUI thread only."""

from collections import deque
from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.main.download_badge import DownloadBadge
from desktop.ui.main.status import Status, latency_words
from desktop.ui.sharing.badge import SharingBadge
from desktop.ui.sharing.state import SharingState
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.layouts.elided_button import ElidedButton
from desktop.ui.widgets.layouts.elided_label import ElidedLabel
from desktop.ui.widgets.notifications import NoticeBar

if TYPE_CHECKING:
    from desktop.engine.events import Metrics


_NARROW = 560
"""pixels up to which it has room for no profile's name"""
_REASON = 200
"""pixels that the reason of a state is given at most, where figures want them, too"""


class StatusLine(QWidget):
    """Words, shape and colour of the state; everything that can be clicked opens more of the same."""

    modelWanted = pyqtSignal()
    warningsWanted = pyqtSignal()
    menuWanted = pyqtSignal()
    latencyWanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = NoticeBar()
        self.bar.changed.connect(self.refresh)
        self._status = Status()
        self._metrics: Metrics | None = None
        self._profile = ""
        self._picture = QLabel()
        self._words = QLabel()
        self._words.setFont(theme.font("body", bold=True))
        self._reason = ElidedLabel()
        self._reason.setObjectName("muted")
        self.model = ElidedButton(64)
        self.model.setIcon(icons.icon("chip", "muted"))
        self.model.clicked.connect(self.modelWanted)
        self._latency = ElidedButton(40)
        self._latency.setAccessibleName("Latency")
        self._latency.setToolTip("How long each step takes (Ctrl+Shift+L)")
        self._latency.clicked.connect(self.latencyWanted)
        self._latency.hide()
        self._spark = Sparkline()
        self._spark.hide()
        self._dropped = QLabel()
        self._dropped.hide()
        self.sent_to = QToolButton()
        self.sent_to.setIcon(icons.icon("upload-network-outline", "accent"))
        self.sent_to.setIconSize(QSize(18, 18))
        self.sent_to.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.sent_to.hide()
        self._place = ""
        self.downloads = DownloadBadge()
        self.sharing = SharingBadge()
        self.warnings = QToolButton()
        self.warnings.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.warnings.clicked.connect(self.warningsWanted)
        self.menu = ElidedButton(36)
        self.menu.setIcon(icons.icon("cog-outline"))
        self.menu.clicked.connect(self.menuWanted)
        for button in (self.warnings, self.menu):
            button.setIconSize(QSize(18, 18))
        row = QHBoxLayout()
        row.setSpacing(2 * theme.STEP)
        row.addWidget(self._picture)
        row.addWidget(self._words)
        row.addWidget(self._reason, 1)
        row.addWidget(self._spark)
        row.addWidget(self._latency)
        row.addWidget(self._dropped)
        row.addWidget(self.downloads)
        row.addWidget(self.sharing)
        row.addWidget(self.sent_to)
        row.addWidget(self.model)
        row.addWidget(self.warnings)
        row.addWidget(self.menu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.STEP)
        layout.addWidget(self.bar)
        layout.addLayout(row)
        self.set_warnings(0)
        self.set_model("", "")
        self.set_profile("")
        self.show_status(Status())

    def show_status(self, status: Status) -> None:
        """Show a state; `warnings` and metrics stay."""
        self._status = status
        name, role = status.mark
        pixmap = icons.icon(name, role).pixmap(QSize(18, 18), self.devicePixelRatioF())  # type: ignore[arg-type]
        self._picture.setPixmap(pixmap)
        self._words.setText(status.words)
        notice = self.bar.notice
        is_said_above = notice is not None and notice.message == status.reason
        self._reason.setText("" if is_said_above else status.reason)
        self.setAccessibleName(f"Status: {status.words}. {status.reason}")
        if not status.is_running:
            self._latency.hide()
            self._dropped.hide()
            self._spark.clear()
            self._show_sent_to("")
        self._fit()

    def show_metrics(self, metrics: "Metrics") -> None:
        """Show how well the engine keeps up."""
        self._metrics = metrics
        words = latency_words(metrics.latency)
        self._latency.setVisible(bool(words) and self._status.is_running)
        if (newest := metrics.latency.get("partial")) is not None:
            self._spark.add(newest)
        self._dropped.setText(f"{metrics.dropped_seconds:.1f} s dropped" if metrics.dropped_seconds else "0 dropped")
        self._dropped.setToolTip("Sound that was lost because the computer could not keep up")
        self._dropped.setObjectName("" if metrics.dropped_seconds else "muted")
        self._show_sent_to(metrics.sent_to if self._status.is_running else "")
        if metrics.recognizer:
            self.model.setText(metrics.recognizer.removesuffix(f" · {metrics.sent_to}"))
        self._fit()

    def _show_sent_to(self, place: str) -> None:
        """Sound leaves this computer for this place; empty: it does not."""
        self._place = place
        self.sent_to.setVisible(bool(place))
        self.sent_to.setToolTip(f"What is heard goes to {place}")
        self.sent_to.setAccessibleName(f"What is heard goes to {place}")

    def show_sharing(self, state: SharingState) -> None:
        """Whether captions are shared, and how many follow."""
        self.sharing.show_state(state)
        self._fit()

    def set_model(self, name: str, tooltip: str) -> None:
        """Name of the model that recognises, or will."""
        self.model.setText(name or "Model")
        self.model.setAccessibleName(f"Recognition model: {name or 'automatic'}")
        self.model.setToolTip(tooltip or "Choose the recognition model (Ctrl+M)")

    def set_warnings(self, count: int) -> None:
        self.warnings.setIcon(icons.icon("alert-outline", "warning" if count else "muted"))
        self.warnings.setText(str(count))
        words = f"{count} warning{'' if count == 1 else 's'}"
        self.warnings.setAccessibleName(words)
        self.warnings.setToolTip(f"{words} (Ctrl+Shift+W)")

    def set_profile(self, name: str) -> None:
        """Name of the profile in use; empty for none."""
        self._profile = name
        self.menu.setAccessibleName(f"Menu, profile {name}" if name else "Menu")
        self.menu.setToolTip(
            f"Profile {name}, settings, latency (F10)" if name else "Profiles, settings, latency (F10)"
        )
        self._fit()

    def refresh(self) -> None:
        """Paint again after a change of the look."""
        self.show_status(self._status)

    def latency_text(self) -> str:
        return self._latency.text()

    def words(self) -> str:
        return self._words.text()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show as many stages as the width has room for."""
        self.menu.setText(self._profile if self.width() > _NARROW else "")
        self.menu.setMaximumWidth(self.width() // 6 if self.menu.text() else self.menu.sizeHint().width())
        if self._metrics is None:
            return
        words = latency_words(self._metrics.latency)
        self.sent_to.setText(self._place if self.width() > 640 else "")
        gap = 2 * theme.STEP
        badges = (self.downloads, self.sharing, self.sent_to)
        needed = (self._picture, self._words, *badges, self.model, self.warnings, self.menu)
        widths = [_width(one) for one in needed if not one.isHidden()]
        room = self.width() - sum(widths) - gap * (len(widths) + 2)  # beside it and the reason, too
        least = self._latency_width(words[0]) if words else 0
        reason = self._reason.fontMetrics().horizontalAdvance(self._reason.full_text())
        reason = min(reason + gap, _REASON, max(0, room - least))  # comes before further figures
        room -= reason
        extras = [self._dropped, *([self._spark] if self._spark.has_values else [])]
        beside = sum(_width(one) + gap for one in extras)
        has_extras = self._status.is_running and room - beside >= least
        for one in (self._dropped, self._spark):
            one.setVisible(has_extras and one in extras)
        shown = words[0] if words else ""
        for more in words[1:]:
            if self._latency_width(f"{shown} · {more}") > room - (beside if has_extras else 0):
                break
            shown = f"{shown} · {more}"
        self._latency.setText(shown)
        # The name of the model gives way first.
        fits = least <= room + reason + self.model.sizeHint().width() - self.model.minimumSizeHint().width()
        self._latency.setMinimumWidth(self._latency.sizeHint().width() if fits else 0)
        self._latency.setAccessibleName(f"Latency: {', '.join(words)}" if words else "Latency")

    def _latency_width(self, text: str) -> int:
        """Pixels that the button takes with a text."""
        self._latency.setText(text)
        return self._latency.sizeHint().width()


def _width(widget: QWidget) -> int:
    """Pixels that a widget of the line would like to have."""
    return min(max(widget.sizeHint().width(), widget.minimumWidth()), widget.maximumWidth())


class Sparkline(QWidget):
    """The last latencies as small bars."""

    def __init__(self) -> None:
        super().__init__()
        self._values: deque[float] = deque(maxlen=12)
        self.setFixedSize(12 * 4, 16)
        self.setAccessibleName("Recent latency")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def has_values(self) -> bool:
        return bool(self._values)

    def add(self, seconds: float) -> None:
        self._values.append(seconds)
        self.update()

    def clear(self) -> None:
        self._values.clear()
        self.hide()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        highest = max(1.0, *self._values) if self._values else 1.0
        color = QColor(theme.colors().muted)
        for place, value in enumerate(self._values):
            height = max(2.0, 14 * value / highest)
            painter.fillRect(QRectF(place * 4, 15 - height, 3, height), color)
