"""The menu of the main window and what it opens: profiles, Doctor, latency, settings. GUI thread only.

Each window is imported and made when it is asked for, and gone when it is closed: until then it costs nothing.
"""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QWidget

from desktop.ui.runtime.running_threads import running
from desktop.ui.widgets.pickers.picker import Choice, PickerList, heading

if TYPE_CHECKING:
    from desktop.engine.events import Event
    from desktop.settings.declaration import Settings
    from desktop.ui.doctor.window import DoctorWindow
    from desktop.ui.main.latency_panel import LatencyPanel
    from desktop.ui.runtime.hotkeys import Hotkeys

_PROFILE, _DO = "profile:", "do:"


class MainMenu(QObject):
    """The menu, and what it opened beside the main window."""

    profileChosen = pyqtSignal(str)
    profileNamed = pyqtSignal(str)
    """keep the current settings as the profile of this name"""
    profileRemoved = pyqtSignal(str)
    modelsWanted = pyqtSignal(str)
    """open the models; of this kind only, or empty"""
    firstStepsWanted = pyqtSignal()
    sharingWanted = pyqtSignal()
    practiceWanted = pyqtSignal()
    settingsWanted = pyqtSignal()
    shortcutsWanted = pyqtSignal()
    acted = pyqtSignal(str)
    """what the user wants to do about a finding of the Doctor: an action of the main window"""

    def __init__(self, window: QWidget) -> None:
        """window: the main one, over which the others open."""
        super().__init__(window)
        self._window = window
        self._settings: Settings | None = None
        self._profiles: tuple[str, ...] = ()
        self._profile = ""
        self._hotkeys: Hotkeys | None = None
        self._problems: Callable[[], Sequence[str]] = tuple
        self._usable_at: float | None = None
        self.latency: LatencyPanel | None = None
        self.doctor: DoctorWindow | None = None

    def begin(self, hotkeys: "Hotkeys", problems: "Callable[[], Sequence[str]]", usable_at: float) -> None:
        """What the Doctor looks at: the hotkeys, sentences about settings that could not be read, and when the window
        could be used (of `time.time`)."""
        self._hotkeys, self._problems, self._usable_at = hotkeys, problems, usable_at

    def apply(self, settings: "Settings") -> None:
        """Settings changed, or are there for the first time."""
        self._settings = settings
        if self.doctor is not None:
            self.doctor.apply(settings, tuple(self._problems()))

    def show_profiles(self, names: tuple[str, ...], current: str) -> None:
        """names: what can be chosen, first the one that is no profile; current: the one in use."""
        self._profiles, self._profile = names, current

    def close(self) -> None:
        """Close what is open; its threads end soon."""
        for window in (self.latency, self.doctor):
            if window is not None:
                window.close()

    def wait(self, seconds: float) -> bool:
        """Until the threads of what was open have ended; whether they have."""
        until = time.monotonic() + seconds
        return all(thread.wait(max(0, round((until - time.monotonic()) * 1000))) for thread in running())

    def on_event(self, event: "Event") -> None:
        """An event of the engine, for what is open."""
        if self.latency is not None:
            self.latency.on_event(event)

    def open_menu(self, anchor: QWidget) -> PickerList:
        """The menu, at its button."""
        popup = PickerList("Menu", self.menu(), _PROFILE + self._profile, parent=anchor)
        popup.picked.connect(self._act)
        popup.open_below(anchor, rows=24, align_right=True)
        return popup

    def menu(self) -> tuple[Choice, ...]:
        """What the menu has."""
        choices = []
        if self._profiles:
            choices += [heading("Profile"), *(Choice(_PROFILE + name, name) for name in self._profiles)]
            choices.append(Choice(_DO + "save", "Save as…", "content-save-plus-outline"))
            if self._profile in self._profiles[1:]:
                choices.append(Choice(_DO + "remove", f"Remove {self._profile}…", "delete-outline"))
        choices.append(heading("Parley"))
        choices += [
            Choice(_DO + "settings", "Settings…", "cog-outline"),
            Choice(_DO + "practice", "Practice…", "book-open-variant"),
            Choice(_DO + "share", "Share captions…", "access-point"),
            Choice(_DO + "models", "Models…", "chip"),
            Choice(_DO + "first-steps", "First steps…", "flag-outline"),
            Choice(_DO + "doctor", "Doctor…", "stethoscope"),
            Choice(_DO + "latency", "Latency…", "chart-line"),
            Choice(_DO + "shortcuts", "Keyboard shortcuts", "keyboard-outline"),
        ]
        return tuple(choices)

    def open_latency(self) -> "LatencyPanel":
        """How well Parley keeps up, from now on."""
        from desktop.ui.main.latency_panel import LatencyPanel

        if self.latency is None:
            self.latency = LatencyPanel(self._window)
            self.latency.destroyed.connect(self._forget_latency)
        self.latency.show()
        self.latency.raise_()
        self.latency.activateWindow()
        return self.latency

    def open_doctor(self) -> "DoctorWindow | None":
        """The Doctor, who looks at once."""
        settings = self._settings
        if settings is None or self._hotkeys is None:
            return None
        if self.doctor is None:
            from desktop.ui.doctor.window import DoctorWindow

            problems = tuple(self._problems())
            self.doctor = DoctorWindow(settings, self._hotkeys, problems, self._usable_at, self._window)
            self.doctor.acted.connect(self._act_on_finding)
            self.doctor.destroyed.connect(self._forget_doctor)
            self.doctor.show()
            self.doctor.examine()
        self.doctor.raise_()
        self.doctor.activateWindow()
        return self.doctor

    def ask_profile_name(self) -> None:
        """Under which name to keep the current settings."""
        from desktop.ui.settings.profile_dialogs import SaveProfile

        dialog = SaveProfile(self._profiles, self._window)
        dialog.chosen.connect(self.profileNamed)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_to_remove(self, name: str) -> None:
        """Whether to forget a profile."""
        from desktop.ui.settings.profile_dialogs import RemoveProfile

        dialog = RemoveProfile(name, self._window)
        dialog.accepted.connect(lambda: self.profileRemoved.emit(name))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _act(self, value: str) -> None:
        if value.startswith(_PROFILE):
            self.profileChosen.emit(value.removeprefix(_PROFILE))
            return
        {
            "save": self.ask_profile_name,
            "remove": lambda: self.ask_to_remove(self._profile),
            "settings": self.settingsWanted.emit,
            "practice": self.practiceWanted.emit,
            "share": self.sharingWanted.emit,
            "models": lambda: self.modelsWanted.emit(""),
            "first-steps": self.firstStepsWanted.emit,
            "doctor": self.open_doctor,
            "latency": self.open_latency,
            "shortcuts": self.shortcutsWanted.emit,
        }[value.removeprefix(_DO)]()

    def _act_on_finding(self, action: str) -> None:
        self._window.raise_()
        self._window.activateWindow()  # what opens hangs on a button of the main window
        self.acted.emit(action)

    def _forget_doctor(self) -> None:
        self.doctor = None

    def _forget_latency(self) -> None:
        self.latency = None
