"""Third step: what to listen to, with its level and a test of three seconds by the model that was chosen. GUI thread
only; the source is opened while the page is shown and closed when it is left."""

from typing import TYPE_CHECKING, Literal

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from desktop.engine.events import DevicesChanged
from desktop.ui.first_run.page import Page
from desktop.ui.first_run.source_check import SourceCheck, TrialRecognition, TrialResult
from desktop.ui.models.needed_card import ProgressBar
from desktop.ui.models.tasks import Download, ModelTasks
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.pickers.source_picker import SourcePicker

if TYPE_CHECKING:
    from desktop.engine.events import Event, Samples
    from desktop.settings.declaration import Settings
    from desktop.ui.models.overview import ModelOverview

Phase = Literal["ready", "listening", "understanding", "done"]
_BUTTON: dict[Phase, str] = {
    "ready": "Test for 3 seconds",
    "listening": "Listening…",
    "understanding": "Understanding…",
    "done": "Test again",
}
HEARD = -45.0
"""dBFS of a peak that somebody near the microphone makes"""


class SourcePage(Page):
    """The picker of the main window, a meter that moves at once, and the test."""

    def __init__(self, tasks: ModelTasks) -> None:
        super().__init__(
            "Listen to",
            "What should Parley listen to?",
            "A microphone hears you. “What the computer plays” hears calls, lectures and films. "
            "Everything stays on this computer.",
        )
        self._tasks = tasks
        self._found: ModelOverview | None = None
        self._is_open = False
        self._phase: Phase = "ready"
        self.picker = SourcePicker()
        self.picker.chosen.connect(lambda source: self.settingChanged.emit("audio.source", source))
        self._level = QLabel()
        self._level.setObjectName("muted")
        self._level.setWordWrap(True)
        self.test = QPushButton("Test for 3 seconds")
        self.test.setObjectName("field")
        self.test.setFixedHeight(36)
        self.test.setIconSize(QSize(18, 18))
        self.test.clicked.connect(self._begin_test)
        self._understood = QLabel()
        self._understood.setFont(theme.font("reading"))
        self._understood.setWordWrap(True)
        self._understood.setTextFormat(Qt.TextFormat.PlainText)
        self._by = QLabel()
        self._by.setObjectName("muted")
        self._by.setWordWrap(True)
        self._bar = ProgressBar()
        self._bar.hide()
        card = QFrame()
        card.setObjectName("card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(4 * theme.STEP, 3 * theme.STEP, 4 * theme.STEP, 4 * theme.STEP)
        inside.setSpacing(2 * theme.STEP)
        top = QHBoxLayout()
        heading = QLabel("Try it")
        heading.setFont(theme.font("body", bold=True))
        top.addWidget(heading)
        top.addStretch(1)
        top.addWidget(self.test)
        inside.addLayout(top)
        inside.addWidget(self._understood)
        inside.addWidget(self._by)
        inside.addWidget(self._bar)
        inside.addStretch(1)
        card.setMinimumHeight(152)
        self.content.addWidget(self.picker)
        self.content.addWidget(self._level)
        self.content.addWidget(card)
        self.content.addStretch(1)
        self._listener: SourceCheck | None = None
        self._old: list[SourceCheck] = []
        self._is_shown = False
        self._has_heard = False
        self._understanding = TrialRecognition(self)
        self._understanding.found.connect(self._show_understood)
        tasks.changed.connect(self._show_test)
        self._show_test()
        self.refresh()

    def apply(self, settings: "Settings") -> None:
        before = self.settings
        super().apply(settings)
        self.picker.set_source(settings.audio.source)
        is_other = before is None or before.audio.source != settings.audio.source
        if is_other and self._phase == "understanding":
            self._understanding.forget()  # what was said into the source before
            self._phase = "ready"
        if is_other and self._is_shown:
            self._listen()
        self._show_test()

    def show_found(self, found: "ModelOverview") -> None:
        self._found = found
        self._show_test()

    def on_event(self, event: "Event") -> None:
        if isinstance(event, DevicesChanged):
            self.picker.set_devices(event)

    def entered(self) -> None:
        self._is_shown = True
        self._listen()

    def left(self) -> None:
        self._is_shown = False
        self._stop()

    def refresh(self) -> None:
        self.test.setIcon(icons.icon("microphone-message"))

    def level_words(self) -> str:
        return self._level.text()

    def understood(self) -> str:
        """What the test understood, as it is shown."""
        return self._understood.text()

    def result_words(self) -> str:
        return self._by.text()

    # The level.

    def _listen(self) -> None:
        self._stop()
        if self.settings is None:
            return
        source = self.settings.audio.source
        if source.startswith("file:"):
            self._level.setText("A recording is read when you press Start.")
            return
        self._has_heard = False
        self._level.setText("Opening…")
        listener = SourceCheck(source, self)
        listener.opened.connect(self._opened)
        listener.level.connect(self._show_level)
        listener.failed.connect(self._cannot_listen)
        listener.progressed.connect(self._bar.show_fraction)
        listener.recorded.connect(self._recorded)
        self._listener = listener
        listener.start()

    def _stop(self) -> None:
        """Close the source. Its thread may take a moment and is kept until it has ended."""
        listener, self._listener = self._listener, None
        self.picker.meter.clear()
        self._bar.hide()
        self._is_open = False
        if self._phase == "listening":
            self._phase = "ready"
        self._show_test()
        if listener is not None:
            told = (listener.opened, listener.level, listener.failed, listener.progressed, listener.recorded)
            for signal in told:
                signal.disconnect()
            listener.close()
            self._old.append(listener)
            listener.finished.connect(lambda: self._forget(listener))

    def _forget(self, listener: SourceCheck) -> None:
        self._old.remove(listener)
        listener.deleteLater()

    def end(self) -> None:
        """The answer of a running test is not waited for."""
        self._understanding.close()

    def wait(self, seconds: float) -> bool:
        """Whether every source is closed within that time."""
        return all(listener.wait(round(seconds * 1000)) for listener in self._old)

    def _opened(self, _: str) -> None:
        is_microphone = self.settings is not None and self.settings.audio.source.startswith("microphone:")
        self._is_open = True
        self._show_test()
        self._level.setText(
            "Say something: the bars should move." if is_microphone else "Play something: the bars should move."
        )

    def _show_level(self, rms: float, peak: float) -> None:
        self.picker.meter.show_level(rms, is_speech=peak > HEARD, is_muted=False)
        if peak > HEARD and not self._has_heard:
            self._has_heard = True
            self._level.setText("Parley hears you.")

    def _cannot_listen(self, sentence: str) -> None:
        self._level.setText(sentence)
        self._is_open = False
        if self._phase == "listening":
            self._phase = "ready"
        self._show_test()

    # The test.

    def _begin_test(self) -> None:
        # The button stays enabled during a test: disabling it would hand the focus to another one.
        if self._listener is None or not self._is_open or self._phase in ("listening", "understanding"):
            return
        self._phase = "listening"
        self._say("", "Speak now.")
        self._bar.show_fraction(0.0)
        self._bar.show()
        self._listener.begin_test()
        self._show_test()

    def _recorded(self, samples: "Samples") -> None:
        self._bar.hide()
        self._phase = "understanding"
        self._say("", "One moment.")
        self._show_test()
        if self.settings is not None:
            self._understanding.begin(samples, self.settings)

    def _show_understood(self, answer: TrialResult) -> None:
        if answer.problem:
            self._say("", answer.problem)
        elif answer.text:
            is_phrasebook = self._found is not None and self._found.only_phrasebook and not self._is_basic()
            why = " It knows a phrasebook only: real speech comes out wrong." if is_phrasebook else ""
            self._say(f"“{answer.text}”", f"That is what {answer.recogniser} understood.{why}")
        else:
            self._say("", "Nothing was understood. Speak closer to the microphone, or choose another source.")
        self._phase = "done"
        self._show_test()

    def _is_basic(self) -> bool:
        return self.settings is not None and self.settings.recognition.backend == "pocketsphinx"

    def _awaited(self) -> Download | None:
        """The download without which there is no real recogniser for a test."""
        if self._is_basic() or (self._found is not None and self._found.has_real_recogniser):
            return None
        return next(
            (download for download in self._tasks.downloads() if download.key[0] == "whisper" and download.is_active),
            None,
        )

    def _show_test(self) -> None:
        """The button and, while there is no result, the sentence below it."""
        awaited = self._awaited()
        self.test.setText(_BUTTON[self._phase])
        can_test = self._is_open and awaited is None
        if not can_test and self.test.hasFocus():
            self.picker.setFocus()
        self.test.setEnabled(can_test)
        if self._phase == "ready":
            self._say("", test_words(awaited, self._found, is_basic=self._is_basic()))

    def _say(self, understood: str, by: str) -> None:
        self._understood.setText(understood)
        self._understood.setVisible(bool(understood))
        self._by.setText(by)


def test_words(awaited: Download | None, found: "ModelOverview | None", *, is_basic: bool) -> str:
    """What is said before a test. awaited: the download of the model that the test needs. Pure."""
    if awaited is not None:
        return (
            f"{awaited.label} is still being fetched; the test works when it is here. "
            "You can go on meanwhile and come back."
        )
    what = "Press the button and say a sentence. Parley shows what it understood."
    if found is not None and found.only_phrasebook and not is_basic:
        return f"{what} Only a phrasebook is installed: real speech comes out wrong until a model is fetched."
    return what
