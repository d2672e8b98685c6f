"""The mark in the status line while captions are shared. GUI thread only."""

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QToolButton, QWidget

from desktop.ui.sharing.state import SharingState, badge_words
from desktop.ui.widgets import icons


class SharingBadge(QToolButton):
    """How many follow; hidden while nothing is shared."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setIcon(icons.icon("access-point", "accent"))
        self.setIconSize(QSize(18, 18))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.hide()

    def show_state(self, state: SharingState) -> None:
        """Show what is shared."""
        words = badge_words(state)
        self.setVisible(state.is_on)
        self.setText(str(state.followers))
        self.setAccessibleName(words)
        self.setToolTip(words)
