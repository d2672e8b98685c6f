"""First step: what to listen to, with its level and a test of three seconds. GUI thread only; the source is opened
while the page is shown and closed when it is left."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from desktop.ui import icons, theme
from desktop.ui.first_run_page import Page
from desktop.ui.needed_card import ProgressBar
from desktop.ui.source_picker import SourcePicker
from desktop.ui.source_test import SourceTest, Understanding

if TYPE_CHECKING:
    from desktop.engine.events import Event, Samples
    from desktop.settings import Settings

STARTER = "Starter"
"""how the names of models begin that ship with Parley"""
HEARD = -45.0
"""dBFS of a peak that somebody near the microphone makes"""


class SourcePage(Page):
    """The picker of the main window, a meter that moves at once, and the test."""

    def __init__(self) -> None:
        super().__init__(
            "Listen to",
            "What should Parley listen to?",
            "A microphone hears you. “What the computer plays” hears calls, lectures and films. "
            "Everything stays on this computer.",
        )
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
        self._listener: SourceTest | None = None
        self._old: list[SourceTest] = []
        self._is_shown = False
        self._has_heard = False
        self._understanding = Understanding(self)
        self._understanding.done.connect(self._show_understood)
        self._understanding.failed.connect(self._show_failed)
        self._say("", "Press the button and say a sentence. Parley shows what it understood.")
        self.refresh()

    def apply(self, settings: "Settings") -> None:
        before = self.settings
        super().apply(settings)
        self.picker.set_source(settings.audio.source)
        if self._is_shown and (before is None or before.audio.source != settings.audio.source):
            self._listen()

    def on_event(self, event: "Event") -> None:
        if type(event).__name__ == "DevicesChanged":
            self.picker.set_devices(event)  # type: ignore[arg-type]

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
            self.test.setEnabled(False)
            return
        self._has_heard = False
        self._level.setText("Opening…")
        listener = SourceTest(source, self)
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
        if listener is not None:
            told = (listener.opened, listener.level, listener.failed, listener.progressed, listener.recorded)
            for signal in told:
                signal.disconnect()
            listener.close()
            self._old.append(listener)
            listener.finished.connect(lambda: self._forget(listener))

    def _forget(self, listener: SourceTest) -> None:
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
        self.test.setEnabled(True)
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
        self.test.setEnabled(False)

    # The test.

    def _begin_test(self) -> None:
        if self._listener is None:
            return
        self.test.setEnabled(False)
        self.test.setText("Listening…")
        self._say("", "Speak now.")
        self._bar.show_fraction(0.0)
        self._bar.show()
        self._listener.begin_test()

    def _recorded(self, samples: "Samples") -> None:
        self._bar.hide()
        self.test.setText("Understanding…")
        self._say("", "One moment.")
        if self.settings is not None:
            self._understanding.begin(samples, self.settings)

    def _show_understood(self, text: str, recogniser: str) -> None:
        if text:
            better = " Better models come in a later step." if recogniser.startswith(STARTER) else ""
            self._say(f"“{text}”", f"That is what {recogniser} understood.{better}")
        else:
            self._say("", "Nothing was understood. Speak closer to the microphone, or choose another source.")
        self._end_test()

    def _show_failed(self, sentence: str) -> None:
        self._say("", sentence)
        self._end_test()

    def _end_test(self) -> None:
        self.test.setText("Test again")
        self.test.setEnabled(self._listener is not None)

    def _say(self, understood: str, by: str) -> None:
        self._understood.setText(understood)
        self._understood.setVisible(bool(understood))
        self._by.setText(by)
