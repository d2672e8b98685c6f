"""The presets of recognition: for each, what it is for and what it would change. GUI thread only."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.ui.settings.names import shown_value, title
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.layouts.divider import Divider
from desktop.ui.widgets.pickers.picker import Choice

if TYPE_CHECKING:
    from desktop.settings.declaration import Settings

_ICONS = {
    "fast": "speedometer",
    "balanced": "scale-balance",
    "accurate": "bullseye-arrow",
    "edge": "memory",
    "GPU": "expansion-card-variant",
}


def preset_title(name: str) -> str:
    """ "fast" as it is shown: "Fast"."""
    return name[0].upper() + name[1:]


def changes_of(settings: "Settings", name: str, installed: Collection[str]) -> dict[str, tuple[Any, Any]]:
    """What a preset would change: {"recognition.beam_size": (5, 1)}. installed: names of Whisper models."""
    from desktop.settings.presets import differences_to, preset, values_of

    return differences_to(settings, values_of(preset(name), installed))


def preset_in_use(settings: "Settings", installed: Collection[str]) -> str:
    """Name of the preset that everything is set as; empty if it is none of them."""
    from desktop.settings.presets import PRESETS

    return next((one.name for one in PRESETS if not changes_of(settings, one.name, installed)), "")


def preset_choices() -> tuple[Choice, ...]:
    """The presets as lines of a list; the value is the name."""
    from desktop.settings.presets import PRESETS

    return tuple(Choice(one.name, f"{preset_title(one.name)} · {one.help}", _ICONS[one.name]) for one in PRESETS)


class PresetList(QFrame):
    """A row per preset."""

    chosen = pyqtSignal(dict)
    """the settings that it changes, and their values"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        from desktop.settings.presets import PRESETS

        self.setObjectName("card")
        self._changes: dict[str, Mapping[str, tuple[Any, Any]]] = {}
        self._rows: dict[str, _Row] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * theme.STEP, 2 * theme.STEP, 3 * theme.STEP, theme.STEP)
        layout.setSpacing(0)
        heading = QLabel("Presets")
        heading.setFont(theme.font("body", bold=True))
        layout.addWidget(heading)
        note = QLabel("Set everything below in one go; change what you like afterwards.")
        note.setObjectName("muted")
        note.setFont(theme.font("small"))
        note.setContentsMargins(0, 0, 0, theme.STEP)
        layout.addWidget(note)
        for one in PRESETS:
            row = _Row(one.name, one.help)
            row.use.clicked.connect(lambda _, name=one.name: self._use(name))
            self._rows[one.name] = row
            layout.addWidget(Divider())
            layout.addWidget(row)

    def show_settings(self, settings: "Settings", installed: Collection[str]) -> None:
        """Which is in use, and what the others would change. installed: names of Whisper models."""
        for name, row in self._rows.items():
            self._changes[name] = changes_of(settings, name, installed)
            row.show_changes(self._changes[name])

    def row(self, name: str) -> "_Row":
        return self._rows[name]

    def _use(self, name: str) -> None:
        self.chosen.emit({key: new for key, (_, new) in self._changes[name].items()})


class _Row(QWidget):
    def __init__(self, name: str, help_text: str) -> None:
        super().__init__()
        self._name = name
        picture = QLabel()
        picture.setPixmap(icons.icon(_ICONS[name], "muted").pixmap(QSize(20, 20), self.devicePixelRatioF()))
        label = QLabel(f"<b>{preset_title(name)}</b> · {help_text}")
        label.setWordWrap(True)
        self.changes = QLabel()
        self.changes.setObjectName("muted")
        self.changes.setFont(theme.font("small"))
        self.changes.setWordWrap(True)
        self.use = QPushButton("Use")
        self.use.setObjectName("field")
        self.use.setFixedSize(76, 28)
        self.use.setAccessibleName(f"Use the preset {preset_title(name)}")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label)
        words.addWidget(self.changes)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 6)
        layout.setSpacing(3 * theme.STEP)
        layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        layout.addWidget(self.use, 0, Qt.AlignmentFlag.AlignTop)

    def show_changes(self, changes: Mapping[str, tuple[Any, Any]]) -> None:
        parts = [
            f"{title(key).lower()} {shown_value(key, old)} → {shown_value(key, new)}"
            for key, (old, new) in changes.items()
        ]
        self.changes.setText("Changes " + ", ".join(parts) + "." if parts else "Everything is set like this.")
        self.use.setEnabled(bool(parts))
        self.use.setText("Use" if parts else "In use")
        self.use.setIcon(QIcon() if parts else icons.icon("check", "good"))
