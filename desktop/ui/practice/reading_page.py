"""Where a text is read: the source, the large text, what each mark means, playing a word or a line. GUI thread only."""

from typing import Literal

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from desktop.practice.feedback import PassageFeedback
from desktop.practice.text import PracticeText
from desktop.ui.practice.buttons import field_button
from desktop.ui.practice.mark_painting import legend
from desktop.ui.practice.reading_view import ReadingView
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.layouts.elided_label import ElidedLabel
from desktop.ui.widgets.layouts.flow import Flow
from desktop.ui.widgets.pickers.source_picker import SourcePicker

_STATES = {
    "": "Press Start and read aloud.",
    "loading": "Loading the model…",
    "listening": "Listening",
    "paused": "Paused",
    "finishing": "Finishing…",
    "checking": "Looking at the whole reading…",
    "done": "Done",
    "failed": "Failed",
}
RUNNING = ("loading", "listening", "paused")
_BUSY = ("finishing", "checking")
_TALL = 480
"""pixels from which on there is room for what the marks mean; below, the text needs it"""
Spoken = Literal["word", "line"]


class ReadingPage(QWidget):
    """Shows a reading; what the user wants leaves as signals."""

    backWanted = pyqtSignal()
    toggleWanted = pyqtSignal()
    """start, pause or go on"""
    endWanted = pyqtSignal()
    resultWanted = pyqtSignal()
    sayWanted = pyqtSignal(str)
    moveWanted = pyqtSignal(int)
    """go on reading at this word"""
    described = pyqtSignal(str)
    """the word that the user went to, in words"""

    def __init__(self) -> None:
        super().__init__()
        self.state = ""
        self.back = QToolButton()
        self.back.setIcon(icons.icon("arrow-left"))
        self.back.setAccessibleName("Back to the texts")
        self.back.setToolTip("Back to the texts (Alt+Left)")
        self.back.setFixedSize(36, 36)
        self.back.clicked.connect(self.backWanted)
        self.title = ElidedLabel()
        self.title.setFont(theme.font("body", bold=True))
        self.source = SourcePicker()
        self.source.setMinimumWidth(210)
        self.source.setMaximumWidth(300)
        self.start = QPushButton()
        self.start.setObjectName("primary")
        self.start.setFont(theme.font("body", bold=True))
        self.start.setFixedHeight(36)
        self.start.setMinimumWidth(96)
        self.start.clicked.connect(self.toggleWanted)
        self.end = field_button("flag-checkered", "End", "Ctrl+Shift+Return")
        self.end.clicked.connect(self.endWanted)
        self.result = field_button("chart-line", "Result", "Ctrl+R")
        self.result.clicked.connect(self.resultWanted)
        self.view = ReadingView()
        self.view.wordChosen.connect(self._chosen)
        self.info = ElidedLabel()
        self.info.setObjectName("muted")
        self.word = field_button("volume-high", "Play word", "Space")
        self.word.clicked.connect(lambda: self.say("word"))
        self.line = field_button("playlist-play", "Play line", "Shift+Space")
        self.line.clicked.connect(lambda: self.say("line"))
        self.here = field_button("map-marker-outline", "Read from here", "Return")
        self.here.clicked.connect(self.move_here)
        self.legend = legend()
        self._lay_out()
        self.show_state("")

    def show_text(self, text: PracticeText) -> None:
        """Another text, or the same from its beginning."""
        self.title.setText(text.title)
        self.view.show_text(text)
        self.result.hide()
        self.show_state("")

    def show_feedback(self, feedback: PassageFeedback) -> None:
        """How it has been read so far."""
        self.view.show_feedback(feedback)
        if self.state == "listening":
            self._show_progress()

    def show_state(self, state: str) -> None:
        """What the reading does, as `PracticeRun` says it; empty: nothing yet."""
        self.state = state
        is_running = state in RUNNING
        words = {"loading": "Pause", "listening": "Pause", "paused": "Go on"}.get(state, "Start")
        if state in ("done", "failed"):
            words = "Read again"
        self.start.setText(words)
        self.start.setIcon(icons.icon("pause" if words == "Pause" else "play", "text" if is_running else "on_accent"))
        self.start.setToolTip(f"{words} (Ctrl+Return)")
        self.start.setEnabled(state not in _BUSY)
        if self.start.property("running") != is_running:
            self.start.setProperty("running", is_running)
            style = self.start.style()
            if style is not None:
                style.polish(self.start)
        self.end.setVisible(is_running)
        self.source.setEnabled(not is_running and state not in _BUSY)
        self.here.setEnabled(is_running)
        self.result.setVisible(state == "done")
        self.view.expect(is_running)
        self.say_info(_STATES[state])
        if state == "listening":
            self._show_progress()

    def say_info(self, words: str) -> None:
        """One line below the text."""
        self.info.setText(words)

    def say(self, what: Spoken) -> None:
        """Play the word that was chosen, or its line."""
        text, index = self.view.text_shown, self._at()
        if index is not None:
            word = text.words[index]
            self.sayWanted.emit(word.text if what == "word" else text.lines[word.line].text)

    def move_here(self) -> None:
        """Go on reading at the word that was chosen."""
        index = self._at()
        if index is not None and self.here.isEnabled():
            self.moveWanted.emit(index)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self.legend.setVisible(self.height() >= _TALL)

    def refresh(self) -> None:
        """The look changed."""
        self.view.refresh()

    def _at(self) -> int | None:
        """The word that was chosen, else the one that is expected."""
        count = len(self.view.text_shown.words)
        if not count:
            return None
        return min(self.view.selected if self.view.selected is not None else self.view.position, count - 1)

    def _chosen(self, index: int) -> None:
        words = self.view.describe(index)
        self.say_info(words)
        self.described.emit(words)

    def _show_progress(self) -> None:
        count = len(self.view.text_shown.words)
        self.say_info(f"Listening · word {min(self.view.position + 1, count)} of {count}")

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(2 * theme.STEP)
        top.addWidget(self.back)
        top.addWidget(self.title, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * theme.STEP)
        layout.addLayout(top)
        layout.addWidget(Flow(self.source, self.start, self.end, self.result))
        layout.addWidget(self.view, 1)
        layout.addWidget(self.info)
        layout.addWidget(self.legend)
        layout.addWidget(Flow(self.word, self.line, self.here))
        self.setFocusProxy(self.start)
        for button in (self.word, self.line, self.here):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard at the word
