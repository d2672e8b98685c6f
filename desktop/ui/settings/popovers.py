"""Opens settings where they belong: a card's popover, the model list, the dialog. GUI thread only."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QFontDatabase, QGuiApplication
from PyQt6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from desktop.ui.settings.form import Choices, SettingsForm
from desktop.ui.settings.note import Provenance
from desktop.ui.settings.preset_list import changes_of, preset_choices
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.output_cards import OutputCard
from desktop.ui.widgets.pickers.picker import Choice, PickerList, heading
from desktop.ui.widgets.pickers.popover import Popover

if TYPE_CHECKING:
    from desktop.engine.events import DevicesChanged
    from desktop.settings.declaration import Settings
    from desktop.ui.models.installed_choices import InstalledChoices
    from desktop.ui.settings.dialog import SettingsDialog

_PRESET = "preset:"
_MORE = "more:"
_SERVER = "server:"
_GROUPS = {"Subtitles": "subtitles", "Typing": "typing", "Voice": "speech"}
_ELSEWHERE = ("enabled", "geometry", "backend")
"""What a popover leaves out: the card's switch, the place that is dragged, and what is rarely changed."""


class SettingsPopovers(QObject):
    """The forms of settings that are open over a window, and the choices that this machine offers in them."""

    settingChanged = pyqtSignal(str, object)
    settingsChanged = pyqtSignal(dict)
    """several settings at once: key -> value"""
    settingReset = pyqtSignal(str)
    unlockRequested = pyqtSignal(bool)
    """move the subtitles"""
    stopSpeakingRequested = pyqtSignal()
    modelsWanted = pyqtSignal(str)
    """open the models of this kind"""

    def __init__(self, window: QWidget) -> None:
        """window: the one over which the dialog opens."""
        super().__init__(window)
        self._window = window
        self._settings: Settings | None = None
        self.machine: InstalledChoices | None = None
        self.provenance: Provenance | None = None
        """where values come from and are saved"""
        self.devices: DevicesChanged | None = None
        self._form: SettingsForm | None = None
        self._dialog: SettingsDialog | None = None

    def show_settings(self, settings: "Settings") -> None:
        """Show these values in whatever is open."""
        self._settings = settings
        if self._form is not None:
            self._form.show_settings(settings, self.provenance)
        if self._dialog is not None:
            self._dialog.show_settings(settings)

    def show_machine(self, machine: "InstalledChoices") -> None:
        """Offer what this machine has."""
        self.machine = machine
        if self._dialog is not None:
            self._dialog.show_installed(machine.preset_models)

    def open_card(self, card: OutputCard) -> Popover | None:
        """The settings of an output, under its card."""
        settings = self._settings
        if settings is None:
            return None
        from desktop.settings.store import fields

        group = _GROUPS[card.name]
        keys = [k for k, _ in fields() if k.startswith(f"{group}.") and k.split(".")[1] not in _ELSEWHERE]
        form = SettingsForm(keys, self.choices())
        form.changed.connect(self.settingChanged)
        form.reset.connect(self.settingReset)
        form.show_settings(settings, self.provenance)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, theme.STEP, 0)
        layout.setSpacing(3 * theme.STEP)
        layout.addWidget(form)
        popover = Popover(card.name, content, card.gear)
        if group == "subtitles":
            layout.addWidget(self._button("arrow-all", "Move on the screen", lambda: self._unlock(popover)))
        elif group == "speech":
            layout.addWidget(self._button("volume-off", "Stop speaking", self.stopSpeakingRequested.emit))
        self._form = form
        popover.destroyed.connect(lambda: self._forget_form(form))
        popover.open()
        return popover

    def open_models(self, anchor: QWidget) -> None:
        """The list of recognition models."""
        settings = self._settings
        if settings is None:
            return
        choices = self.machine.models if self.machine else (Choice("", "Best installed"),)
        if all(choice.value != settings.recognition.model for choice in choices):
            missing = Choice(settings.recognition.model, f"{settings.recognition.model} (not installed)")
            choices = (missing, *choices)
        presets = [replace(one, value=_PRESET + one.value) for one in preset_choices()]
        more = Choice(_MORE, "Get more models…", "download")
        url = settings.server.url.strip()
        server = Choice(_SERVER, f"A Parley server · {url}" if url else "A Parley server…", "server-network")
        choices = (heading("Models"), *choices, more, heading("Elsewhere"), server, heading("Presets"), *presets)
        popup = PickerList("Recognition model", choices, settings.recognition.model, parent=anchor)
        popup.picked.connect(self._model_picked)
        popup.open_below(anchor)

    def installed(self) -> tuple[str, ...]:
        """Names of the Whisper models that presets may choose."""
        return self.machine.preset_models if self.machine is not None else ()

    def _model_picked(self, value: str) -> None:
        settings = self._settings
        if value == _MORE:
            self.modelsWanted.emit("whisper")
        elif value == _SERVER:
            self.open_server()
        elif not value.startswith(_PRESET):
            self.settingChanged.emit("recognition.model", value)
        elif settings is not None:
            changes = changes_of(settings, value.removeprefix(_PRESET), self.installed())
            self.settingsChanged.emit({key: new for key, (_, new) in changes.items()})

    def open_dialog(self) -> "SettingsDialog | None":
        """All settings."""
        settings = self._settings
        if settings is None:
            return None
        if self._dialog is None:
            from desktop.ui.settings.dialog import SettingsDialog

            self._dialog = SettingsDialog(
                settings, self.choices(), self._window, provenance=self.provenance, installed=self.installed()
            )
            self._dialog.presetChosen.connect(self.settingsChanged)
            self._dialog.changed.connect(self.settingChanged)
            self._dialog.reset.connect(self.settingReset)
            self._dialog.finished.connect(self._forget_dialog)
        self._dialog.show()
        self._dialog.raise_()
        return self._dialog

    def open_server(self) -> None:
        """The settings of the Parley server."""
        dialog = self.open_dialog()
        if dialog is not None:
            dialog.open_page("server")

    def open_elsewhere(self) -> None:
        """The settings of what works elsewhere: the server, or where there is none the cloud engines."""
        settings = self._settings
        if settings is None or settings.server.url.strip():
            self.open_server()
            return
        dialog = self.open_dialog()
        if dialog is not None:
            dialog.open_page("cloud")

    def choices(self) -> Choices:
        """What settings can be, where that depends on this machine."""
        found: dict[str, list[Choice]] = {
            "subtitles.font_family": [Choice("", "The system's"), *(Choice(f, f) for f in QFontDatabase.families())],
            "subtitles.screen": [
                Choice("", "Primary screen"),
                *(Choice(s.name(), s.name()) for s in QGuiApplication.screens()),
            ],
            "speech.output": self._outputs(),
            "audio.source": self._sources(),
        }
        if self.machine is not None:
            found["recognition.model"] = list(self.machine.models)
            found["recognition.language"] = list(self.machine.sources)
            languages = [one for one in self.machine.sources if one.value != "auto"]
            found["practice.language"] = [Choice("", "What is spoken"), *languages]
            found["translation.target"] = list(self.machine.targets)
            found["speech.voice"] = list(self.machine.voices)
        return found

    def model_label(self, value: str) -> str:
        return _label(self.machine.models if self.machine else (), value, "Best installed").removeprefix(
            "Best installed · "
        )

    def voice_label(self, value: str) -> str:
        return "Best voice" if not value else _label(self.machine.voices if self.machine else (), value, value)

    def output_label(self, value: str) -> str:
        """value: of the setting `speech.output`."""
        if value == "output:":
            return "default output"
        return _label(self._outputs(), value, value.partition(":")[2] + " (not connected)")

    def _outputs(self) -> list[Choice]:
        found = [Choice("output:", "Default output")]
        if self.devices is not None:
            found += [Choice(d.id, d.label) for d in self.devices.outputs if not d.id.endswith(":")]
        return found

    def _sources(self) -> list[Choice]:
        found = [
            Choice("microphone:", "Default microphone", "microphone"),
            Choice("loopback:", "What the default output plays", "monitor-speaker"),
        ]
        members = [*self.devices.microphones, *self.devices.loopbacks] if self.devices is not None else []
        icons_of = {"microphone": "microphone", "loopback": "monitor-speaker"}
        found += [Choice(d.id, d.label, icons_of[d.id.partition(":")[0]]) for d in members if not d.id.endswith(":")]
        return found

    def _unlock(self, popover: Popover) -> None:
        popover.close()
        self.unlockRequested.emit(True)

    def _button(self, icon: str, text: str, do) -> QPushButton:  # type: ignore[no-untyped-def]
        button = QPushButton(icons.icon(icon), text)
        button.setObjectName("field")
        button.setMinimumHeight(32)
        button.clicked.connect(lambda: do())
        return button

    def _forget_form(self, form: SettingsForm) -> None:
        if self._form is form:
            self._form = None

    def _forget_dialog(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
        self._dialog = None


def _label(choices, value: str, otherwise: str) -> str:  # type: ignore[no-untyped-def]
    return next((choice.label for choice in choices if choice.value == value and not choice.is_heading), otherwise)
