"""Parley in the system tray: its state as a badge, and the few things needed without the window. GUI thread only."""

from functools import partial

from PyQt6.QtCore import QObject, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QActionGroup, QColor, QIcon, QPainter, QPixmap
from PyQt6.QtWidgets import QMenu, QSystemTrayIcon

from desktop.ui.main.status import Status
from desktop.ui.sharing.state import SharingState, badge_words
from desktop.ui.widgets import icons, theme


class Tray(QObject):
    """The icon and its menu."""

    toggleRequested = pyqtSignal()
    showRequested = pyqtSignal()
    unlockRequested = pyqtSignal(bool)
    profileRequested = pyqtSignal(str)
    stopSpeakingRequested = pyqtSignal()
    modelsRequested = pyqtSignal()
    practiceRequested = pyqtSignal()
    sharingRequested = pyqtSignal()
    quitRequested = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icon = QSystemTrayIcon(self)
        self._menu = QMenu()
        self._toggle = self._menu.addAction("Start", self.toggleRequested.emit)
        self._menu.addAction("Show window", self.showRequested.emit)
        self._unlock = self._menu.addAction("Unlock subtitles")
        self._menu.addAction("Stop speaking", self.stopSpeakingRequested.emit)
        self._profiles = self._menu.addMenu("Profile")
        assert self._profiles is not None
        self._one_profile = QActionGroup(self)
        self._menu.addAction("Practice…", self.practiceRequested.emit)
        self._sharing = self._menu.addAction("Share captions…", self.sharingRequested.emit)
        self._menu.addAction("Models…", self.modelsRequested.emit)
        self._menu.addSeparator()
        self._menu.addAction("Quit", self.quitRequested.emit)
        assert self._unlock is not None
        self._unlock.setCheckable(True)
        self._unlock.triggered.connect(self.unlockRequested)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._activated)
        self.show_status(Status())

    @staticmethod
    def is_available() -> bool:
        """Whether the desktop has a tray."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def set_visible(self, is_visible: bool) -> None:
        self._icon.setVisible(is_visible)

    def is_visible(self) -> bool:
        return self._icon.isVisible()

    def menu(self) -> QMenu:
        return self._menu

    def show_status(self, status: Status) -> None:
        """Badge, tooltip and the first entry of the menu."""
        self._icon.setIcon(_badged(status))
        self._icon.setToolTip(f"Parley: {status.words}")
        assert self._toggle is not None
        self._toggle.setText("Stop" if status.is_running else "Start")
        self._toggle.setEnabled(status.state != "stopping")

    def show_unlocked(self, is_unlocked: bool) -> None:
        assert self._unlock is not None
        self._unlock.setChecked(is_unlocked)

    def show_sharing(self, state: SharingState) -> None:
        """Whether captions are shared."""
        assert self._sharing is not None
        self._sharing.setText(badge_words(state) or "Share captions…")

    def show_profiles(self, names: tuple[str, ...], current: str) -> None:
        """Profiles to choose from, and the one in use."""
        assert self._profiles is not None
        self._profiles.clear()
        for name in names:
            action = self._profiles.addAction(name.replace("&", "&&"), partial(self.profileRequested.emit, name))
            assert action is not None
            action.setCheckable(True)
            action.setChecked(name == current)
            self._one_profile.addAction(action)

    def show_message(self, sentence: str) -> None:
        """Show a sentence beside the tray for a moment."""
        self._icon.showMessage("Parley", sentence, icons.app_icon(), 3000)

    def close(self) -> None:
        self._icon.hide()
        self._menu.deleteLater()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self.showRequested.emit()


def _badged(status: Status) -> QIcon:
    """The app's icon with the mark of the state in its corner; plain when there is nothing to tell."""
    if status.words == "Ready":
        return icons.app_icon()
    result = QIcon()
    name, role = status.mark
    for side in (22, 32, 48, 64):
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        icons.app_icon().paint(painter, 0, 0, side, side)
        corner = QRectF(side * 0.42, side * 0.42, side * 0.58, side * 0.58)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#ffffff"))
        painter.drawEllipse(corner)
        icons.paint(painter, corner.adjusted(1, 1, -1, -1), name, QColor(getattr(theme.LIGHT, role)))
        painter.end()
        result.addPixmap(pixmap)
    return result
