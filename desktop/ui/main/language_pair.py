"""Chooses the language that is spoken and the one to translate into. GUI thread only."""

from collections.abc import Sequence

from PyQt6.QtCore import QSize, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.pickers.picker import Choice, PickerButton

AUTO = "auto"
NONE = ""


class LanguagePair(QWidget):
    """Two pickers and a button that swaps them."""

    sourceChosen = pyqtSignal(str)
    targetChosen = pyqtSignal(str)
    swapped = pyqtSignal(str, str)
    """new source, new target"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = PickerButton("Spoken language", searchable=True)
        self.target = PickerButton("Translate into", searchable=True)
        self.swap = QToolButton()
        self.swap.setIcon(icons.icon("swap-horizontal"))
        self.swap.setIconSize(QSize(theme.ICON, theme.ICON))
        self.swap.setFixedSize(36, 36)
        self.swap.setAccessibleName("Swap the languages")
        self.swap.clicked.connect(self._swap)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.STEP)
        for picker in (self.source, self.target):
            picker.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            picker.setMinimumWidth(80)
            picker.setMaximumWidth(200)
        layout.addWidget(self.source, 1)
        layout.addWidget(self.swap)
        layout.addWidget(self.target, 1)
        self.source.picked.connect(self.sourceChosen)
        self.target.picked.connect(self.targetChosen)
        self.source.set_choices([Choice(AUTO, "Any language")])
        self.target.set_choices([Choice(NONE, "No translation")])
        self.set_languages(AUTO, NONE)

    def set_choices(self, sources: Sequence[Choice], targets: Sequence[Choice]) -> None:
        """Offer languages; the first of each is "any" and "none"."""
        self.source.set_choices(sources)
        self.target.set_choices(targets)
        self.set_languages(self.source.value, self.target.value)

    def set_languages(self, source: str, target: str) -> None:
        """Show a pair as chosen."""
        self.source.choose(source)
        self.target.choose(target)
        can_swap = source != AUTO and target != NONE
        self.swap.setEnabled(can_swap)
        self.swap.setToolTip(
            "Swap the languages (Ctrl+Shift+X)"
            if can_swap
            else "To swap, choose both a spoken language and a translation"
        )

    def _swap(self) -> None:
        self.swapped.emit(self.target.value, self.source.value)
