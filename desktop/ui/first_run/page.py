"""What the pages of the first steps share: a title, a sentence, and a place for their content. GUI thread only."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.widgets import icons, theme

if TYPE_CHECKING:
    from desktop.engine.events import Event
    from desktop.settings.declaration import Settings
    from desktop.ui.models.overview import ModelOverview


class Page(QWidget):
    """One step. What the user chooses leaves as `settingChanged`."""

    settingChanged = pyqtSignal(str, object)

    def __init__(self, name: str, title: str, sentence: str) -> None:
        """name: in the bar of steps; title and sentence: at the head of the page."""
        super().__init__()
        self.name = name
        self.settings: Settings | None = None
        heading = QLabel(title)
        heading.setFont(theme.font("title", bold=True))
        self._sentence = QLabel(sentence)
        self._sentence.setObjectName("muted")
        self._sentence.setWordWrap(True)
        self.setAccessibleName(title)
        self.setAccessibleDescription(sentence)
        self.content = QVBoxLayout(self)
        self.content.setContentsMargins(0, 0, 0, 0)
        self.content.setSpacing(3 * theme.STEP)
        self.content.addWidget(heading)
        self.content.addWidget(self._sentence)
        self.content.addSpacing(theme.STEP)

    def apply(self, settings: "Settings") -> None:
        """Show these settings."""
        self.settings = settings

    def show_found(self, found: "ModelOverview") -> None:
        """Show what there is of models."""

    def on_event(self, event: "Event") -> None:
        """An event of the engine."""

    def entered(self) -> None:
        """The user turned to this page."""

    def left(self) -> None:
        """The user turned away from it, or the window is closed."""

    def refresh(self) -> None:
        """After a change of the look."""


class StepBar(QWidget):
    """The names of the steps: done, current, to come, told by shape and words, not by colour alone."""

    def __init__(self, names: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = names
        self._current = 0
        self._plain, self._bold = theme.font("small"), theme.font("small", bold=True)
        self.setFixedHeight(28)
        self.show_step(0)

    def show_step(self, number: int) -> None:
        self._current = number
        self.setAccessibleName(f"Step {number + 1} of {len(self._names)}: {self._names[number]}")
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        look = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        gap = 2 * theme.STEP
        width = (self.width() + gap) / len(self._names)
        for number, name in enumerate(self._names):
            left = number * width
            is_done, is_current = number < self._current, number == self._current
            bar = QRectF(left, 0, width - gap, 4)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.accent if number <= self._current else look.border))
            painter.drawRoundedRect(bar, 2, 2)
            font: QFont = self._bold if is_current else self._plain
            painter.setFont(font)
            painter.setPen(QColor(look.text if is_current else look.muted))
            text_left = left
            if is_done:
                icons.paint(painter, QRectF(left, 10, 14, 14), "check", QColor(look.accent))
                text_left += 18
            room = QRectF(text_left, 8, width - (text_left - left) - gap, 20)
            words = name if is_done else f"{number + 1}  {name}"
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)


class SummaryRow(QWidget):
    """An icon, a bold word, a muted sentence below it, and room for one widget on the right."""

    def __init__(self, icon: str, name: str, sentence: str, right: QWidget | None = None) -> None:
        super().__init__()
        self._icon = icon
        self._picture = QLabel()
        title = QLabel(name)
        title.setFont(theme.font("body", bold=True))
        self._sentence = QLabel(sentence)
        self._sentence.setObjectName("muted")
        self._sentence.setWordWrap(True)
        self._sentence.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(title)
        words.addWidget(self._sentence)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3 * theme.STEP)
        layout.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        if right is not None:
            layout.addWidget(right, 0, Qt.AlignmentFlag.AlignVCenter)
        self.refresh()

    def say(self, sentence: str) -> None:
        self._sentence.setText(sentence)

    def sentence(self) -> str:
        return self._sentence.text()

    def refresh(self) -> None:
        """Paint the icon again."""
        self._picture.setPixmap(icons.icon(self._icon).pixmap(QSize(22, 22), self.devicePixelRatioF()))
