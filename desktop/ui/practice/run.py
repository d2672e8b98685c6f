"""One reading: the source is heard by a session of its own, the marks follow, at the end the whole is looked at again.

GUI thread, with a thread of its own for what takes longer than a frame: following the reader, and the end. It moves
what comes from the engine into `Reading`, which decides.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from desktop.engine.audio.sources.base import Source
from desktop.engine.errors import EngineError
from desktop.engine.events import AudioLevel, ErrorEvent, Event, Severity, State, StateChanged, TranscriptUpdate
from desktop.engine.live.side_session import SideSession
from desktop.engine.options import SessionOptions
from desktop.messages import text_of
from desktop.practice.feedback import PassageFeedback, PracticeResult
from desktop.practice.matching.similarity import Sounds
from desktop.practice.options import ReadingOptions
from desktop.practice.reading import Reading
from desktop.practice.text import PracticeText
from desktop.ui.practice.recording import Recording

log = logging.getLogger(__name__)

STATES = ("loading", "listening", "paused", "finishing", "checking", "done", "failed")
"""finishing: what was heard is being recognised; checking: the whole is looked at again"""
AFTER_END = 2500
"""milliseconds after the last word until a reading ends by itself"""
_BROKEN = "The reading cannot be followed"
_LOOK = 1000
"""milliseconds between two looks at the length of the recording"""


def wait(seconds: float) -> bool:
    """Until the threads of all readings have ended; whether they have. GUI thread; close them first."""
    until = time.monotonic() + seconds
    for one in _STARTED:
        one.join(max(0.0, until - time.monotonic()))
    return not any(one.is_alive for one in _STARTED)


class Engine(Protocol):
    """What a reading asks of the engine's thread."""

    def begin_side(self, side: SideSession) -> None: ...
    def finish_side(self, side: SideSession) -> None: ...
    def end_side(self, side: SideSession) -> None: ...
    def speak(self, text: str, language: str) -> None: ...
    def stop_speaking(self) -> None: ...


class PracticeRun(QObject):
    """Made for each reading; `start`, then `finish` (or it ends by itself), then one of `finished` and `failed`."""

    stateChanged = pyqtSignal(str)
    """what it is in, one of `STATES`"""
    feedbackChanged = pyqtSignal(object)
    """PassageFeedback"""
    levelChanged = pyqtSignal(object)
    """AudioLevel"""
    noticed = pyqtSignal(str)
    """one sentence: something the user should know; the reading goes on"""
    failed = pyqtSignal(str)
    """one sentence: why it ended"""
    finished = pyqtSignal(object, object)
    """PracticeResult, and what `keep` made of it"""
    _heard = pyqtSignal(object)
    _followed = pyqtSignal(object, str)
    _checked = pyqtSignal(object, object)

    def __init__(
        self,
        engine: Engine,
        source: Source,
        text: PracticeText,
        options: ReadingOptions,
        keep: Callable[[PracticeText, PracticeResult, Recording], object],
    ) -> None:
        """keep: called with the result, on the thread of the reading."""
        super().__init__()
        self.text = text
        self.options = options
        self.state = ""
        self.recording = Recording()
        self.latest: PassageFeedback | None = None
        self._engine = engine
        self._keep = keep
        self._is_over = threading.Event()
        self._prompt = ""
        self._todo: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._newest: dict[int, int] = {}
        """by utterance: its newest revision that came"""
        self._reading: Reading | None = None
        self._sounds: Sounds | None = None
        self._thread = threading.Thread(target=self._work, name="practice", daemon=True)
        self.side = SideSession(source, self._adapt, self._tell, self.recording.add)
        self._at_end = _timer(self, AFTER_END, self.finish, is_single=True)
        self._length = _timer(self, _LOOK, self._look_at_length)
        self._heard.connect(self._hear)
        self._followed.connect(self._show)
        self._checked.connect(self._end)

    # What the user wants.

    def start(self) -> None:
        """Listen, and follow from the first word on."""
        self._enter("loading")
        _STARTED[:] = [one for one in _STARTED if one.is_alive]
        _STARTED.append(self)
        self._thread.start()
        self._todo.put(self._open)
        self._engine.begin_side(self.side)
        self._length.start()

    def pause(self) -> None:
        """Hear nothing for a while."""
        if self.state in ("loading", "listening"):
            self._at_end.stop()
            self.side.pause()
            self._enter("paused")

    def go_on(self) -> None:
        """Hear again."""
        if self.state == "paused":
            self.side.go_on()
            self._enter("listening")

    def finish(self) -> None:
        """Hear no more, and look at the whole."""
        if self.state in ("loading", "listening", "paused"):
            self._at_end.stop()
            self._length.stop()
            self._enter("finishing")
            self._engine.finish_side(self.side)

    def move_to(self, index: int) -> None:
        """The reader goes on at this word."""
        if self.state in ("loading", "listening", "paused"):
            self._todo.put(lambda: self._tell_feedback(self._following().move_to(index)))

    def say(self, text: str) -> None:
        """Speak a word or a line of the text. A microphone does not hear it."""
        if self.side.models is not None and not self._is_over.is_set():
            self.side.say(text, self.text.language)
        else:
            self._engine.speak(text, self.text.language)

    def stop_speaking(self) -> None:
        """Silence what `say` plays."""
        self.side.stop_speaking()
        self._engine.stop_speaking()

    def close(self) -> None:
        """End at once, whatever it does; nothing is told any more. Idempotent."""
        if self._is_over.is_set():
            return
        self._is_over.set()
        self._at_end.stop()
        self._length.stop()
        self._engine.end_side(self.side)
        self._todo.put(None)

    @property
    def is_alive(self) -> bool:
        """Whether its thread still runs; it ends soon after `close`."""
        return self._thread.is_alive()

    def join(self, seconds: float) -> None:
        """Wait for its thread."""
        self._thread.join(seconds)

    # On any thread of the engine.

    def _tell(self, event: Event) -> None:
        if self._is_over.is_set():
            return
        if isinstance(event, TranscriptUpdate):
            self._newest[event.segment_id] = event.revision
            self._todo.put(lambda: self._follow(event))
        elif isinstance(event, AudioLevel | ErrorEvent | StateChanged):
            self._heard.emit(event)

    def _adapt(self, options: SessionOptions) -> SessionOptions:
        """What this reader needs of the settings' options."""
        own = Reading(PracticeText("", self.text.language), self.options).session_options(options)
        return replace(own, vocabulary=self._prompt or options.vocabulary)

    # On its own thread.

    def _work(self) -> None:
        while (do := self._todo.get()) is not None:
            try:
                do()
            except Exception as error:
                if self._is_over.is_set():
                    continue  # whom it concerns may be gone
                if not isinstance(error, EngineError):
                    log.exception("a reading cannot be followed")
                self._checked.emit(error, None)

    def _open(self) -> None:
        from desktop.engine.speech.phonemes import phonemes_of

        self._sounds = phonemes_of(self.text.language) if self.options.hears_sounds else None
        self._reading = Reading(self.text, self.options, self._sounds)
        self._tell_feedback(self._reading.feedback)

    def _following(self) -> Reading:
        assert self._reading is not None  # `_open` is the first thing that is done
        return self._reading

    def _follow(self, update: TranscriptUpdate) -> None:
        if not update.is_final and update.revision < self._newest.get(update.segment_id, 0):
            return  # a newer one waits
        feedback = self._following().hear(update)
        if feedback is not None:
            self._tell_feedback(feedback)

    def _tell_feedback(self, feedback: PassageFeedback) -> None:
        if not self._is_over.is_set():
            self._followed.emit(feedback, self._following().prompt)

    def _check(self) -> None:
        from desktop.practice.verification import verify

        models = self.side.models
        assert models is not None
        result = verify(
            self.text, self.recording.samples(), models, self.options, self._sounds, is_cancelled=self._is_over.is_set
        )
        if result is None or self._is_over.is_set():
            return
        shown = self._keep(self.text, result, self.recording)
        if not self._is_over.is_set():
            self._checked.emit(result, shown)

    # On the GUI thread again.

    def _hear(self, event: Event) -> None:
        if self._is_over.is_set():
            return
        if isinstance(event, AudioLevel):
            self.levelChanged.emit(event)
        elif isinstance(event, ErrorEvent):
            if event.severity is Severity.ERROR and not event.recoverable:
                self._fail(text_of(event))
            elif event.severity is not Severity.INFO:
                self.noticed.emit(text_of(event))
        elif isinstance(event, StateChanged):
            self._engine_is(event.state)

    def _engine_is(self, state: State) -> None:
        if state is State.LISTENING and self.state == "loading":
            self._enter("listening")
        elif state is State.STOPPING and self.state in ("loading", "listening", "paused"):
            self._at_end.stop()
            self._enter("finishing")  # a file came to its end
        elif state is State.IDLE and self.state == "finishing":
            self._length.stop()
            self._enter("checking")
            self._todo.put(self._check)

    def _show(self, feedback: PassageFeedback, prompt: str) -> None:
        if self._is_over.is_set():
            return
        self.latest = feedback
        if prompt != self._prompt:
            self._prompt = prompt
            self.side.renew()
        self.feedbackChanged.emit(feedback)
        if not feedback.is_complete:
            self._at_end.stop()
        elif self.state == "listening":
            self._at_end.start()  # anew: something was heard

    def _end(self, result: object, shown: object) -> None:
        if self._is_over.is_set():
            return
        if isinstance(result, EngineError):
            self._fail(text_of(result))
            return
        if isinstance(result, Exception):
            self._fail(f"{_BROKEN} ({type(result).__name__}); the log says more.")
            return
        self.close()
        self._enter("done")
        self.finished.emit(result, shown)

    def _fail(self, sentence: str) -> None:
        self.close()
        self._enter("failed")
        self.failed.emit(sentence)

    def _look_at_length(self) -> None:
        if self.recording.is_full:
            self.noticed.emit("A reading is an hour long at most; this one ends here.")
            self.finish()

    def _enter(self, state: str) -> None:
        self.state = state
        self.stateChanged.emit(state)


_STARTED: list[PracticeRun] = []
"""what must not go before its thread has ended"""


def _timer(parent: QObject, interval: int, do: Callable[[], None], *, is_single: bool = False) -> QTimer:
    timer = QTimer(parent)
    timer.setInterval(interval)
    timer.setSingleShot(is_single)
    timer.timeout.connect(do)
    return timer
