"""What works without the window: the tray icon and the global hotkeys. GUI thread only."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from desktop.ui.main.status import Status
from desktop.ui.runtime.hotkeys import Hotkeys
from desktop.ui.runtime.profiles.switch import ProfileSwitch
from desktop.ui.sharing.state import SharingState
from desktop.ui.tray.tray import Tray

if TYPE_CHECKING:
    from desktop.settings.declaration import Settings


class BackgroundControls(QObject):
    """The tray, made when it is first wanted and the desktop has one, and the hotkeys. Both send the same signals."""

    toggleRequested = pyqtSignal()
    """start, or stop"""
    showRequested = pyqtSignal()
    """show the window"""
    unlockRequested = pyqtSignal(bool)
    """move the subtitles (True) or fix them (False)"""
    stopSpeakingRequested = pyqtSignal()
    typeRestRequested = pyqtSignal()
    """type here what was not typed in the window before"""
    modelsRequested = pyqtSignal()
    sharingRequested = pyqtSignal()
    """open the dialog in which captions are shared"""
    practiceRequested = pyqtSignal()
    """open the window in which texts are read"""
    quitRequested = pyqtSignal()
    failed = pyqtSignal(str)
    """one sentence: why a hotkey does not work"""

    def __init__(self, profiles: ProfileSwitch, parent: QObject | None = None) -> None:
        """profiles: what the tray's menu and the hotkey for the next profile switch."""
        super().__init__(parent)
        self.tray: Tray | None = None
        self.hotkeys = Hotkeys(self)
        self._profiles = profiles
        self._status = Status()
        self._sharing = SharingState()
        self._is_wanted = False
        self.hotkeys.pressed.connect(self._pressed)
        self.hotkeys.failed.connect(self.failed)

    def apply(self, settings: "Settings") -> None:
        """Settings changed, or are there for the first time."""
        self.hotkeys.apply(settings.hotkeys.model_dump())
        self._is_wanted = settings.window.tray
        tray = self.find_tray()
        if tray is not None and not self._is_wanted and tray.is_visible():
            tray.set_visible(False)
            self.showRequested.emit()  # it may be the only way back to the window

    def find_tray(self) -> Tray | None:
        """The icon in the tray, which may have come to the desktop after Parley; None if none is wanted, or there."""
        if self._is_wanted and self.tray is None and Tray.is_available():
            self.tray = self._make_tray()
        if self._is_wanted and self.tray is not None:
            self.tray.set_visible(True)
        return self.tray

    def show_status(self, status: Status) -> None:
        """What the engine does."""
        self._status = status
        if self.tray is not None:
            self.tray.show_status(status)

    def show_sharing(self, state: SharingState) -> None:
        """Whether captions are shared."""
        self._sharing = state
        if self.tray is not None:
            self.tray.show_sharing(state)

    def show_unlocked(self, is_unlocked: bool) -> None:
        """Whether the subtitles can be moved now."""
        if self.tray is not None:
            self.tray.show_unlocked(is_unlocked)

    def say(self, sentence: str) -> None:
        """Say something beside the tray, to who looks at another window."""
        if self.tray is not None and self.tray.is_visible():
            self.tray.show_message(sentence)

    def close(self) -> None:
        """Hotkeys are not heard any more, and the icon goes."""
        self.hotkeys.close()
        if self.tray is not None:
            self.tray.close()

    def _make_tray(self) -> Tray:
        tray = Tray(self)
        tray.toggleRequested.connect(self.toggleRequested)
        tray.showRequested.connect(self.showRequested)
        tray.unlockRequested.connect(self.unlockRequested)
        tray.stopSpeakingRequested.connect(self.stopSpeakingRequested)
        tray.modelsRequested.connect(self.modelsRequested)
        tray.sharingRequested.connect(self.sharingRequested)
        tray.practiceRequested.connect(self.practiceRequested)
        tray.quitRequested.connect(self.quitRequested)
        tray.profileRequested.connect(self._profiles.use)
        self._profiles.shown.connect(tray.show_profiles)
        tray.show_profiles(self._profiles.names, self._profiles.current)
        tray.show_status(self._status)
        tray.show_sharing(self._sharing)
        return tray

    def _pressed(self, name: str) -> None:
        {
            "toggle_listening": self.toggleRequested.emit,
            "unlock_subtitles": lambda: self.unlockRequested.emit(True),
            "stop_speaking": self.stopSpeakingRequested.emit,
            "type_rest": self.typeRestRequested.emit,
            "next_profile": self._next_profile,
        }[name]()

    def _next_profile(self) -> None:
        name = self._profiles.use_next()
        if self.tray is not None:
            self.tray.show_message(f"Profile: {name}.")
