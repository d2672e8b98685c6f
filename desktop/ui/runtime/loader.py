"""Imports what is heavy beside the GUI thread while the window is already on screen: first the settings, then
the outputs. A QThread; it ends when everything is there."""

import importlib
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from PyQt6.QtCore import QObject, QThread, pyqtSignal

log = logging.getLogger(__name__)


class Loader(QThread):
    """Reads the settings and imports modules."""

    settingsRead = pyqtSignal(object)
    """the SettingsStore; from now on it belongs to the GUI thread"""
    refused = pyqtSignal(str)
    """a flag cannot be used: one sentence; nothing else follows"""
    imported = pyqtSignal(str)
    """name of a module that is there now"""

    def __init__(
        self,
        file: Path | None,
        flags: Mapping[str, str],
        modules: Sequence[str],
        parent: QObject | None = None,
        *,
        profile: str | None = None,
    ) -> None:
        """file: the settings; flags: {"speech.rate": "1.2"}; modules: imported after the settings, in this order;
        profile: used this time, whatever the file says."""
        super().__init__(parent)
        self._file = file
        self._flags = flags
        self._profile = profile
        self._modules = modules

    def run(self) -> None:
        """On the loader's thread."""
        from desktop.settings.store import SettingInvalid, SettingsStore, parse

        try:
            flags = {key: parse(key, text) for key, text in self._flags.items()}
            store = SettingsStore(self._file, flags=flags, profile=self._profile)
        except SettingInvalid as error:
            self.refused.emit(f"{error}.")
            return
        self.settingsRead.emit(store)
        for module in self._modules:
            if self.isInterruptionRequested():
                return
            try:
                importlib.import_module(module)
            except Exception:
                log.exception("%s cannot be imported", module)
            else:
                self.imported.emit(module)
