"""The practice window: a text is chosen, read aloud, and its result shown. GUI thread only.

It knows the engine only as what `PracticeRun` asks of it; results are kept by `Keeping`, beside the GUI thread.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PyQt6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.engine.audio.sources.base import Source
from desktop.engine.errors import EngineError
from desktop.messages import text_of
from desktop.practice.text import PracticeText
from desktop.ui.practice.keeping import Keeping
from desktop.ui.practice.marks import counted
from desktop.ui.practice.options_row import OptionsRow
from desktop.ui.practice.reading_page import RUNNING, ReadingPage
from desktop.ui.practice.result_page import ResultPage, lines_with_mistakes
from desktop.ui.practice.run import PracticeRun
from desktop.ui.practice.text_page import TextPage
from desktop.ui.runtime.lookup import Lookup
from desktop.ui.widgets import theme
from desktop.ui.widgets.focus import keeps_focus
from desktop.ui.widgets.layouts.fitting import fit
from desktop.ui.widgets.notifications import Notice, NoticeBar
from desktop.ui.widgets.pickers.picker import Choice
from desktop.ui.widgets.question import Question
from desktop.ui.widgets.window import Window

if TYPE_CHECKING:
    from desktop.engine.events import DevicesChanged
    from desktop.practice.feedback import PracticeResult
    from desktop.settings.declaration import Settings
    from desktop.ui.practice.keeping import Shown
    from desktop.ui.practice.run import Engine


def open_source(source_id: str) -> Source:
    """What a reading hears; a file as fast as it is played, so that the marks can follow. Raises EngineError."""
    from desktop.engine.audio.sources.choose import source_for
    from desktop.engine.audio.sources.file import FileSource

    kind, _, name = source_id.partition(":")
    return FileSource(name, realtime=True) if kind == "file" and name else source_for(source_id)


class PracticeWindow(Window):
    """Choose a text, read it, see how it went."""

    settingChanged = pyqtSignal(str, object)
    listensAlone = pyqtSignal()
    """a reading begins: nothing else should listen"""
    announced = pyqtSignal(str, bool)
    """what a screen reader is to say, and whether at once"""

    def __init__(
        self,
        engine: "Engine",
        keeping: Callable[[], Keeping],
        parent: QWidget | None = None,
        *,
        open_source: Callable[[str], Source] = open_source,
    ) -> None:
        """keeping: what keeps results, as the settings say now; open_source: what is heard, by its id."""
        super().__init__(parent)
        self.setWindowTitle("Practice")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit(self, (860, 720), (400, 420))
        self._engine = engine
        self._keeping = keeping
        self._open_source = open_source
        self._settings: Settings | None = None
        self._source = "microphone:"
        self._text: PracticeText | None = None
        self._result: PracticeResult | None = None
        self._shown: Shown | None = None
        self._lookup = Lookup(self)
        self._lookup.found.connect(self._show_kept)
        self.run: PracticeRun | None = None
        self.options = OptionsRow()
        self.texts = TextPage(self.options)
        self.reading = ReadingPage()
        self.result = ResultPage()
        self.bar = NoticeBar()
        self.pages = QStackedWidget()
        for page in (self.texts, self.reading, self.result):
            self.pages.addWidget(page)
        layout = QVBoxLayout(self.content)
        margin = 4 * theme.STEP
        layout.setContentsMargins(margin, margin, margin, margin)
        layout.setSpacing(2 * theme.STEP)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.bar)
        self._connect()
        self._connect_keys()

    # What comes in.

    def apply(self, settings: "Settings") -> None:
        """Settings changed, or are there for the first time."""
        first = self._settings is None
        self._settings = settings
        self.options.apply(settings)
        self.reading.view.apply(
            hide=settings.practice.hide, size=settings.practice.text_size, moves=not settings.window.reduced_motion
        )
        if first:
            source = settings.audio.source
            self._choose_source("microphone:" if source.startswith("loopback:") else source)

    def set_languages(self, choices: Sequence[Choice]) -> None:
        """Those that can be recognised."""
        self.options.set_languages(choices)

    def set_devices(self, devices: "DevicesChanged") -> None:
        """What can be heard."""
        self.reading.source.set_devices(devices)

    # What the user does.

    def toggle(self) -> None:
        """The one thing to do now: read what is chosen, start, pause, go on, read again."""
        page = self.pages.currentWidget()
        if page is self.texts:
            self.read_chosen()
        elif page is self.result:
            self.read_again()
        elif self.run is None:
            self.start()
        elif self.run.state == "paused":
            self.run.go_on()
        else:
            self.run.pause()

    def read_chosen(self) -> None:
        """Show what is chosen, to be read."""
        text = self.texts.text()
        if text is not None and text.words:
            self.read_text(text)

    def read_text(self, text: PracticeText) -> None:
        """Show a text, to be read."""
        self._end_run()
        self._text, self._result = text, None
        self.reading.show_text(text)
        self._go_to(self.reading)

    def start(self) -> None:
        """Listen to the reader."""
        if self._text is None or self.run is not None:
            return
        self.bar.dismiss()
        try:
            source = self._open_source(self._source)
        except EngineError as error:
            self.notify(text_of(error), "error")
            return
        self.listensAlone.emit()
        self.reading.show_text(self._text)
        self._result = None
        self.run = run = PracticeRun(
            self._engine, source, self._text, self.options.reading_options, self._keeping().keep
        )
        run.stateChanged.connect(self._state_changed)
        run.feedbackChanged.connect(self.reading.show_feedback)
        run.levelChanged.connect(self.reading.source.show_level)
        run.noticed.connect(lambda sentence: self.notify(sentence, "warning"))
        run.failed.connect(lambda sentence: self.notify(sentence, "error"))
        run.finished.connect(self._finished)
        run.start()
        self.reading.view.setFocus()

    def pause(self) -> None:
        """Something else listens."""
        if self.run is not None:
            self.run.pause()

    def finish(self) -> None:
        """The reading is over."""
        if self.run is not None:
            self.run.finish()

    def read_again(self) -> None:
        """The same text from its beginning."""
        if self._text is not None:
            self.read_text(self._text)
            self.start()

    def read_lines(self) -> None:
        """Only the lines with mistakes."""
        if self._text is not None and self._result is not None:
            text = lines_with_mistakes(self._text, self._result)
            if text is not None:
                self.read_text(text)

    def say(self, text: str) -> None:
        """Play a word or a line."""
        if self.run is not None:
            self.run.say(text)
        else:
            self._engine.stop_speaking()
            self._engine.speak(text, self._text.language if self._text is not None else self.options.language)

    def go_back(self) -> None:
        """One page back: from the result to the text, from the text to the choice. A reading ends."""
        if self.pages.currentWidget() is self.result:
            self._go_to(self.reading)
        elif self.pages.currentWidget() is self.reading:
            self._end_run()
            self._go_to(self.texts)

    def escape(self) -> None:
        """Dismiss the notice, silence the voice and pause, go back; at the end close."""
        if not self.bar.isHidden():
            self.bar.dismiss()
        elif self.run is not None and self.run.state in RUNNING:
            self.run.stop_speaking()
            self.run.pause()
        elif self.pages.currentWidget() is not self.texts:
            self._engine.stop_speaking()
            self.go_back()
        else:
            self.close()

    def notify(self, sentence: str, severity: str) -> None:
        """Show a sentence; severity: info, warning or error."""
        self.bar.show_notice(Notice("practice", sentence, severity, datetime.now()))
        self.announced.emit(sentence, severity == "error")

    def focusNextPrevChild(self, next: bool) -> bool:
        return keeps_focus(self) or super().focusNextPrevChild(next)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange and hasattr(self, "pages"):
            for page in (self.texts, self.reading, self.result):
                page.refresh()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self._end_run()
        self.texts.close_lookup()
        self._lookup.close()
        super().closeEvent(event)

    # A reading.

    def _state_changed(self, state: str) -> None:
        self.reading.show_state(state)
        if state not in ("loading", "listening"):
            self.reading.source.meter.clear()
        if state != "listening":  # a microphone would hear it
            self.announced.emit(self.reading.info.full_text(), False)
        if state == "failed":
            self.run = None

    def _finished(self, result: "PracticeResult", shown: "Shown") -> None:
        self.run = None
        self._result = result
        self.reading.show_feedback(result.feedback)
        self.result.show_result(result)
        self._show_kept(shown)
        self._go_to(self.result)
        self.announced.emit(f"Score {round(result.score.total)} of 100: {counted(result.score.counts)}.", False)

    def _show_kept(self, shown: "Shown") -> None:
        self._shown = shown
        self.result.show_history(shown.points, shown.words, shown.note)
        if not shown.name:
            self.result.delete.hide()
        if shown.problem:
            self.notify(shown.problem, "warning")

    def _delete(self) -> None:
        if self._shown is not None and self._shown.name:
            self._forget(self._shown.name)

    def _ask_to_clear(self) -> None:
        question = Question(
            "Delete all results?", "Scores, marks and kept sound of every text are gone then.", "Delete all", self
        )
        question.accepted.connect(lambda: self._forget(""))
        question.open()

    def _forget(self, name: str) -> None:
        text, keeping = self._text, self._keeping()
        if text is not None:
            self._lookup.ask(lambda deliver: deliver(keeping.delete(text, name)))

    def _end_run(self) -> None:
        run, self.run = self.run, None
        if run is not None:
            run.close()
            self.reading.show_state("")
            self.reading.source.meter.clear()

    def _go_to(self, page: QWidget) -> None:
        self.pages.setCurrentWidget(page)
        if page is self.reading:
            self.reading.view.setFocus() if self.run is not None else self.reading.start.setFocus()
        elif page is self.result:
            self.result.again.setFocus()
        else:
            self.texts.lines.setFocus()

    def _text_opened(self) -> None:
        self._end_run()
        self._go_to(self.texts)

    def _choose_source(self, source: str) -> None:
        self._source = source
        self.reading.source.set_source(source)

    def _move_to(self, index: int) -> None:
        if self.run is not None:
            self.run.move_to(index)

    def _connect(self) -> None:
        texts, reading, result = self.texts, self.reading, self.result
        self.options.settingChanged.connect(self.settingChanged)
        texts.startWanted.connect(self.read_chosen)
        texts.problem.connect(lambda sentence: self.notify(sentence, "warning"))
        texts.opened.connect(self._text_opened)
        reading.backWanted.connect(self.go_back)
        reading.toggleWanted.connect(self.toggle)
        reading.endWanted.connect(self.finish)
        reading.resultWanted.connect(lambda: self._go_to(result))
        reading.sayWanted.connect(self.say)
        reading.moveWanted.connect(self._move_to)
        reading.described.connect(lambda words: self.announced.emit(words, True))
        reading.source.chosen.connect(self._choose_source)
        result.againWanted.connect(self.read_again)
        result.textWanted.connect(self.go_back)
        result.linesWanted.connect(self.read_lines)
        result.deleteWanted.connect(self._delete)
        result.clearWanted.connect(self._ask_to_clear)
        result.sayWanted.connect(self.say)

    def _connect_keys(self) -> None:
        texts, reading = self.texts, self.reading
        for keys, do in {
            "Ctrl+Return": self.toggle,
            "Ctrl+Enter": self.toggle,
            "Ctrl+Shift+Return": self.finish,
            "Ctrl+O": texts.ask_file,
            "Ctrl+V": texts.paste_text,
            "Ctrl+R": lambda: self._go_to(self.result) if self._result is not None else None,
            "Ctrl+H": self.options.hiding.open_list,
            "Alt+Left": self.go_back,
            "Esc": self.escape,
            "Ctrl+W": self.close,
        }.items():
            QShortcut(QKeySequence(keys), self).activated.connect(do)
        reading.view.sayWanted.connect(reading.say)
        reading.view.moveWanted.connect(reading.move_here)
