"""Makes the parts of the app and connects them: who gives what to whom. GUI thread.

Settings, engine and outputs come from other threads after the window is shown; the events of the engine go from its
thread to each receiver directly.
"""

import logging
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication

from desktop.app.announcements import Announcements
from desktop.app.background_controls import BackgroundControls
from desktop.app.closing import Closing
from desktop.app.commands import answer
from desktop.app.engine_settings import engine_part, lists_depend_on
from desktop.app.outputs import OUTPUT_MODULES, Outputs
from desktop.app.practice import Practice
from desktop.app.settings_changes import SettingsChanges
from desktop.app.sharing import Sharing
from desktop.app.subtitles_caveat import SubtitlesCaveat
from desktop.system import paths
from desktop.ui.main import window_geometry
from desktop.ui.main.main_window import MainWindow
from desktop.ui.main.model_setup import ModelSetup
from desktop.ui.models.installed_choices import InstalledChoicesLookup
from desktop.ui.runtime.engine_thread import EngineThread, RunsEngine, build_engine
from desktop.ui.runtime.hotkeys import hotkey_text
from desktop.ui.runtime.loader import Loader
from desktop.ui.runtime.profiles.switch import ProfileSwitch
from desktop.ui.runtime.profiles.watch import SettingsWatch
from desktop.ui.transcript.kept import KeptTranscript
from desktop.ui.widgets import theme

if TYPE_CHECKING:
    from desktop.injector.typist import TypingStatus
    from desktop.settings.declaration import Settings
    from desktop.settings.store import SettingsStore

log = logging.getLogger(__name__)

FIRST_STEPS = "desktop.ui.first_run.window"
QUIT_WITHIN = 4.5
"""Seconds the engine has to end."""


class App(QObject):
    """Owns the window, the engine's thread, the outputs and the settings, and connects their signals."""

    crashed = pyqtSignal(str)
    """an exception that nobody caught, on any thread: the sentence for the user"""
    ending = pyqtSignal()
    """nothing can be asked of it any more"""

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
        unsaved: Path | None = None,
    ) -> None:
        """file: where the settings are; flags: settings that are not saved; profile: of settings, used this time;
        starts: listen at once; greets: open the first steps; build: makes the engine, on its thread; unsaved: where
        transcripts are kept that nobody saved, None for the usual place."""
        super().__init__()
        self._build = build
        self.window = window
        self.store: SettingsStore | None = None
        self.engine: EngineThread | None = None
        self.outputs = Outputs(self)
        self.profiles = ProfileSwitch(self)
        self.background = BackgroundControls(self.profiles, self)
        self.model_setup = ModelSetup(window, self)
        self.announcements = Announcements(window, self)
        self.subtitles_caveat = SubtitlesCaveat(window, self)
        self.sharing = Sharing(window, self)
        self.practice = Practice(window, self.announcements.announcer, self)
        self.transcript = KeptTranscript(window.transcript.view, unsaved or paths.unsaved_dir(), self)
        self.closing = Closing(window, lambda: window.status.is_running, lambda: self.transcript.is_at_risk, self)
        self._changes = SettingsChanges(self)
        self._settings_watch = SettingsWatch(self)
        self._file = file
        self._starts = starts
        self._settings: Settings | None = None
        self._rest = ""
        """what was not typed of the last sentence that was given up"""
        self._is_ending = False
        modules = (*OUTPUT_MODULES, FIRST_STEPS) if greets else OUTPUT_MODULES
        self._loader = Loader(file, flags, modules, self, profile=profile)
        self._choices = InstalledChoicesLookup(self)
        self._last_resort = QTimer(self)
        self._last_resort.setSingleShot(True)
        self._last_resort.setInterval(round(QUIT_WITHIN * 1000))
        self._connect()

    def begin(self) -> None:
        """Load what the window did not wait for."""
        if not self._is_ending:
            self._loader.start()

    def asked(self, wish: str) -> str:
        """Do what another process wants, one of `instance.WISHES`, and say as JSON what Parley does then."""
        return answer(self, wish)

    def quit(self) -> None:
        """Stop what runs, then leave the event loop; within 5 s whatever happens."""
        if self._is_ending:
            return
        self._is_ending = True
        self.ending.emit()
        self._save_geometry()
        if self.engine is not None:
            self.engine.received.disconnect(self.window.on_event)
            self.engine.received.disconnect(self.model_setup.on_event)
        self.transcript.close()
        for widget in QApplication.topLevelWidgets():  # a change that comes now must not be painted: windows are going
            widget.setUpdatesEnabled(False)
            widget.hide()
        self.background.close()
        self.model_setup.close()
        self.sharing.close()
        self.subtitles_caveat.close()
        self.practice.close()
        self._choices.close()
        self.window.menu.close()
        self.outputs.close()
        self._loader.requestInterruption()
        self._last_resort.start()
        if self.engine is not None and self.engine.isRunning():
            self.engine.close_engine(QUIT_WITHIN - 0.5)
        else:
            QTimer.singleShot(0, QApplication.quit)  # the event loop may not run yet

    def end(self) -> None:
        """After the event loop: make sure that no thread outlives the application."""
        self.sharing.wait(1)  # those who follow are told
        # An import that is under way cannot be broken off; on a slow machine it takes a while, behind a hidden window.
        is_over = self._loader.wait(3000) and (self.engine is None or self.engine.wait(500))
        is_over = is_over and self.practice.wait(2)
        if not (is_over and self.model_setup.wait(0.5) and self.window.menu.wait(2)):
            log.error("a thread did not end in time")
            if self.store is not None:
                self.store.close()
            logging.shutdown()
            os._exit(1)  # a running QThread aborts the process; nothing is left to be saved
        if self.store is not None:
            self.store.close()
        self.window.deleteLater()

    # What the loader read and imported.

    def _settings_read(self, store: "SettingsStore") -> None:
        if self._is_ending:
            return
        self.store = store
        self._changes.begin(store)
        store.subscribe(self._apply)
        self.engine = EngineThread(store.current, self._build, parent=self)
        self._connect_engine(self.engine)
        self.sharing.begin(self.engine)
        self.practice.begin(self.engine)
        self._apply(store.current)
        self.window.popovers.provenance = store
        self.profiles.begin(store)
        self._settings_watch.begin(store)
        self.window.menu.begin(self.background.hotkeys, lambda: store.problems, time.time())
        for problem in store.problems:
            self.window.notify("settings", problem, "warning")
        self.engine.start()
        if self._starts:
            self.start()

    def _refused(self, sentence: str) -> None:
        print(sentence, file=sys.stderr)  # noqa: T201
        QApplication.exit(2)

    def _imported(self, module: str) -> None:
        if self._is_ending:
            return
        self.outputs.imported(module)
        if module == FIRST_STEPS and self._settings is not None and not self._starts:
            self.model_setup.greet()  # had it to be imported here, it would stop the window for 0.2 s

    # Settings.

    def _apply(self, settings: "Settings") -> None:
        """Settings changed, or are there for the first time."""
        old, self._settings = self._settings, settings
        if old is None or old.window.theme != settings.window.theme:
            theme.apply(settings.window.theme)
        self.window.apply(settings)
        self.model_setup.apply(settings)
        self.sharing.apply(settings)
        self.practice.apply(settings)
        if self.engine is not None and old is not None and engine_part(old) != engine_part(settings):
            self.engine.update_settings(settings)
        self.outputs.apply(settings)
        self.background.apply(settings)
        self.announcements.apply(settings)
        self.subtitles_caveat.apply(settings)
        self.transcript.apply(is_wanted=settings.window.keep_transcript)
        if old is None or lists_depend_on(old) != lists_depend_on(settings):
            self._choices.refresh(settings)

    def _change_refused(self, sentence: str) -> None:
        self.window.notify("settings", sentence, "warning")
        if self._settings is not None:
            self.window.apply(self._settings)

    def _color_scheme_changed(self) -> None:
        if self._settings is not None and self._settings.window.theme == "system":
            theme.apply("system")

    def _save_geometry(self) -> None:
        geometry = window_geometry.current(self.window)
        if self.store is not None and geometry not in (None, self.store.current.window.geometry):
            self._changes.set("window.geometry", geometry)

    def _remember_first_run(self) -> None:
        """With a settings file, even an empty one, the first steps do not open by themselves."""
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.touch()
        except OSError as error:
            log.warning("the settings file cannot be made: %s", error.strerror)

    # The engine.

    def start(self) -> None:
        """Listen to the chosen source."""
        if self.engine is not None:
            self.window.show_starting()
            self.engine.start_listening()

    def stop(self) -> None:
        """Listen no more."""
        if self.engine is not None:
            self.engine.stop_listening()

    def stop_speaking(self) -> None:
        """Silence the voice."""
        if self.engine is not None:
            self.engine.stop_speaking()

    def _models_changed(self) -> None:
        """Models came or went: the lists look again, and so does the engine."""
        if self._settings is not None and not self._is_ending:
            self._choices.refresh(self._settings)
            if self.engine is not None:
                self.engine.look_for_models()

    def _model_installed(self, kind: str, _: str, label: str) -> None:
        if kind == "whisper" and self.window.status.is_running:
            self.window.notify(
                "model-ready", f"{label} is installed; Parley can change to it while it listens.", "info"
            )

    def _engine_ended(self) -> None:
        if self._is_ending:
            QApplication.quit()

    # Outputs and the desktop.

    def _show_typing(self, status: "TypingStatus") -> None:
        self.window.show_typing(status.message or (f"Into {status.target}" if status.target else ""))
        if status.rest and self._settings is not None:
            self._rest = status.rest
            keys = self._settings.hotkeys.type_rest
            how = f"{hotkey_text(keys)} types it here." if keys else "Parley's window copies it."
            self.window.notify("typing-rest", f"The end of a sentence was not typed. {how}", "info")
            if not self.window.isActiveWindow():
                self.background.say(f"The end of a sentence was not typed. {how}")

    def _act(self, action: str) -> None:
        """What the button of a notice asks for and the window cannot do."""
        clipboard = QGuiApplication.clipboard()
        if action == "bring-back":
            self.transcript.bring_back()
        elif action == "copy-rest" and clipboard is not None:
            clipboard.setText(self._rest)

    def unlock(self, is_unlocked: bool) -> None:
        """Let the subtitles be moved, or fix them."""
        if self.outputs.overlay is None:
            self.window.notify("subtitles", "Subtitles are off; switch them on to move them.", "info")
            self.background.show_unlocked(False)
            return
        self.outputs.overlay.set_locked(not is_unlocked)

    def _locked_changed(self, is_locked: bool) -> None:
        self.window.show_unlocked(not is_locked)
        self.background.show_unlocked(not is_locked)

    def show_window(self) -> None:
        """Bring the window to the front."""
        self.window.showNormal()
        self.window.raise_()
        self.window.activateWindow()

    # Who hears of what.

    def _connect(self) -> None:
        window = self.window
        self._loader.settingsRead.connect(self._settings_read)
        self._loader.refused.connect(self._refused)
        self._loader.imported.connect(self._imported)
        self._last_resort.timeout.connect(QApplication.quit)
        self._choices.found.connect(window.set_choices)
        self._choices.found.connect(self.practice.set_choices)
        self.crashed.connect(self._notifies("internal", "error"))
        self._connect_settings()
        window.startRequested.connect(self.start)
        self.practice.listensAlone.connect(self.stop)
        window.stopRequested.connect(self.stop)
        window.stopSpeakingRequested.connect(self.stop_speaking)
        window.unlockRequested.connect(self.unlock)
        window.closed.connect(lambda: self.closing.close_window(self.background.find_tray()))
        window.quitRequested.connect(self.closing.quit)
        window.acted.connect(self._act)
        self.closing.quitting.connect(self.quit)
        self.transcript.found.connect(self._notifies("unsaved", "warning"))
        self.transcript.problem.connect(self._notifies("save", "warning"))
        window.statusChanged.connect(self.background.show_status)
        self.outputs.lockedChanged.connect(self._locked_changed)
        self.outputs.typed.connect(self._show_typing)
        self.background.toggleRequested.connect(window.toggle)
        self.background.showRequested.connect(self.show_window)
        self.background.unlockRequested.connect(self.unlock)
        self.background.stopSpeakingRequested.connect(self.stop_speaking)
        self.background.typeRestRequested.connect(self.outputs.type_rest)
        self.background.modelsRequested.connect(self.model_setup.open_models)
        self.background.sharingRequested.connect(self.sharing.open)
        self.background.practiceRequested.connect(self.practice.open)
        self.sharing.changed.connect(self.background.show_sharing)
        self.background.quitRequested.connect(self.closing.quit)
        self.background.failed.connect(self._notifies("hotkeys", "warning"))
        self.model_setup.startRequested.connect(window.toggle)
        self.model_setup.firstRunLeft.connect(self._remember_first_run)
        self.model_setup.settingsWanted.connect(window.popovers.open_dialog)
        self.model_setup.modelsChanged.connect(self._models_changed)
        self.model_setup.installed.connect(self._model_installed)
        self.model_setup.notified.connect(window.notify)
        self.model_setup.progressed.connect(window.status_line.downloads.show_overall)
        window.menu.modelsWanted.connect(self.model_setup.open_models)
        window.menu.firstStepsWanted.connect(self.model_setup.open_first_run)

    def _connect_settings(self) -> None:
        window, changes = self.window, self._changes
        for part in (window, self.outputs, self.model_setup, self.sharing, self.practice):
            part.settingChanged.connect(changes.set)
        window.settingsChanged.connect(changes.update)
        window.settingReset.connect(changes.reset)
        changes.refused.connect(self._change_refused)
        changes.unsaved.connect(self._notifies("save", "warning"))
        self._settings_watch.failed.connect(self._notifies("settings", "warning"))
        self.profiles.shown.connect(window.show_profiles)
        self.profiles.failed.connect(self._notifies("settings", "warning"))
        window.menu.profileChosen.connect(self.profiles.use)
        window.menu.profileNamed.connect(self.profiles.save_as)
        window.menu.profileRemoved.connect(self.profiles.remove)
        if (hints := QGuiApplication.styleHints()) is not None:
            hints.colorSchemeChanged.connect(self._color_scheme_changed)

    def _connect_engine(self, engine: EngineThread) -> None:
        window = self.window
        engine.received.connect(window.on_event)
        engine.received.connect(self.model_setup.on_event)
        self.outputs.begin(engine)
        engine.retranslated.connect(window.transcript.view.retranslated)
        window.transcript.view.corrected.connect(engine.translate)
        engine.modelsCame.connect(self.model_setup.models_came)
        engine.modelsBroken.connect(self._notifies("model-broken", "warning"))
        engine.failed.connect(window.show_failed)
        engine.finished.connect(self._engine_ended)

    def _notifies(self, code: str, severity: str) -> Callable[[str], None]:
        """A slot that shows its sentence in the window."""
        return lambda sentence: self.window.notify(code, sentence, severity)
