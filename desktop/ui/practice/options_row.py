"""How a text is read: its language, how fast the marks follow, which words are hidden. GUI thread only."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QWidget

from desktop.practice.options import Following, ReadingOptions
from desktop.ui.practice.marks import Hide
from desktop.ui.widgets import theme
from desktop.ui.widgets.layouts.flow import Flow
from desktop.ui.widgets.pickers.picker import Choice, PickerButton
from desktop.ui.widgets.switch import Switch

if TYPE_CHECKING:
    from desktop.settings.declaration import Settings

_FOLLOWING = {"calm": "Follow calmly", "normal": "Follow", "quick": "Follow quickly"}
HIDDEN = {"nothing": "Hide no words", "some": "Hide every second word", "everything": "Hide all words"}


class OptionsRow(Flow):
    """Settings of practice; what is changed here is saved."""

    settingChanged = pyqtSignal(str, object)
    languageChosen = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.picker = PickerButton("Language", searchable=True)
        self.following = PickerButton("How the marks follow")
        self.hiding = PickerButton("Words to hide")
        self.prompt = Switch("Expect the text")
        self._settings: Settings | None = None
        self._suggested = ""
        self._chosen = ""
        """for the text that is shown"""
        for button in (self.picker, self.following, self.hiding):
            button.setMinimumWidth(150)
            self.add(button)
        self.add(_named(self.prompt, "Expect the text"))
        self.prompt.setToolTip(
            "The recogniser is told which words come next: it hears names better, "
            "and sometimes what should have been said"
        )
        self.following.set_choices([Choice(value, label) for value, label in _FOLLOWING.items()])
        self.hiding.set_choices([Choice(value, label) for value, label in HIDDEN.items()])
        self.picker.picked.connect(self._choose_language)
        self.following.picked.connect(lambda value: self.settingChanged.emit("practice.following", value))
        self.hiding.picked.connect(lambda value: self.settingChanged.emit("practice.hide", value))
        self.prompt.clicked.connect(lambda is_on: self.settingChanged.emit("practice.uses_prompt", is_on))

    def set_languages(self, choices: Sequence[Choice]) -> None:
        """Those that can be recognised."""
        self.picker.set_choices([one for one in choices if one.value != "auto"])
        self._show_language()

    def suggest(self, language: str) -> None:
        """Another text, which says its language; empty if it does not."""
        self._suggested, self._chosen = language, ""
        self._show_language()

    def apply(self, settings: "Settings") -> None:
        """Show the settings."""
        self._settings = settings
        self.following.choose(settings.practice.following)
        self.hiding.choose(settings.practice.hide)
        self.prompt.setChecked(settings.practice.uses_prompt)
        self._show_language()

    @property
    def language(self) -> str:
        """ISO 639 code of what is read."""
        if self._settings is None:
            return "en"
        spoken = self._settings.recognition.language
        usual = self._settings.practice.language or (spoken if spoken != "auto" else "en")
        return self._chosen or self._suggested or usual

    @property
    def hidden(self) -> Hide:
        return self._settings.practice.hide if self._settings is not None else "nothing"

    @property
    def reading_options(self) -> ReadingOptions:
        """For the next reading."""
        if self._settings is None:
            return ReadingOptions()
        practice = self._settings.practice
        return ReadingOptions(Following(practice.following), practice.uses_prompt, practice.hears_sounds)

    def _choose_language(self, value: str) -> None:
        self._chosen = value
        self.settingChanged.emit("practice.language", value)
        self.languageChosen.emit()

    def _show_language(self) -> None:
        from desktop.engine.text.languages import language_name

        self.picker.choose(self.language, language_name(self.language))


def _named(switch: Switch, name: str) -> QWidget:
    item = QWidget()
    row = QHBoxLayout(item)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(2 * theme.STEP)
    row.addWidget(switch)
    label = QLabel(name)
    label.setBuddy(switch)
    row.addWidget(label)
    item.setFixedHeight(36)
    return item
