"""Chooses what to listen to: a microphone, what the computer plays, or a file. GUI thread only."""

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFileDialog, QWidget

from desktop.ui.widgets import icons
from desktop.ui.widgets.level_meter import LevelMeter
from desktop.ui.widgets.pickers.picker import Choice, PickerButton, heading

if TYPE_CHECKING:
    from desktop.engine.events import AudioLevel, DevicesChanged

_OPEN = "file"
_ICONS = {"microphone": "microphone", "loopback": "monitor-speaker", "file": "file-music-outline"}


_WIDE = 150
"""pixels from which on the button has room for the meter beside its icon"""


class SourcePicker(PickerButton):
    """A picker with a level meter on it. `chosen` tells the id of the source."""

    chosen = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Listen to", parent=parent)
        self.meter = LevelMeter(self)
        self.reserved = self.meter.width() + 8
        self._devices: tuple[Choice, ...] | None = None
        self.picked.connect(self._picked)
        self.set_source("microphone:")

    def set_source(self, source: str) -> None:
        """Show a source as chosen."""
        kind, _, name = source.partition(":")
        self.set_choices(self._list(source))
        self.choose(source, _label(kind, name))
        if kind in _ICONS:
            self.setIcon(icons.icon(_ICONS[kind]))

    def set_devices(self, devices: "DevicesChanged") -> None:
        """Offer what is connected now."""
        found: list[Choice] = []
        groups = (
            ("Microphones", "microphone", devices.microphones),
            ("What the computer plays", "loopback", devices.loopbacks),
        )
        for title, kind, members in groups:
            found.append(heading(title))
            default = next((device.label for device in members if device.is_default), "")
            if members:
                found.append(Choice(f"{kind}:", _default_label(kind, default), _ICONS[kind]))
            else:
                found.append(heading("none found"))
            found += [
                Choice(device.id, device.label, _ICONS[kind]) for device in members if not _is_default_id(device.id)
            ]
        self._devices = tuple(found)
        self.set_source(self.value)

    def show_level(self, level: "AudioLevel") -> None:
        self.meter.show_level(level.rms, is_speech=level.is_speech, is_muted=level.is_muted)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        has_room = self.width() >= _WIDE
        self.meter.setVisible(has_room)
        self.reserved = self.meter.width() + 8 if has_room else 0
        self.meter.move(self.width() - self.meter.width() - 26, (self.height() - self.meter.height()) // 2)

    def _list(self, source: str) -> list[Choice]:
        choices = list(self._devices or ())
        kind, _, name = source.partition(":")
        if kind == "file":
            choices += [heading("File"), Choice(source, _label(kind, name), _ICONS["file"])]
        elif self._devices is not None and all(choice.value != source for choice in choices):
            missing = f"{_label(kind, name)} (not connected)"
            choices = [heading("Chosen"), Choice(source, missing, _ICONS.get(kind, "microphone")), *choices]
        return [*choices, heading("Recording"), Choice(_OPEN, "File…", _ICONS["file"])]

    def _picked(self, value: str) -> None:
        if value != _OPEN:
            self.chosen.emit(value)
            return
        dialog = QFileDialog(self.window(), "Listen to a recording")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [
                "Audio and video (*.wav *.flac *.ogg *.opus *.mp3 *.m4a *.aac *.webm *.mp4 *.mkv *.mov *.avi)",
                "All files (*)",
            ]
        )
        dialog.fileSelected.connect(lambda path: self.chosen.emit(f"file:{path}"))
        dialog.open()


def _is_default_id(device: str) -> bool:
    return device.endswith(":")


def _default_label(kind: str, label: str) -> str:
    base = "Default microphone" if kind == "microphone" else "Default output"
    return f"Default · {label}" if label else base


def _label(kind: str, name: str) -> str:
    if kind == "file":
        return Path(name).name
    if not name:
        return _default_label(kind, "")
    return name
