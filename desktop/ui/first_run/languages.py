"""First step: which language is spoken, and into which to translate. GUI thread only."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QGridLayout, QLabel, QToolButton

from desktop.ui.first_run.page import Page
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.pickers.picker import Choice, PickerButton

if TYPE_CHECKING:
    from desktop.settings.declaration import Settings
    from desktop.ui.models.overview import ModelOverview


class LanguagesPage(Page):
    """Two pickers that offer everything there are models for, installed or not."""

    def __init__(self) -> None:
        super().__init__(
            "Languages",
            "Which languages?",
            "One fixed language is understood faster and more surely than any. Translation is optional.",
        )
        self.spoken = PickerButton("Spoken language", searchable=True)
        self.target = PickerButton("Translate into", searchable=True)
        self.spoken.picked.connect(lambda code: self.settingChanged.emit("recognition.language", code))
        self.target.picked.connect(lambda code: self.settingChanged.emit("translation.target", code))
        self.spoken.set_choices([Choice("auto", "Any language")])
        self.target.set_choices([Choice("", "No translation")])
        self._arrow = QToolButton()
        self._arrow.setIconSize(QSize(theme.ICON, theme.ICON))
        self._arrow.setFixedSize(36, 36)
        self._arrow.setToolTip("Swap the languages")
        self._arrow.setAccessibleName("Swap the languages")
        self._arrow.clicked.connect(self._swap)
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * theme.STEP)
        grid.setVerticalSpacing(theme.STEP)
        for column, (name, picker) in enumerate((("Spoken", self.spoken), ("Translate into", self.target))):
            label = QLabel(name)
            label.setFont(theme.font("body", bold=True))
            label.setBuddy(picker)
            grid.addWidget(label, 0, 2 * column)
            grid.addWidget(picker, 1, 2 * column)
            grid.setColumnStretch(2 * column, 1)
        grid.addWidget(self._arrow, 1, 1)
        self._plan = QLabel()
        self._plan.setWordWrap(True)
        self._plan.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.content.addLayout(grid)
        self.content.addSpacing(2 * theme.STEP)
        self.content.addWidget(self._plan)
        self.content.addStretch(1)
        self.refresh()

    def apply(self, settings: "Settings") -> None:
        super().apply(settings)
        source, target = settings.recognition.language, settings.translation.target
        self.spoken.choose(source)
        self.target.choose(target)
        self._arrow.setEnabled(source != "auto" and bool(target))
        self._plan.setText(plan_words(source, target))

    def show_found(self, found: "ModelOverview") -> None:
        self.spoken.set_choices(found.spoken)
        self.target.set_choices(found.targets)
        if self.settings is not None:
            self.apply(self.settings)

    def refresh(self) -> None:
        self._arrow.setIcon(icons.icon("swap-horizontal"))

    def plan(self) -> str:
        return self._plan.text()

    def _swap(self) -> None:
        if self.settings is None:
            return
        source, target = self.settings.recognition.language, self.settings.translation.target
        self.settingChanged.emit("recognition.language", target)
        self.settingChanged.emit("translation.target", source)


def plan_words(source: str, target: str) -> str:
    """What Parley is going to do, in one sentence. Pure."""
    from desktop.engine.text.languages import language_name

    heard = "whatever language is spoken" if source == "auto" else language_name(source)
    if not target or target == source:
        return f"Parley writes down {heard}."
    return f"Parley writes down {heard} and translates it into {language_name(target)}."
