"""Switches, keeps and removes profiles: named sets of settings. GUI thread only; owns no window, so that the menu,
the tray and the hotkey all do the same."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

if TYPE_CHECKING:
    from desktop.settings.store import SettingsStore


class ProfileSwitch(QObject):
    """Which profiles there are, and the one in use. Does nothing before `begin`."""

    shown = pyqtSignal(tuple, str)
    """names to choose from, and the one in use; whenever either changes"""
    failed = pyqtSignal(str)
    """one sentence: why a profile cannot be used, kept or removed"""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store: SettingsStore | None = None
        self.names: tuple[str, ...] = ()
        self.current = ""

    def begin(self, store: "SettingsStore") -> None:
        """From now on the profiles are those of `store`."""
        self._store = store
        store.subscribe(lambda _: self._look())
        self._look()

    def use(self, name: str) -> None:
        """Switch to a profile."""
        self._do(lambda store: store.use(name))

    def use_next(self) -> str:
        """Switch to the profile that follows in the list; its name."""
        if self.names:
            self.use(self.names[(self.names.index(self.current) + 1) % len(self.names)])
        return self.current

    def save_as(self, name: str) -> None:
        """Keep the current settings under a name, and use it."""
        self._do(lambda store: store.save_as(name))

    def remove(self, name: str) -> None:
        """Forget a profile."""
        self._do(lambda store: store.remove(name))

    def _do(self, change: "Callable[[SettingsStore], object]") -> None:
        if self._store is None:
            return
        from desktop.settings.store import SettingInvalid

        try:
            change(self._store)
        except SettingInvalid as error:
            sentence = str(error)
            self.failed.emit(f"{sentence[0].upper()}{sentence[1:]}.")

    def _look(self) -> None:
        assert self._store is not None
        names, current = self._store.profiles(), self._store.profile
        if (names, current) != (self.names, self.current):
            self.names, self.current = names, current
            self.shown.emit(names, current)
