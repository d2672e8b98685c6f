"""The real app with an engine that says lines in many scripts, and each of its windows, lists and menus by name.

GUI thread; needs a QApplication.
"""

import time
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QEvent, QPoint, Qt
from PyQt6.QtGui import QContextMenuEvent
from PyQt6.QtWidgets import QApplication, QFileDialog, QWidget

from desktop.app.wiring import App
from desktop.engine.events import (
    AudioLevel,
    Device,
    DevicesChanged,
    ErrorEvent,
    Event,
    Metrics,
    Severity,
    SourceOpened,
    TranscriptUpdate,
    TranslationUpdate,
)
from desktop.engine.message import verbatim
from desktop.practice.text import PracticeText
from desktop.settings.declaration import Settings
from desktop.settings.values import groups
from desktop.ui.main.main_window import MainWindow
from desktop.ui.practice.window import PracticeWindow
from desktop.ui.widgets import theme
from desktop.ui.widgets.question import Question
from tests.fakes import FakeEngine
from tests.windows.readings import show_reading, show_result, text_of

LINES = (
    ("de", "Die Donaudampfschifffahrtsgesellschaft eröffnet am 1. September eine neue Linie nach Passau.",
     "On 1 September the Danube steamship company opens a new line to Passau."),
    ("ja", "次の会議は木曜日の午後三時から始まりますので、資料を必ず持ってきてください。",
     "The next meeting starts on Thursday at three in the afternoon, so please be sure to bring the papers."),
    ("th", "การประชุมครั้งต่อไปจะเริ่มในวันพฤหัสบดีเวลาบ่ายสามโมง กรุณานำเอกสารมาด้วย",
     "The next meeting starts on Thursday at three; please bring the documents."),
    ("ar", "يبدأ الاجتماع القادم يوم الخميس في الساعة الثالثة، فأحضروا الوثائق معكم من فضلكم.",
     "The next meeting starts on Thursday at three, so please bring the documents with you."),
    ("en", "The number that you have dialled is not in service.",
     "The number that you have dialled is not in service."),
)  # fmt: skip
"""language, what is heard, its translation"""
SETTINGS = """version = 1
[translation]
target = "en"
[recognition]
language = "auto"
"""


class Scene:
    """The app, listening; `open` shows one of its windows."""

    def __init__(self, folder: Path, look: theme.Theme = "light", *, recording: str = "") -> None:
        """folder: for settings and transcripts, empty; look: its colours; recording: where the lines are from, instead
        of a microphone on a computer that is too slow."""
        settings = folder / "settings.toml"
        source = f'[audio]\nsource = "file:{recording}"\n' if recording else ""
        settings.write_text(f'{SETTINGS}{source}[window]\ntheme = "{look}"\n', encoding="utf-8")
        theme.apply(look)
        self.engines: list[FakeEngine] = []
        self._shown = 100
        self.window = MainWindow()
        self.window.show()
        self.app = App(self.window, settings, {}, build=self._build, unsaved=folder / "unsaved")
        self.app.begin()
        self.wait(lambda: bool(self.engines) and "watch_devices" in self.engines[0].calls)
        self.wait(lambda: self.app.outputs.overlay is not None)
        self._say(recording)

    def _build(self, settings: Settings) -> FakeEngine:
        self.engines.append(FakeEngine(settings))
        return self.engines[-1]

    def wait(self, holds: Callable[[], bool], seconds: float = 30) -> None:
        """Until something is so; raises TimeoutError."""
        until = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > until:
                raise TimeoutError
            QApplication.processEvents()
            QApplication.sendPostedEvents()
            time.sleep(0.005)  # noqa: TID251

    def settle(self, seconds: float = 0.12) -> None:
        """Let everything be laid out and drawn."""
        until = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > until)

    def _say(self, recording: str) -> None:
        microphones = (Device("microphone:", "Built-in microphone", True), Device("microphone:usb", "Røde NT-USB"))
        loopbacks = (Device("loopback:", "Speakers", True),)
        outputs = (Device("output:", "Speakers", True), Device("output:head", "Headset"))
        self.app.start()
        events: list[Event] = [DevicesChanged(microphones, loopbacks, outputs)]
        if recording:
            events.append(SourceOpened(f"file:{recording}", 0.0, 60.0))
        for number, (language, heard, translated) in enumerate(LINES):
            is_last = number == len(LINES) - 1
            words, unsure = _in_two(heard) if is_last else (heard, "")
            known, open_end = _in_two(translated) if is_last else (translated, "")
            events += [
                TranscriptUpdate(number, 1, language, words, unsure, (), 4.0 * number, 4.0 * number + 3, not is_last),
                TranslationUpdate(number, 1, language, "en", known, open_end, not is_last),
            ]
        latency = {"partial": 0.6, "final": 1.2, "recognition": 0.4, "translation": 0.2, "speech": 0.3}
        events += [
            AudioLevel(-22.0, -15.0, True),
            Metrics(latency, {}, 0.0, 0, "Whisper base", "Argos Translate", "Piper"),
        ]
        if not recording:
            warning = verbatim("This computer is too slow for Whisper small.")
            events.append(ErrorEvent("recognizer-slow", warning, Severity.WARNING, True))
        self.engines[0].emit(*events)
        self.settle(0.5)

    # The windows.

    def open(self, name: str) -> QWidget:
        """Show one of `names()`, in front; the window itself."""
        before = {one for one in QApplication.topLevelWidgets() if one.isVisible()}
        found = self._openers()[name]()
        self.settle()
        if isinstance(found, QWidget):
            return found
        new = [one for one in QApplication.topLevelWidgets() if one.isVisible() and one not in before]
        return new[-1]

    def names(self) -> tuple[str, ...]:
        """What can be opened."""
        return tuple(self._openers())

    def close_others(self) -> None:
        """Only the main window and the subtitles stay."""
        overlay = self.app.outputs.overlay
        for one in QApplication.topLevelWidgets():
            if one.isVisible() and one not in (self.window, overlay):
                one.close()
        self.app.unlock(False)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def end(self) -> None:
        """The app ends, and its threads."""
        self.app.quit()
        self.wait(lambda: self.app.engine is None or self.app.engine.isFinished())
        self.app.end()

    def _openers(self) -> dict[str, Callable[[], object]]:
        window, menu = self.window, self.window.menu
        setup = self.app.model_setup
        openers: dict[str, Callable[[], object]] = {
            "main": lambda: window,
            "menu": lambda: menu.open_menu(window.status_line.menu),
            "sources": lambda: window.source.open_list(),
            "spoken": lambda: window.languages.source.open_list(),
            "target": lambda: window.languages.target.open_list(),
            "model-list": lambda: window.popovers.open_models(window.status_line.model),
            "card-subtitles": lambda: window.popovers.open_card(window.cards.subtitles),
            "card-typing": lambda: window.popovers.open_card(window.cards.typing),
            "card-voice": lambda: window.popovers.open_card(window.cards.voice),
            "warnings": window.open_notices,
            "shortcuts": window.show_shortcuts,
            "latency": menu.open_latency,
            "share": self.app.sharing.open,
            "models": setup.open_models,
            "practice": self.app.practice.open,
            "practice-reading": lambda: self._practice(show_reading, "de"),
            "practice-reading-ar": lambda: self._practice(show_reading, "ar"),
            "practice-result": lambda: self._practice(show_result, "de"),
            "practice-result-ar": lambda: self._practice(show_result, "ar"),
            "models-import": self._import_menu,
            "transcript-menu": self._transcript_menu,
            "save-transcript": lambda: window.transcript.ask_save(),
            "save-profile": menu.ask_profile_name,
            "remove-profile": lambda: menu.ask_to_remove("Lecture"),
            "question": self._question,
            "overlay-unlocked": self._unlocked,
            "doctor": menu.open_doctor,
        }
        for line in LINES:
            openers[f"overlay-{line[0]}"] = lambda line=line: self._overlay(*line)  # type: ignore[misc]
        for page in groups():
            openers[f"settings-{page}"] = lambda page=page: self._settings(page)  # type: ignore[misc]
        for number, page in enumerate(("languages", "models", "source", "outputs", "ready")):
            openers[f"first-{page}"] = lambda number=number: self._first_run(number)  # type: ignore[misc]
        return openers

    def _settings(self, page: str) -> QWidget:
        dialog = self.window.popovers.open_dialog()
        assert dialog is not None
        dialog.open_page(page)
        return dialog

    def _first_run(self, number: int) -> QWidget:
        window = self.app.model_setup.open_first_run()
        assert window is not None
        window.turn_to(number)
        return window

    def _practice(self, show: Callable[[PracticeWindow, PracticeText], None], language: str) -> QWidget:
        window = self.app.practice.open()
        assert window is not None
        line = next(heard for code, heard, _ in LINES if code == language)
        show(window, text_of(language, line, line))
        return window

    def _import_menu(self) -> None:
        window = self.app.model_setup.open_models()
        assert window is not None
        self.settle()
        window.import_button.click()

    def _transcript_menu(self) -> None:
        view = self.window.transcript.view
        point = QPoint(200, 30)
        viewport = view.viewport()
        assert viewport is not None
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, point, viewport.mapToGlobal(point))
        view.contextMenuEvent(event)

    def _question(self) -> QWidget:
        question = Question("Quit Parley?", "Parley is listening; the transcript is not saved.", "Quit", self.window)
        question.open()
        return question

    def _overlay(self, language: str, heard: str, translated: str) -> QWidget:
        overlay = self.app.outputs.overlay
        assert overlay is not None
        overlay.clear()
        self._shown += 1
        known, open_end = _in_two(heard)
        overlay.on_event(TranscriptUpdate(self._shown, 1, language, known, open_end, (), 0.0, 3.0, False))
        overlay.on_event(TranslationUpdate(self._shown, 1, language, "en", translated, "", False))
        return overlay

    def _unlocked(self) -> QWidget:
        overlay = self.app.outputs.overlay
        assert overlay is not None
        self.app.unlock(True)
        return overlay


def _in_two(text: str) -> tuple[str, str]:
    """What is certain and what is not yet, cut where a word ends."""
    words = text.split(" ")
    cut = len(words) * 2 // 3 or 1
    if len(words) > 1:
        return " ".join(words[:cut]), " " + " ".join(words[cut:])
    return text[: len(text) // 2], text[len(text) // 2 :]


def may_be_resized(window: QWidget) -> bool:
    """By the user, at its edges: not what hangs on a button, nor the subtitles."""
    return window.windowType() in (Qt.WindowType.Window, Qt.WindowType.Dialog) and not isinstance(window, QFileDialog)
