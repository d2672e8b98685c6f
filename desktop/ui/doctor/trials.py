"""What only the user can try: does the microphone hear me, is text typed, does my hotkey work. GUI thread only;
listening and typing have threads of their own."""

import logging
import time
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QRunnable, Qt, QThreadPool, QTimer, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.injector.platforms import NO_HOTKEYS, hears_hotkeys
from desktop.messages import text_of
from desktop.ui.doctor.rows import MARKS, Mark, StateMark
from desktop.ui.runtime import running_threads
from desktop.ui.runtime.hotkeys import Hotkeys, hotkey_text
from desktop.ui.runtime.level_listener import LevelListener
from desktop.ui.widgets import theme
from desktop.ui.widgets.level_meter import LevelMeter

if TYPE_CHECKING:
    from desktop.settings.declaration import Settings

log = logging.getLogger(__name__)

HEARD = -45.0
"""dBFS of a peak that somebody near the microphone makes"""
ARRIVES_WITHIN = 3.0
"""seconds that typed text may take to reach the field"""
PRESS_WITHIN = 10.0
"""seconds to press the hotkey"""

_LISTENING = Mark("Listening…", "progress-clock", "accent")
_TYPING = Mark("Typing…", "progress-clock", "accent")
_WAITING = Mark("Waiting…", "progress-clock", "accent")
_IDLE = Mark("Not tried", "circle-outline", "muted")
_NAMES = {
    "toggle_listening": "Start and Stop",
    "unlock_subtitles": "Unlock subtitles",
    "stop_speaking": "Stop speaking",
    "type_rest": "Type the rest here",
    "next_profile": "Next profile",
}


class Trial(QWidget):
    """A title, a state, a sentence, and what is tried."""

    def __init__(self, title: str, sentence: str) -> None:
        super().__init__()
        self._title = title
        name = QLabel(title)
        name.setFont(theme.font("body", bold=True))
        name.setFixedWidth(132)
        name.setContentsMargins(0, 2, 0, 0)
        self.mark = StateMark()
        self.mark.setFixedWidth(136)
        self._sentence = QLabel(sentence)
        self._sentence.setWordWrap(True)
        self._sentence.setContentsMargins(0, 2, 0, 0)
        self._sentence.setObjectName("muted")
        top = QHBoxLayout()
        top.setSpacing(4 * theme.STEP)
        at_top = Qt.AlignmentFlag.AlignTop
        top.addWidget(name, 0, at_top)
        top.addWidget(self.mark, 0, at_top)
        top.addWidget(self._sentence, 1, at_top)
        self.body = QHBoxLayout()
        self.body.setSpacing(2 * theme.STEP)
        self.body.setContentsMargins(132 + 136 + 8 * theme.STEP, 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2 * theme.STEP, 0, 2 * theme.STEP)
        layout.setSpacing(2 * theme.STEP)
        layout.addLayout(top)
        layout.addLayout(self.body)
        self.say(_IDLE, sentence)

    @property
    def words(self) -> str:
        return self._sentence.text()

    def say(self, mark: Mark, sentence: str) -> None:
        """Show a state and a sentence."""
        self.mark.show_mark(mark)
        self._sentence.setText(sentence)
        self.setAccessibleName(f"{self._title}: {mark.words}. {sentence}")

    def refresh(self) -> None:
        self.mark.refresh()


class MicrophoneTrial(Trial):
    """A live level while the window is open."""

    def __init__(self) -> None:
        super().__init__("Your voice", "The microphone is being opened…")
        self.meter = LevelMeter(count=32)
        self.body.addWidget(self.meter)
        self.body.addStretch(1)
        self._listener: LevelListener | None = None
        self._has_heard = False

    def listen(self, source: str) -> None:
        """Listen to a source from now on. source: `microphone:NAME` or `loopback:NAME`."""
        self.stop()
        self._has_heard = False
        self.say(_LISTENING, "The source is being opened…")
        listener = LevelListener(source)
        listener.opened.connect(self._opened)
        listener.level.connect(self._heard)
        listener.failed.connect(self._failed)
        self._listener = listener
        running_threads.start(listener)

    def stop(self) -> None:
        """Stop listening; returns at once."""
        listener, self._listener = self._listener, None
        if listener is not None:
            for signal in (listener.opened, listener.level, listener.failed):
                signal.disconnect()
            listener.close()
        self.meter.clear()

    def _opened(self, label: str) -> None:
        if not self._has_heard:
            self.say(_LISTENING, f"Say something into {label or 'the microphone'}: the bars must move.")

    def _heard(self, rms: float, peak: float) -> None:
        is_loud = peak >= HEARD
        self.meter.show_level(rms, is_speech=is_loud, is_muted=False)
        if is_loud and not self._has_heard:
            self._has_heard = True
            self.say(MARKS["ok"], "Parley hears you.")

    def _failed(self, sentence: str) -> None:
        self._has_heard = False
        self.meter.clear()
        self.say(MARKS["problem"], sentence)


class TypingTrial(Trial):
    """Parley types a sentence into the field."""

    tried = pyqtSignal(bool)
    """whether the text arrived"""

    def __init__(self) -> None:
        super().__init__("Typing", "Parley types a sentence into this field, as it would into any window.")
        self.field = QLineEdit()
        self.field.setPlaceholderText("Text arrives here")
        self.field.setAccessibleName("Field to type into")
        self.field.setMinimumHeight(30)
        self.field.setTextMargins(theme.STEP, 0, theme.STEP, 0)
        self.button = QPushButton("Type")
        self.button.setObjectName("field")
        self.button.setMinimumHeight(30)
        self.button.setMinimumWidth(80)
        self.button.clicked.connect(self.try_typing)
        self.body.addWidget(self.field, 1)
        self.body.addWidget(self.button)
        self._settings: Settings | None = None
        self._text = ""
        self._began = 0.0
        self._deadline = QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.timeout.connect(self._not_arrived)
        self.field.textChanged.connect(self._look)
        self._work: _TypingWork | None = None

    def apply(self, settings: "Settings") -> None:
        """How to type."""
        self._settings = settings

    def try_typing(self) -> None:
        """Type into the field now."""
        if self._settings is None or self._work is not None:
            return
        from desktop.injector.typing_trial import SENTENCE

        self.field.clear()
        self.activateWindow()
        self.field.setFocus()
        self.button.setEnabled(False)
        self._text, self._began = SENTENCE, time.monotonic()
        self.say(_TYPING, "Parley is typing; do not press a key.")
        work = _TypingWork(self._settings)
        work.told.done.connect(self._typed)
        self._work = work
        pool = QThreadPool.globalInstance()
        assert pool is not None
        pool.start(work)

    def _typed(self, problem: str) -> None:
        self._work = None
        self.button.setEnabled(True)
        if problem:
            self._text = ""
            self.say(MARKS["problem"], problem)
            self.tried.emit(False)
        elif self._text:
            self._deadline.start(round(ARRIVES_WITHIN * 1000))
            self._look()

    def _look(self) -> None:
        """All of it is there."""
        if self._text and self._work is None and self.field.text() == self._text:
            took = time.monotonic() - self._began
            self._deadline.stop()
            self.say(MARKS["ok"], f"All {len(self._text)} characters arrived within {max(took, 0.1):.1f} s.")
            self._text = ""
            self.tried.emit(True)

    def _not_arrived(self) -> None:
        arrived = len(self.field.text())
        wanted, self._text = len(self._text), ""
        sentence = f"{arrived} of {wanted} characters arrived." if arrived else "Nothing arrived."
        self.say(
            MARKS["problem"], f"{sentence} Try another typing method in the settings, and leave the keyboard alone."
        )
        self.tried.emit(False)


class _Told(QObject):
    done = pyqtSignal(str)
    """why nothing was typed; empty if it was"""


class _TypingWork(QRunnable):
    """Types on a pool thread."""

    def __init__(self, settings: "Settings") -> None:
        super().__init__()
        self.told = _Told()
        self._settings = settings
        self.setAutoDelete(False)  # the trial holds it until it has told

    def run(self) -> None:
        from desktop.engine.errors import EngineError
        from desktop.injector.typing_trial import type_sentence

        try:
            type_sentence(self._settings)
        except EngineError as error:
            self.told.done.emit(text_of(error))
        except Exception as error:
            log.exception("typing cannot be tried")
            self.told.done.emit(f"Typing failed ({type(error).__name__}); the log says more.")
        else:
            self.told.done.emit("")


class HotkeyTrial(Trial):
    """Waits for one of the hotkeys that are set; meanwhile they do nothing else."""

    settingsWanted = pyqtSignal()

    def __init__(self, hotkeys: Hotkeys) -> None:
        super().__init__("Hotkey", "")
        self._hotkeys = hotkeys
        self.button = QPushButton()
        self.button.setObjectName("field")
        self.button.setMinimumHeight(30)
        self.button.clicked.connect(self._clicked)
        self.body.addWidget(self.button)
        self.body.addStretch(1)
        self._deadline = QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.setInterval(round(PRESS_WITHIN * 1000))
        self._deadline.timeout.connect(self._nothing_came)
        hotkeys.tried.connect(self._heard)
        self.show_keys()

    def show_keys(self) -> None:
        """Which hotkeys there are to try; call it when the settings have changed."""
        self.stop()
        if not hears_hotkeys():
            self.say(_IDLE, NO_HOTKEYS)
            self.button.setText("Hotkey settings")
        elif not self._hotkeys.keys:
            self.say(_IDLE, "No hotkey is set: choose one, and Start and Stop work from every window.")
            self.button.setText("Set a hotkey")
        elif self._hotkeys.problem or not self._hotkeys.is_listening:
            self.say(MARKS["problem"], self._hotkeys.problem or "Hotkeys are not heard on this desktop.")
            self.button.setText("Hotkey settings")
        else:
            named = ", ".join(
                f"{hotkey_text(keys)} ({_NAMES.get(name, name)})" for name, keys in self._hotkeys.keys.items()
            )
            self.say(_IDLE, f"Set: {named}. Works while another window has the focus, too.")
            self.button.setText("Try it")

    def stop(self) -> None:
        """Hotkeys do their work again."""
        self._deadline.stop()
        self._hotkeys.try_out(False)

    def _clicked(self) -> None:
        is_useless = self._hotkeys.problem or not self._hotkeys.is_listening or not hears_hotkeys()
        if not self._hotkeys.keys or is_useless:
            self.settingsWanted.emit()
            return
        self._hotkeys.try_out(True)
        self._deadline.start()
        named = " or ".join(hotkey_text(keys) for keys in self._hotkeys.keys.values())
        self.say(_WAITING, f"Press {named} now.")

    def _heard(self, name: str) -> None:
        self.stop()
        keys = self._hotkeys.keys.get(name, "")
        self.say(MARKS["ok"], f"{hotkey_text(keys)} was heard: {_NAMES.get(name, name)}.")

    def _nothing_came(self) -> None:
        self.stop()
        self.say(
            MARKS["problem"], "Nothing was heard. Another program may use these keys: choose others in the settings."
        )
