"""The main window: what to listen to, in which languages, the three outputs, the transcript, the status line.

GUI thread only. It knows widgets and settings, not the engine: what the user wants leaves as signals, what
happens comes in through `on_event`. It is built before the settings are read, so that it is on screen at once.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QEvent, pyqtSignal
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout

from desktop.messages import text_of
from desktop.ui.main import output_summaries
from desktop.ui.main.actions import act, shortcut_actions
from desktop.ui.main.language_pair import LanguagePair
from desktop.ui.main.menu import MainMenu
from desktop.ui.main.shortcuts import ShortcutList, connect_shortcuts
from desktop.ui.main.status import Status
from desktop.ui.main.status_line import StatusLine
from desktop.ui.settings.popovers import SettingsPopovers
from desktop.ui.transcript.panel import TranscriptPanel
from desktop.ui.widgets import icons, notifications, theme
from desktop.ui.widgets.focus import keeps_focus
from desktop.ui.widgets.layouts.fitting import fit
from desktop.ui.widgets.notifications import Notice, NoticeList
from desktop.ui.widgets.output_cards import OutputCards
from desktop.ui.widgets.pickers.popover import Popover
from desktop.ui.widgets.pickers.source_picker import SourcePicker
from desktop.ui.widgets.window import Window

if TYPE_CHECKING:
    from desktop.engine import events
    from desktop.settings.declaration import Settings
    from desktop.ui.models.installed_choices import InstalledChoices

SMALLEST = (440, 356)
USUAL = (960, 640)


class MainWindow(Window):
    """The main window: source, languages, output switches, transcript, status line."""

    startRequested = pyqtSignal()
    stopRequested = pyqtSignal()
    stopSpeakingRequested = pyqtSignal()
    unlockRequested = pyqtSignal(bool)
    """move the subtitles (True) or fix them (False)"""
    settingChanged = pyqtSignal(str, object)
    settingsChanged = pyqtSignal(dict)
    """several settings at once: key -> value"""
    settingReset = pyqtSignal(str)
    statusChanged = pyqtSignal(object)
    """the new Status"""
    noticed = pyqtSignal(object)
    """a Notice that is new, or came again"""
    closed = pyqtSignal()
    """the user wants it closed; it stays until it is hidden"""
    quitRequested = pyqtSignal()
    acted = pyqtSignal(str)
    """the button of a notice asks for what the window cannot do itself"""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Parley")
        self.setWindowIcon(icons.app_icon())
        fit(self, USUAL, SMALLEST)
        self.settings: Settings | None = None
        self.status = Status()
        self._is_status_shown = False
        self.caveat = ""
        self.notices: tuple[Notice, ...] = ()
        self._typing_message = ""
        self.is_unlocked = False
        self.source = SourcePicker()
        self.languages = LanguagePair()
        self.start = QPushButton("Start")
        self.start.setObjectName("primary")
        self.start.setFont(theme.font("body", bold=True))
        self.start.setFixedHeight(36)
        self.start.setMinimumWidth(88)
        self.cards = OutputCards()
        self.transcript = TranscriptPanel()
        self.status_line = StatusLine()
        self._lay_out()
        self.popovers = SettingsPopovers(self)
        self.menu = MainMenu(self)
        self._connect()
        self._show_status(self.status)
        for widget in (self.source, self.languages, self.cards, self.start):
            widget.setEnabled(False)

    # What comes in.

    def apply(self, settings: "Settings") -> None:
        """Show these settings."""
        first = self.settings is None
        self.settings = settings
        if first:
            for widget in (self.source, self.languages, self.cards, self.start):
                widget.setEnabled(True)
            self.start.setFocus()
        self.source.set_source(settings.audio.source)
        self.languages.set_languages(settings.recognition.language, settings.translation.target)
        self._show_cards()
        self._show_model()
        self.popovers.show_settings(settings)
        self.menu.apply(settings)

    def set_choices(self, choices: "InstalledChoices") -> None:
        """Offer what this machine has."""
        self.popovers.show_machine(choices)
        self.languages.set_choices(choices.sources, choices.targets)
        self._show_phrasebook(choices.is_phrasebook)
        self._show_cards()
        self._show_model()
        for problem in choices.problems:
            self.notify("model-broken", problem, "warning")

    def on_event(self, event: "events.Event") -> None:
        """An event of the engine."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)
        self.menu.on_event(event)

    def show_starting(self) -> None:
        """Start was pressed; the engine has not answered yet."""
        if not self.status.is_running:
            self._show_status(Status("loading"))

    def show_failed(self, sentence: str) -> None:
        """The engine is gone."""
        self._show_status(Status("failed", failed=sentence))
        self.notify("internal", sentence, "error")

    def show_typing(self, message: str) -> None:
        """What voice typing does: one line."""
        self._typing_message = message
        self._show_cards()

    def show_unlocked(self, is_unlocked: bool) -> None:
        """Whether the subtitles can be moved now."""
        self.is_unlocked = is_unlocked
        self._show_cards()

    def show_caveat(self, caveat: str) -> None:
        """What subtitles cannot do on this desktop."""
        self.caveat = caveat
        self.cards.subtitles.setToolTip(caveat)
        self._show_cards()

    def show_profiles(self, names: tuple[str, ...], current: str) -> None:
        """names: what can be chosen, first the one that is no profile; current: the one in use."""
        self.menu.show_profiles(names, current)
        self.status_line.set_profile(current if current in names[1:] else "")

    def notify(self, code: str, message: str, severity: str) -> None:
        """Show a sentence; severity: info, warning or error."""
        self._add_notice(Notice(code, message, severity, datetime.now()))

    def toggle(self) -> None:
        """Start, or stop."""
        if not self.start.isEnabled():
            return
        if self.status.is_running:
            self.stopRequested.emit()
        else:
            self.status_line.bar.dismiss()
            self.startRequested.emit()

    # Events of the engine.

    @cached_property
    def _handlers(self) -> "dict[type, Callable[[Any], None]]":
        """By class of event. Made with the first one: until then the window does without the module of their classes,
        which takes longer to import than all of its own."""
        from desktop.engine import events

        return {
            events.TranscriptUpdate: self._on_transcript,
            events.TranslationUpdate: self._on_translation,
            events.StateChanged: self._on_state,
            events.SourceOpened: self._on_source,
            events.AudioLevel: self._on_level,
            events.Metrics: self._on_metrics,
            events.ModelProgress: self._on_progress,
            events.ErrorEvent: self._on_error,
            events.DevicesChanged: self._on_devices,
        }

    def _on_transcript(self, event: "events.TranscriptUpdate") -> None:
        self.transcript.view.heard(event)
        self._show_status(self.status.after_heard(event))

    def _on_source(self, event: "events.SourceOpened") -> None:
        self.transcript.view.show_source(event)
        self._show_status(self.status.after_source(event))

    def _on_translation(self, event: "events.TranslationUpdate") -> None:
        self.transcript.view.translated(event)

    def _on_state(self, event: "events.StateChanged") -> None:
        self._show_status(self.status.after_state(event))
        if not self.status.is_running:
            self.source.meter.clear()

    def _on_level(self, event: "events.AudioLevel") -> None:
        if self.status.is_running:
            self.source.show_level(event)

    def _on_metrics(self, event: "events.Metrics") -> None:
        self.status_line.show_metrics(event)
        self._show_status(self.status.after_metrics(event))

    def _on_progress(self, event: "events.ModelProgress") -> None:
        self._show_status(self.status.after_progress(event))

    def _on_error(self, event: "events.ErrorEvent") -> None:
        is_fatal = event.severity == "error" and not event.recoverable
        self._show_status(self.status.after_error(event.code, text_of(event), is_fatal=is_fatal))
        self._add_notice(notifications.notice_of(event, datetime.now()))

    def _on_devices(self, event: "events.DevicesChanged") -> None:
        self.source.set_devices(event)
        self.popovers.devices = event
        self._show_cards()

    # What is shown.

    def _show_status(self, status: Status) -> None:
        if status == self.status and self._is_status_shown:
            return
        self.status, self._is_status_shown = status, True
        self.status_line.show_status(status)
        self.transcript.view.show_state(status.state)
        is_running = status.is_running
        self.start.setText("Stop" if is_running else "Stopping" if status.state == "stopping" else "Start")
        self.start.setIcon(icons.icon("stop" if is_running else "play", "text" if is_running else "on_accent"))
        self.start.setToolTip(f"{'Stop' if is_running else 'Start'} (Ctrl+Return)")
        if self.settings is not None:
            self.start.setEnabled(status.state != "stopping")
        if self.start.property("running") != is_running:
            self.start.setProperty("running", is_running)
            style = self.start.style()
            if style is not None:
                style.polish(self.start)
        self.statusChanged.emit(status)

    def _show_cards(self) -> None:
        settings = self.settings
        if settings is None:
            return
        popovers = self.popovers
        voice = output_summaries.voice(
            settings, popovers.voice_label(settings.speech.voice), popovers.output_label(settings.speech.output)
        )
        self.cards.subtitles.show_state(
            settings.subtitles.enabled,
            output_summaries.subtitles(settings, is_unlocked=self.is_unlocked, caveat=self.caveat),
        )
        self.cards.typing.show_state(settings.typing.enabled, output_summaries.typing(settings, self._typing_message))
        self.cards.voice.show_state(settings.speech.enabled, voice)

    def _show_model(self) -> None:
        if self.settings is not None and not self.status.is_running:
            self.status_line.set_model(self.popovers.model_label(self.settings.recognition.model), "")

    def _show_phrasebook(self, is_phrasebook: bool) -> None:
        """Say before the first word that there is no real recogniser, and take it back once there is one."""
        self.transcript.show_phrasebook(is_phrasebook)
        if is_phrasebook:
            self.notify("phrasebook", notifications.PHRASEBOOK, "warning")
        elif self.status_line.bar.notice is not None and self.status_line.bar.notice.code == "phrasebook":
            self.status_line.bar.dismiss()

    def _add_notice(self, notice: Notice) -> None:
        if notifications.is_known(self.notices, notice):
            return
        self.notices = notifications.added(self.notices, notice)
        self.noticed.emit(self.notices[0])
        self.status_line.set_warnings(sum(one.severity != "info" for one in self.notices))
        if notifications.may_take_the_bar(notice, self.status_line.bar.notice):
            self.status_line.bar.show_notice(self.notices[0])

    # What the user does.

    def act(self, action: str) -> None:
        """Do what the button of a notice or of a finding says."""
        act(self, action)

    def open_notices(self) -> None:
        """Every notice of this run."""
        content = NoticeList(self.notices)
        content.acted.connect(self.act)
        Popover("Warnings", content, self.status_line.warnings).open()

    def _swapped(self, source: str, target: str) -> None:
        self.settingChanged.emit("recognition.language", source)
        self.settingChanged.emit("translation.target", target)

    def escape(self) -> None:
        """Dismiss the notice, or silence the voice."""
        if not self.status_line.bar.isHidden():
            self.status_line.bar.dismiss()
        else:
            self.stopSpeakingRequested.emit()

    def show_shortcuts(self) -> None:
        """Every shortcut of the window."""
        Popover("Keyboard shortcuts", ShortcutList(), self.status_line.menu).open()

    def focusNextPrevChild(self, next: bool) -> bool:
        return keeps_focus(self) or super().focusNextPrevChild(next)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange and hasattr(self, "popovers"):
            for card in self.cards.cards:
                card.refresh()
            self.status_line.refresh()
            self.transcript.refresh()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        assert event is not None
        event.ignore()
        self.closed.emit()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(3 * theme.STEP)
        top.addWidget(self.source, 4)
        top.addWidget(self.languages, 5)
        top.addWidget(self.start)
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(4 * theme.STEP, 4 * theme.STEP, 4 * theme.STEP, 2 * theme.STEP)
        layout.setSpacing(3 * theme.STEP)
        layout.addLayout(top)
        layout.addWidget(self.cards)
        layout.addWidget(self.transcript, 1)
        layout.addWidget(self.status_line)

    def _connect(self) -> None:
        self.popovers.settingChanged.connect(self.settingChanged)
        self.popovers.settingsChanged.connect(self.settingsChanged)
        self.popovers.settingReset.connect(self.settingReset)
        self.popovers.unlockRequested.connect(self.unlockRequested)
        self.popovers.stopSpeakingRequested.connect(self.stopSpeakingRequested)
        self.popovers.modelsWanted.connect(self.menu.modelsWanted)
        self.menu.settingsWanted.connect(self.popovers.open_dialog)
        self.menu.shortcutsWanted.connect(self.show_shortcuts)
        self.menu.acted.connect(self.act)
        self.start.clicked.connect(self.toggle)
        self.source.chosen.connect(lambda value: self.settingChanged.emit("audio.source", value))
        self.languages.sourceChosen.connect(lambda value: self.settingChanged.emit("recognition.language", value))
        self.languages.targetChosen.connect(lambda value: self.settingChanged.emit("translation.target", value))
        self.languages.swapped.connect(self._swapped)
        for card, key in zip(self.cards.cards, ("subtitles", "typing", "speech"), strict=True):
            card.toggled.connect(lambda is_on, key=key: self.settingChanged.emit(f"{key}.enabled", is_on))
            card.settingsWanted.connect(lambda card=card: self.popovers.open_card(card))
        line = self.status_line
        line.modelWanted.connect(lambda: self.popovers.open_models(line.model))
        line.warningsWanted.connect(self.open_notices)
        line.menuWanted.connect(lambda: self.menu.open_menu(line.menu))
        line.latencyWanted.connect(self.menu.open_latency)
        line.sent_to.clicked.connect(self.popovers.open_elsewhere)
        line.downloads.clicked.connect(lambda: self.menu.modelsWanted.emit(""))
        line.bar.acted.connect(self.act)
        self.transcript.problem.connect(lambda text: self.notify("save", text, "warning"))
        self.transcript.view.cleared.connect(lambda: self.notify("cleared", "The transcript was cleared.", "info"))
        connect_shortcuts(self, shortcut_actions(self))
