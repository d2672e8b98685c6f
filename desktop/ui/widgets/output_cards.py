"""The three outputs as cards: subtitles, typing, voice; each with a switch, a line of state and its settings."""

from PyQt6.QtCore import QSize, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.layouts.elided_label import ElidedLabel
from desktop.ui.widgets.switch import Switch

_WIDE = 170
"""pixels from which on a card has room for its picture"""


class OutputCard(QFrame):
    """One output: icon, name, switch, what it does now, and a gear for its settings."""

    toggled = pyqtSignal(bool)
    """the user switched it"""
    settingsWanted = pyqtSignal()

    def __init__(self, name: str, icon: str, shortcut: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAccessibleName(name)
        self.name = name
        self.setMinimumWidth(112)
        picture = QLabel()
        picture.setPixmap(icons.icon(icon).pixmap(QSize(22, 22), self.devicePixelRatioF()))
        self._picture, self._icon = picture, icon
        label = ElidedLabel(name)
        label.setFont(theme.font("body", bold=True))
        self.switch = Switch(f"{name} on or off")
        self.switch.setToolTip(f"{name} on or off ({shortcut})")
        self.switch.clicked.connect(self.toggled)
        self.gear = QToolButton()
        self.gear.setIcon(icons.icon("cog-outline", "muted"))
        self.gear.setIconSize(QSize(18, 18))
        self.gear.setAccessibleName(f"Settings of {name}")
        self.gear.setToolTip(f"Settings of {name}")
        self.gear.clicked.connect(self.settingsWanted)
        self._state = ElidedLabel()
        self._state.setObjectName("muted")
        top = QHBoxLayout()
        top.setSpacing(2 * theme.STEP)
        top.addWidget(picture)
        top.addWidget(label, 1)
        top.addWidget(self.switch)
        bottom = QHBoxLayout()
        bottom.setSpacing(theme.STEP)
        bottom.addWidget(self._state, 1)
        bottom.addWidget(self.gear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * theme.STEP, 2 * theme.STEP, 2 * theme.STEP, theme.STEP)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addLayout(bottom)

    def show_state(self, is_on: bool, text: str) -> None:
        """Show whether it is on and one line about what it does."""
        self.switch.setChecked(is_on)
        self._state.setText(text)

    def state_text(self) -> str:
        return self._state.full_text()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._picture.setVisible(self.width() >= _WIDE)

    def refresh(self) -> None:
        """Paint the picture again, after a change of the look or the screen."""
        self._picture.setPixmap(icons.icon(self._icon).pixmap(QSize(22, 22), self.devicePixelRatioF()))


class OutputCards(QWidget):
    """The three cards in a row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.subtitles = OutputCard("Subtitles", "subtitles-outline", "Ctrl+1")
        self.typing = OutputCard("Typing", "keyboard-outline", "Ctrl+2")
        self.voice = OutputCard("Voice", "account-voice", "Ctrl+3")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3 * theme.STEP)
        for card in self.cards:
            layout.addWidget(card, 1)

    @property
    def cards(self) -> tuple[OutputCard, ...]:
        return (self.subtitles, self.typing, self.voice)
