"""The app: builds QApplication, the window, the engine's thread and the outputs, and connects them.

The wiring; GUI thread. The window is shown first, with nothing but Qt imported; settings, engine and outputs follow
from other threads.
"""

import logging
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication

from desktop.outputs import OUTPUT_MODULES, Outputs
from desktop.overlay.platform import overlay_platform
from desktop.system import log as logs
from desktop.system import paths
from desktop.ui.main.main_window import MainWindow
from desktop.ui.main.model_setup import SetUp
from desktop.ui.main.status import Status
from desktop.ui.models.installed_choices import ChoicesFinder
from desktop.ui.runtime.arguments import parse
from desktop.ui.runtime.clipboard import hand_over
from desktop.ui.runtime.engine_thread import EngineThread, RunsEngine, build_engine
from desktop.ui.runtime.first_look import first_look
from desktop.ui.runtime.garbage import GarbageCollection
from desktop.ui.runtime.hotkeys import Hotkeys
from desktop.ui.runtime.loader import Loader
from desktop.ui.runtime.one_instance import SHOW, START, OneInstance
from desktop.ui.runtime.profile_switch import ProfileSwitch
from desktop.ui.runtime.quit_signals import quit_on_signals
from desktop.ui.runtime.settings_watch import SettingsWatch
from desktop.ui.tray.tray import Tray
from desktop.ui.widgets import icons, theme

if TYPE_CHECKING:
    from desktop.injector.typist import TypingStatus
    from desktop.settings.declaration import Settings
    from desktop.settings.store import SettingsStore

log = logging.getLogger(__name__)

FIRST_STEPS = "desktop.ui.first_run.window"
ENGINE_GROUPS = ("audio", "vad", "recognition", "translation", "speech")
"""Groups of settings that the engine listens to."""
SWITCH_EVERY = 0.0005
"""Seconds after which a thread that runs Python gives way. The usual 5 ms add up to a visible stall, because PyQt lets
go of the interpreter in nearly every call while the engine is being imported."""
QUIT_WITHIN = 4.5
"""Seconds the engine has to end."""


def run(argv: Sequence[str]) -> int:
    """Show the app and return its exit code when it is closed. argv: the arguments after `gui`."""
    options = parse(argv)
    flags = dict(options.set)
    file = Path(options.settings) if options.settings else paths.config_file()
    if (platform := overlay_platform(os.environ)) is not None:
        os.environ["QT_QPA_PLATFORM"] = platform
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("parley")
    application.setApplicationDisplayName("Parley")
    application.setDesktopFileName("parley")
    application.setQuitOnLastWindowClosed(False)
    application.setWindowIcon(icons.app_icon())
    instance = OneInstance(file)
    if instance.hand_over(START if options.start else SHOW):
        print("Parley runs already; its window comes to the front.")  # noqa: T201
        return 0
    look, geometry = first_look(file, flags)
    theme.apply(look)  # type: ignore[arg-type]
    window = MainWindow()
    window.restore_geometry(geometry)
    app = App(window, file, flags, options.profile, starts=options.start, greets=_is_first(file) and not options.start)
    logs.begin(app.crashed.emit)
    unwatch = quit_on_signals(app.quit)
    application.aboutToQuit.connect(hand_over)
    instance.asked.connect(app.asked)
    app.ending.connect(instance.close)
    window.show()
    QTimer.singleShot(0, instance.listen)
    sys.setswitchinterval(SWITCH_EVERY)
    collection = GarbageCollection()
    app.begin()
    code = application.exec()
    unwatch()
    app.end()
    collection.stop()
    return code


class App(QObject):
    """Everything that runs, and who hears of what."""

    crashed = pyqtSignal(str)
    """an exception that nobody caught, on any thread: the sentence for the user"""
    ending = pyqtSignal()
    """nothing can be asked of it any more"""
    _unsaved = pyqtSignal(object)
    """OSError: why settings cannot be saved"""

    def __init__(
        self,
        window: MainWindow,
        file: Path | None,
        flags: Mapping[str, str],
        profile: str | None = None,
        *,
        starts: bool = False,
        greets: bool = False,
        build: "Callable[[Settings], RunsEngine]" = build_engine,
    ) -> None:
        """file: where the settings are; flags: settings that are not saved; profile: of settings, used this time;
        starts: listen at once; greets: open the first steps; build: makes the engine, on its thread."""
        super().__init__()
        self._build = build
        self.window = window
        self.store: SettingsStore | None = None
        self.engine: EngineThread | None = None
        self.outputs = Outputs(self)
        self.tray: Tray | None = None
        self.hotkeys = Hotkeys(self)
        self.profiles = ProfileSwitch(self)
        self._settings_watch = SettingsWatch(self)
        self.set_up = SetUp(window, self)
        self._file = file
        self._starts = starts
        self._settings: Settings | None = None
        self._is_ending = False
        modules = (*OUTPUT_MODULES, FIRST_STEPS) if greets else OUTPUT_MODULES
        self._loader = Loader(file, flags, modules, self, profile=profile)
        self._finder = ChoicesFinder(self)
        self._last_resort = QTimer(self)
        self._last_resort.setSingleShot(True)
        self._last_resort.setInterval(round(QUIT_WITHIN * 1000))
        self._connect()

    def begin(self) -> None:
        """Load what the window did not wait for."""
        if not self._is_ending:
            self._loader.start()

    def asked(self, wish: str) -> None:
        """Parley was started again: show the window; with START, listen."""
        self._show_window()
        if wish == START and not self.window.status.is_running:
            self._start()

    def quit(self) -> None:
        """Stop what runs, then leave the event loop; within 5 s whatever happens."""
        if self._is_ending:
            return
        self._is_ending = True
        self.ending.emit()
        self._save_geometry()
        for widget in QApplication.topLevelWidgets():  # a change that comes now must not be painted: windows are going
            widget.setUpdatesEnabled(False)
            widget.hide()
        self.hotkeys.close()
        self.set_up.close()
        self._finder.close()
        self.window.side.close()
        self.outputs.close()
        if self.tray is not None:
            self.tray.close()
        self._loader.requestInterruption()
        self._last_resort.start()
        if self.engine is not None and self.engine.isRunning():
            self.engine.close_engine(QUIT_WITHIN - 0.5)
        else:
            QTimer.singleShot(0, QApplication.quit)  # the event loop may not run yet

    def end(self) -> None:
        """After the event loop: make sure that no thread outlives the application."""
        # An import that is under way cannot be broken off; on a slow machine it takes a while, behind a hidden window.
        is_over = self._loader.wait(3000) and (self.engine is None or self.engine.wait(500))
        if not (is_over and self.set_up.wait(0.5) and self.window.side.wait(2)):
            log.error("a thread did not end in time")
            if self.store is not None:
                self.store.close()
            logging.shutdown()
            os._exit(1)  # a running QThread aborts the process; nothing is left to be saved
        if self.store is not None:
            self.store.close()
        self.window.deleteLater()

    # Loading.

    def _settings_read(self, store: "SettingsStore") -> None:
        if self._is_ending:
            return
        self.store = store
        store.save_in_background(self._unsaved.emit)
        store.subscribe(self._apply)
        self.engine = EngineThread(store.current, self._build, parent=self)
        self.engine.received.connect(self._on_event)
        self.engine.retranslated.connect(self.window.transcript.view.retranslated)
        self.window.transcript.view.corrected.connect(self.engine.translate)
        self.engine.modelsCame.connect(self.set_up.models_came)
        self.engine.modelsBroken.connect(lambda sentence: self.window.notify("model-broken", sentence, "warning"))
        self.engine.failed.connect(self._engine_failed)
        self.engine.finished.connect(self._engine_ended)
        self._apply(store.current)
        self.window.access.provenance = store
        self.profiles.begin(store)
        self._settings_watch.begin(store)
        self.window.side.begin(self.hotkeys, lambda: store.problems, time.time())
        for problem in store.problems:
            self.window.notify("settings", problem, "warning")
        self.engine.start()
        if self._starts:
            self._start()

    def _refused(self, sentence: str) -> None:
        print(sentence, file=sys.stderr)  # noqa: T201
        QApplication.exit(2)

    def _imported(self, module: str) -> None:
        if self._is_ending:
            return
        self.outputs.imported(module)
        if module == FIRST_STEPS and self._settings is not None and not self._starts:
            self.set_up.greet()  # had it to be imported here, it would stop the window for 0.2 s

    # Settings.

    def _set(self, key: str, value: Any) -> None:
        self._change(lambda store: store.set(key, value))

    def _set_all(self, values: dict[str, Any]) -> None:
        self._change(lambda store: store.update(values))

    def _reset(self, key: str) -> None:
        self._change(lambda store: store.reset(key))

    def _change(self, change: "Callable[[SettingsStore], None]") -> None:
        if self.store is None:
            return
        from desktop.settings.store import SettingInvalid

        try:
            change(self.store)
        except SettingInvalid as error:
            self.window.notify("settings", f"{error}.", "warning")
            self.window.apply(self.store.current)

    def _not_saved(self, error: OSError) -> None:
        reason = (error.strerror or "unknown reason").lower()
        message = f"Your change applies, but it cannot be saved ({reason}); check the disk and permissions."
        self.window.notify("save", message, "warning")

    def _apply(self, settings: "Settings") -> None:
        """Settings changed, or are there for the first time."""
        old, self._settings = self._settings, settings
        if old is None or old.window.theme != settings.window.theme:
            theme.apply(settings.window.theme)
        self.window.apply(settings)
        self.set_up.apply(settings)
        if self.engine is not None and old is not None and _engine_part(old) != _engine_part(settings):
            self.engine.update_settings(settings)
        self.outputs.apply(settings)
        self._show_tray(settings.window.tray)
        self.hotkeys.apply(settings.hotkeys.model_dump())
        if old is None or _chooses(old) != _chooses(settings):
            self._finder.look(settings)

    def _show_tray(self, is_wanted: bool) -> None:
        if self.tray is None and is_wanted and Tray.is_available():
            self.tray = tray = Tray(self)
            tray.toggleRequested.connect(self.window.toggle)
            tray.showRequested.connect(self._show_window)
            tray.unlockRequested.connect(self._unlock)
            tray.stopSpeakingRequested.connect(self._stop_speaking)
            tray.modelsRequested.connect(self.set_up.open_models)
            tray.quitRequested.connect(self.quit)
            tray.profileRequested.connect(self.profiles.use)
            self.profiles.shown.connect(tray.show_profiles)
            tray.show_profiles(self.profiles.names, self.profiles.current)
            tray.show_status(self.window.status)
        if self.tray is not None:
            self.tray.set_visible(is_wanted)

    # The engine.

    def _start(self) -> None:
        if self.engine is not None:
            self.window.show_starting()
            self.engine.start_listening()

    def _stop(self) -> None:
        if self.engine is not None:
            self.engine.stop_listening()

    def _stop_speaking(self) -> None:
        if self.engine is not None:
            self.engine.stop_speaking()

    def _on_event(self, event: Any) -> None:
        if self._is_ending:
            return
        self.window.on_event(event)
        self.set_up.on_event(event)
        self.outputs.on_event(event)

    def _remember_first_run(self) -> None:
        """With a settings file, even an empty one, the first steps do not open by themselves."""
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.touch()
        except OSError as error:
            log.warning("the settings file cannot be made: %s", error.strerror)

    def _models_changed(self) -> None:
        """Models came or went: the lists look again, and so does the engine."""
        if self._settings is not None and not self._is_ending:
            self._finder.look(self._settings)
            if self.engine is not None:
                self.engine.look_for_models()

    def _model_installed(self, kind: str, _: str, label: str) -> None:
        if kind == "whisper" and self.window.status.is_running:
            self.window.notify(
                "model-ready", f"{label} is installed; Parley can change to it while it listens.", "info"
            )

    def _engine_failed(self, sentence: str) -> None:
        self.window.show_failed(sentence)

    def _engine_ended(self) -> None:
        if self._is_ending:
            QApplication.quit()

    # Outputs and the desktop.

    def _show_typing(self, status: "TypingStatus") -> None:
        self.window.show_typing(status.message or (f"Into {status.target}" if status.target else ""))

    def _unlock(self, is_unlocked: bool) -> None:
        if self.outputs.overlay is None:
            self.window.notify("subtitles", "Subtitles are off; switch them on to move them.", "info")
            if self.tray is not None:
                self.tray.show_unlocked(False)
            return
        self.outputs.overlay.set_locked(not is_unlocked)

    def _locked_changed(self, is_locked: bool) -> None:
        self.window.show_unlocked(not is_locked)
        if self.tray is not None:
            self.tray.show_unlocked(not is_locked)

    def _show_window(self) -> None:
        self.window.showNormal()
        self.window.raise_()
        self.window.activateWindow()

    def _hotkey(self, name: str) -> None:
        {
            "toggle_listening": self.window.toggle,
            "unlock_subtitles": lambda: self._unlock(True),
            "stop_speaking": self._stop_speaking,
            "next_profile": self._next_profile,
        }[name]()

    def _next_profile(self) -> None:
        name = self.profiles.use_next()
        if self.tray is not None:
            self.tray.tell(f"Profile: {name}.")

    def _status_changed(self, status: Status) -> None:
        if self.tray is not None:
            self.tray.show_status(status)

    def _color_scheme_changed(self) -> None:
        if self._settings is not None and self._settings.window.theme == "system":
            theme.apply("system")

    def _save_geometry(self) -> None:
        if self.store is None or self.window.isMaximized() or self.window.isFullScreen():
            return
        window = self.window  # x and y are those of the frame: that is what `move` places
        geometry = (window.x(), window.y(), window.width(), window.height())
        if geometry != self.store.current.window.geometry:
            self._set("window.geometry", geometry)

    def _connect(self) -> None:
        self._loader.settingsRead.connect(self._settings_read)
        self._loader.refused.connect(self._refused)
        self._loader.imported.connect(self._imported)
        self._last_resort.timeout.connect(QApplication.quit)
        self._finder.found.connect(self.window.set_choices)
        self.outputs.settingChanged.connect(self._set)
        self.outputs.lockedChanged.connect(self._locked_changed)
        self.outputs.typed.connect(self._show_typing)
        self._unsaved.connect(self._not_saved)
        self.crashed.connect(lambda sentence: self.window.notify("internal", sentence, "error"))
        self._settings_watch.failed.connect(lambda sentence: self.window.notify("settings", sentence, "warning"))
        self.hotkeys.pressed.connect(self._hotkey)
        self.hotkeys.failed.connect(lambda sentence: self.window.notify("hotkeys", sentence, "warning"))
        window = self.window
        window.startRequested.connect(self._start)
        window.stopRequested.connect(self._stop)
        window.stopSpeakingRequested.connect(self._stop_speaking)
        window.unlockRequested.connect(self._unlock)
        window.settingChanged.connect(self._set)
        window.settingsChanged.connect(self._set_all)
        window.settingReset.connect(self._reset)
        window.statusChanged.connect(self._status_changed)
        self.profiles.shown.connect(window.side.show_profiles)
        self.profiles.failed.connect(lambda sentence: window.notify("settings", sentence, "warning"))
        window.side.profileChosen.connect(self.profiles.use)
        window.side.profileNamed.connect(self.profiles.save_as)
        window.side.profileRemoved.connect(self.profiles.remove)
        self.set_up.settingChanged.connect(self._set)
        self.set_up.startRequested.connect(window.toggle)
        self.set_up.firstRunLeft.connect(self._remember_first_run)
        self.set_up.settingsWanted.connect(window.access.open_dialog)
        self.set_up.modelsChanged.connect(self._models_changed)
        self.set_up.installed.connect(self._model_installed)
        self.set_up.told.connect(window.notify)
        self.set_up.progressed.connect(window.status_line.downloads.show_overall)
        window.side.modelsWanted.connect(self.set_up.open_models)
        window.side.firstStepsWanted.connect(self.set_up.open_first_run)
        window.closed.connect(self.quit)
        window.quitRequested.connect(self.quit)
        hints = QGuiApplication.styleHints()
        if hints is not None:
            hints.colorSchemeChanged.connect(self._color_scheme_changed)


def _is_first(file: Path) -> bool:
    """Whether Parley was never used with this file of settings."""
    return not file.exists()


def _engine_part(settings: "Settings") -> tuple[Any, ...]:
    return tuple(getattr(settings, group) for group in ENGINE_GROUPS)


def _chooses(settings: "Settings") -> tuple[Any, ...]:
    """What the lists of choices depend on."""
    recognition = settings.recognition
    return (
        (recognition.backend, recognition.model, recognition.language, recognition.languages),
        (settings.translation.backend, settings.translation.target, settings.speech.voice),
    )
