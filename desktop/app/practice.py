"""Practice: the window in which texts are read aloud, and what it needs of the app. GUI thread.

It listens by a session of its own beside the app's: nothing that is read comes into the transcript, the subtitles or
the typing."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from desktop.system import paths
from desktop.ui.main.main_window import MainWindow
from desktop.ui.runtime.announcer import Announcer

if TYPE_CHECKING:
    from desktop.engine.events import DevicesChanged, Event
    from desktop.settings.declaration import Settings
    from desktop.ui.models.installed_choices import InstalledChoices
    from desktop.ui.practice.keeping import Keeping
    from desktop.ui.practice.window import PracticeWindow
    from desktop.ui.runtime.engine_thread import EngineThread


class Practice(QObject):
    """Makes the window when it is asked for; it is gone when it is closed."""

    settingChanged = pyqtSignal(str, object)
    listensAlone = pyqtSignal()
    """a reading begins: the app should not listen meanwhile"""

    def __init__(self, window: MainWindow, announcer: Announcer, parent: QObject | None = None) -> None:
        """announcer: says to a screen reader what happens in the window."""
        super().__init__(parent)
        self._announcer = announcer
        self.window: PracticeWindow | None = None
        self._main = window
        self._settings: Settings | None = None
        self._engine: EngineThread | None = None
        self._was_open = False
        self._devices: DevicesChanged | None = None
        self._choices: InstalledChoices | None = None
        window.menu.practiceWanted.connect(self.open)
        window.startRequested.connect(self._pause)

    def begin(self, engine: "EngineThread") -> None:
        """From now on this engine can listen to a reader."""
        self._engine = engine
        engine.received.connect(self._on_event)

    def apply(self, settings: "Settings") -> None:
        """Settings changed, or are there for the first time."""
        self._settings = settings
        if self.window is not None:
            self.window.apply(settings)

    def set_choices(self, choices: "InstalledChoices") -> None:
        """What this machine can recognise."""
        self._choices = choices
        if self.window is not None:
            self.window.set_languages(choices.sources)

    def open(self) -> "PracticeWindow | None":
        """The window; None: the settings are not read yet."""
        if self._settings is None or self._engine is None:
            return None
        if self.window is None:
            from desktop.ui.practice.window import PracticeWindow

            self._was_open = True
            self.window = window = PracticeWindow(self._engine, self._keeping, self._main)
            window.apply(self._settings)
            if self._choices is not None:
                window.set_languages(self._choices.sources)
            if self._devices is not None:
                window.set_devices(self._devices)
            window.settingChanged.connect(self.settingChanged)
            window.listensAlone.connect(self.listensAlone)
            window.announced.connect(lambda words, now: self._announcer.say(words, is_urgent=now))
            window.destroyed.connect(self._forget)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()
        return self.window

    def close(self) -> None:
        """Parley ends."""
        if self._engine is not None:
            self._engine.received.disconnect(self._on_event)
            self._engine = None
        if self.window is not None:
            self.window.close()

    def wait(self, seconds: float) -> bool:
        """Until the threads of readings have ended; whether they have."""
        if not self._was_open:
            return True
        from desktop.ui.practice.run import wait

        return wait(seconds)

    def _pause(self) -> None:
        """The app listens itself now."""
        if self.window is not None:
            self.window.pause()

    def _on_event(self, event: "Event") -> None:
        from desktop.engine.events import DevicesChanged

        if isinstance(event, DevicesChanged):
            self._devices = event
            if self.window is not None:
                self.window.set_devices(event)

    def _keeping(self) -> "Keeping":
        from desktop.ui.practice.keeping import Keeping

        assert self._settings is not None
        practice = self._settings.practice
        return Keeping(paths.practice_dir(), keeps_results=practice.keep_results, keeps_audio=practice.keep_audio)

    def _forget(self) -> None:
        self.window = None
