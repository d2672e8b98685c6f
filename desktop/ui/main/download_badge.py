"""The downloads in the status line: how far they are, in one button that opens the models. GUI thread only."""

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QPushButton, QWidget

from desktop.ui.models.words import size_words, time_words
from desktop.ui.widgets import icons, theme

if TYPE_CHECKING:
    from desktop.ui.models.tasks import DownloadsSummary


class DownloadBadge(QPushButton):
    """Hidden while nothing is fetched."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("flat")
        self.setFont(theme.font("body"))
        self.setAccessibleName("Downloads")
        self.hide()

    def show_overall(self, overall: "DownloadsSummary | None") -> None:
        """Show all downloads as one; None hides the badge."""
        self.setVisible(overall is not None)
        if overall is None:
            return
        far = f"{int(overall.fraction * 100)} %" if overall.fraction is not None else size_words(overall.done)
        self.setText(far)
        self.setIcon(icons.icon("pause-circle-outline" if overall.is_paused else "download", "accent"))
        what = "1 model" if overall.count == 1 else f"{overall.count} models"
        left = "paused" if overall.is_paused else time_words(overall.seconds_left)
        words = " · ".join(part for part in (f"Fetching {what}", far, left) if part)
        self.setAccessibleName(words)
        self.setToolTip(words)
