"""Fourth step: what to do with what is heard, and the hotkey for Start and Stop. GUI thread only."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from desktop.injector.platforms import NO_HOTKEYS, hears_hotkeys
from desktop.ui.first_run.page import Page, SummaryRow
from desktop.ui.settings.hotkey_field import HotkeyField
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.switch import Switch

if TYPE_CHECKING:
    from desktop.settings.declaration import Settings

_OUTPUTS = (
    ("subtitles", "Subtitles", "subtitles-outline", "Over every window, at the bottom of the screen."),
    ("typing", "Typing", "keyboard-outline", "What is said is typed into the window that you work in."),
    ("speech", "Voice", "account-voice", "The translation is spoken."),
)
_KEY = "hotkeys.toggle_listening"


class OutputsPage(Page):
    """A switch for each output, as on the cards of the main window."""

    def __init__(self) -> None:
        super().__init__(
            "Outputs",
            "What should happen with it?",
            "All of this can be switched at any time, also while Parley listens.",
        )
        self.switches: dict[str, Switch] = {}
        self._lines: list[SummaryRow] = []
        card = QFrame()
        card.setObjectName("card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(4 * theme.STEP, 4 * theme.STEP, 4 * theme.STEP, 4 * theme.STEP)
        inside.setSpacing(4 * theme.STEP)
        for group, name, icon, sentence in _OUTPUTS:
            switch = Switch(f"{name} on or off")
            switch.clicked.connect(lambda on, group=group: self.settingChanged.emit(f"{group}.enabled", on))
            self.switches[group] = switch
            line = SummaryRow(icon, name, sentence, switch)
            self._lines.append(line)
            inside.addWidget(line)
        self.hotkey = HotkeyField("Hotkey for Start and Stop")
        self.hotkey.edited.connect(lambda keys: self.settingChanged.emit(_KEY, keys))
        self.clear = QToolButton()
        self.clear.setIcon(icons.icon("close", "muted"))
        self.clear.setIconSize(QSize(18, 18))
        self.clear.setToolTip("No hotkey")
        self.clear.setAccessibleName("No hotkey")
        self.clear.clicked.connect(lambda: self.settingChanged.emit(_KEY, ""))
        keys = QWidget()
        row = QHBoxLayout(keys)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.STEP)
        row.addWidget(self.clear)
        row.addWidget(self.hotkey)
        is_heard = hears_hotkeys()
        keys.setVisible(is_heard)
        sentence = "Start and Stop from any window." if is_heard else NO_HOTKEYS
        hotkey = SummaryRow("keyboard-settings-outline", "Hotkey", sentence, keys)
        self._lines.append(hotkey)
        keys_card = QFrame()
        keys_card.setObjectName("card")
        beside = QVBoxLayout(keys_card)
        beside.setContentsMargins(4 * theme.STEP, 3 * theme.STEP, 4 * theme.STEP, 3 * theme.STEP)
        beside.addWidget(hotkey)
        self.content.addWidget(card)
        self.content.addWidget(keys_card)
        self.content.addStretch(1)

    def apply(self, settings: "Settings") -> None:
        super().apply(settings)
        for group, switch in self.switches.items():
            switch.setChecked(getattr(settings, group).enabled)
        self.hotkey.show_combination(settings.hotkeys.toggle_listening)
        self.clear.setVisible(bool(settings.hotkeys.toggle_listening))
        needs = "" if settings.translation.target else " Choose a language to translate into first."
        self._lines[2].say(f"The translation is spoken.{needs}")

    def refresh(self) -> None:
        for line in self._lines:
            line.refresh()
