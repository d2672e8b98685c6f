"""The cloud engines among the settings, a card for each. GUI thread."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop.engine.cloud.catalogue import ENGINES
from desktop.ui.settings.cloud_card import CloudCard
from desktop.ui.widgets import theme

if TYPE_CHECKING:
    from desktop.settings.declaration import Settings

OFF = "All of them are off until you switch one on. What goes to one leaves this computer, and may cost money."
NEVER = (
    "Cloud engines are switched off for good on this computer: the policy below, or PARLEY_CLOUD in the environment, "
    "says never."
)


class CloudPanel(QWidget):
    """What is on, and what that means."""

    switched = pyqtSignal(str, object)
    """(setting, its new value)"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = QLabel()
        self._words.setWordWrap(True)
        self.cards = {key: CloudCard(engine) for key, engine in ENGINES.items()}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3 * theme.STEP)
        layout.addWidget(self._words)
        for card in self.cards.values():
            card.switched.connect(self.switched)
            layout.addWidget(card)

    def show_settings(self, settings: "Settings") -> None:
        """Show what these say."""
        from desktop.engine.pool.clouds import Clouds

        clouds = Clouds(lambda: settings.cloud)
        self._words.setText(NEVER if clouds.consent.is_never else OFF)
        for card in self.cards.values():
            card.show_settings(settings, clouds)

    def words(self) -> str:
        """What is said of all of them."""
        return self._words.text()

    def close_lookups(self) -> None:
        """Nothing is delivered from now on."""
        for card in self.cards.values():
            card.close_lookups()
