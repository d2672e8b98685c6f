"""One session of the app on the shared models: audio in from any thread, events out.

The session decides, this module only moves data: audio waits in a queue until the sessions' thread feeds it, and what
the session asks for waits in the models' slots. The session is never used by two threads at once (`_lock`).
"""

import logging
import math
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from desktop.engine.events import (
    SAMPLE_RATE,
    AudioFrame,
    ErrorEvent,
    Event,
    Severity,
    TranscriptUpdate,
    TranslationUpdate,
)
from desktop.engine.live.backends import Backends
from desktop.engine.live.fair_lock import FairLock
from desktop.engine.live.frame_queue import SOUND_WAITING, FrameQueue
from desktop.engine.live.session_thread import SessionThread
from desktop.engine.live.speech_output import SpeechOutput
from desktop.engine.message import Message
from desktop.engine.options import SessionOptions
from desktop.engine.pool.models import Models
from desktop.engine.recognition.work import Decode, StreamChunk
from desktop.engine.requests import Request, Stage
from desktop.engine.speech.work import Speak
from desktop.engine.translation.incremental import IncrementalTranslator
from desktop.engine.translation.translation import untranslated

log = logging.getLogger(__name__)

OUTSIDE_SESSION = -1
"""segment_id of texts that nobody said: what `Engine.speak` and `Engine.translate` were asked for"""
MUTE_TAIL = 0.3
"""Seconds that stay muted after Parley spoke: the way through the sound card and the room."""
_SOUND_TO_LOAD = 60.0
"""seconds of live sound that wait until a model is loaded"""
_AT_ONCE = 64
"""frames that are fed before another session's turn"""
_ARRIVALS = 4096
"""frames whose arrival is remembered"""
_QUIET = 60.0
"""seconds after which it is told again that sound is lost"""

Emit = Callable[[Event], None]
"""Takes an event for the subscribers; any thread, returns at once."""


@dataclass(frozen=True, slots=True)
class Flush:
    """Ends the running utterance at this place of the audio."""


@dataclass(frozen=True, slots=True)
class EndOfSpeech:
    """The end of what is heard between a start and a stop."""

    number: int


class Lane:
    """Drives a session.

    emit: gets its events. on_drained: everything that was heard before an `end(number)` is done.
    """

    def __init__(
        self,
        options: SessionOptions,
        models: Models,
        backends: Backends,
        thread: SessionThread,
        emit: Emit,
        on_drained: Callable[[EndOfSpeech], None],
    ) -> None:
        self._models = models
        self._clock = models.clock
        self._thread = thread
        self._emit = emit
        self._on_drained = on_drained
        self._lock = FairLock()
        self._session = backends.session(options)
        self.frames: FrameQueue[Flush | EndOfSpeech] = FrameQueue(self._clock, self._call, _SOUND_TO_LOAD)
        self.output = SpeechOutput(backends.output, models.speech.synthesize, emit, self._set_playing, options.lane)
        self.latency: dict[str, float] = {}
        """latest seconds: `partial`, `final`, `speech`"""
        self._is_called = False
        self._fed = 0
        self._arrivals: deque[tuple[float, float]] = deque(maxlen=_ARRIVALS)
        """(session time of the end of a frame, when it came)"""
        self._asked: dict[int, tuple[int, float]] = {}
        """of requests to speak: the output's generation and the time when they came"""
        self._end: EndOfSpeech | None = None
        self._told: set[Message] = set()
        self._hears_itself = False
        self._is_playing = False
        self._muted_until = -math.inf
        self._dropped = 0.0
        self._dropped_at = -math.inf

    # Commands: any thread, at once.

    def configure(self, options: SessionOptions, *, hears_itself: bool) -> None:
        """Follow other options; nothing that waits is lost. hears_itself: the source would hear what Parley says."""
        with self._lock:
            self._hears_itself = hears_itself
            was_speaking = self._session.options.speaks
            self._session.configure(options)
        if was_speaking and not options.speaks:
            self.stop_speaking()

    def flush(self) -> None:
        """End the running utterance."""
        self.frames.put_mark(Flush())

    def end(self, number: int) -> None:
        """Finish what was heard; `on_drained` tells when."""
        self.frames.put_mark(EndOfSpeech(number))

    def stop_speaking(self) -> None:
        """Silence now; what was queued before is not spoken any more."""
        self.output.stop()
        with self._lock:
            self._session.stop_speaking()

    def forget_translations(self) -> None:
        """Other translators may be there: ask again what they can do."""
        with self._lock:
            self._session.forget_translations()

    def models_are_loaded(self, *, is_so: bool) -> None:
        """How much live sound may wait depends on it."""
        self.frames.limit_live(SOUND_WAITING if is_so else _SOUND_TO_LOAD)

    def say(self, text: str, language: str) -> None:
        """Speak a text that is not part of the session."""
        work, generation = Speak(OUTSIDE_SESSION, text, language, is_last=True), self.output.generation
        self._models.submit(Stage.SPEECH, lambda: self.output.speak(work, generation))

    def translate(self, text: str, language: str, target: str, tell: Callable[[TranslationUpdate], None]) -> None:
        """Translate a text that nobody said; `tell` gets it, whole and final, on the translation's thread."""
        update = TranscriptUpdate(OUTSIDE_SESSION, 0, language, text, "", (), 0.0, 0.0, is_final=True)

        def run() -> None:
            able = self._models.translation.load(language, target) if language != target else None
            translating = IncrementalTranslator(able, target).update(update)
            try:
                work = next(translating)
                while True:
                    work = translating.send(self._models.run(self, work, None))
            except StopIteration as done:
                translation: TranslationUpdate = done.value
            except Exception:
                tell(untranslated(update, target))
                raise
            limit = able.limits.get((language, target)) if able is not None else None
            if limit and not translation.is_translated:
                self._tell(ErrorEvent("untranslated", limit, Severity.WARNING))
            tell(translation)

        self._models.submit(Stage.TRANSLATION, run)

    @property
    def heard(self) -> float:
        """Seconds of sound that came, since the lane was made: the session's time of what comes next."""
        with self._lock:
            return self._fed / SAMPLE_RATE + self.frames.waiting_seconds

    @property
    def is_muted(self) -> bool:
        """What the source hears now would be what Parley says."""
        return self._hears_itself and (self._is_playing or self._clock() < self._muted_until)

    @property
    def backlog(self) -> float:
        """Seconds of sound that wait to be recognised."""
        with self._lock:
            return self.frames.waiting_seconds + self._session.waiting

    @property
    def queued(self) -> dict[str, int]:
        """Items that wait, by stage."""
        with self._lock:
            return self._session.queued

    @property
    def coalesced(self) -> int:
        """Work that newer audio replaced."""
        with self._lock:
            return self._session.coalesced

    @property
    def mode(self) -> str:
        """`streaming` or `buffered`; empty while nothing is loaded."""
        with self._lock:
            return self._session.mode if self._models.recognition.name else ""

    def tell_dropped(self) -> None:
        """Once for each time that sound begins to be lost."""
        dropped, now = self.frames.dropped_seconds, self._clock()
        if dropped == self._dropped:
            return
        if now - self._dropped_at > _QUIET:
            self._emit(ErrorEvent("audio-dropped", Message("audio-dropped"), Severity.WARNING))
        self._dropped, self._dropped_at = dropped, now

    def close(self) -> None:
        """Take no more audio; the models and threads are for others to close."""
        self.output.stop()
        self.frames.close()

    # Audio: on the sessions' thread.

    def take_audio(self) -> None:
        """Feed what waits, as long as the session keeps up with it."""
        self._is_called = False
        for _ in range(_AT_ONCE):
            with self._lock:
                if self._session.is_full or (taken := self.frames.take()) is None:
                    return
                try:
                    self._feed(*taken)
                except Exception as error:
                    self._models.report(Stage.RECOGNITION, error)
        self._call()

    def _call(self) -> None:
        if not self._is_called:
            self._is_called = True
            self._thread.call(self)

    def _feed(self, item: AudioFrame | Flush | EndOfSpeech, at: float) -> None:
        session = self._session
        if session.detector is None:
            session.detector = self._models.voice_detector(session.options.voice)
        session.work_at(self._models.recognition.effort)
        if isinstance(item, AudioFrame):
            self._fed += len(item.samples)
            self._arrivals.append((self._fed / SAMPLE_RATE, at))
            self._take(session.feed(item.samples, is_muted=self.is_muted))
            return
        outputs = session.flush()
        if isinstance(item, EndOfSpeech):
            self._end = item
        self._take(outputs)

    def _set_playing(self, is_playing: bool) -> None:
        """Parley speaks, or has ended to. From the output's thread."""
        with self._lock:
            if self._is_playing and not is_playing:
                self._muted_until = self._clock() + MUTE_TAIL
            self._is_playing = is_playing

    # Models: on their slots' threads.

    def _serve(self, request: Request) -> None:
        """The session's turn has come."""
        failed: Exception | None = None
        if request.stage is Stage.RECOGNITION:
            try:
                self._models.recognition.prepare()
            except Exception as error:
                failed = error
        with self._lock:
            self._follow_models()
            work = self._session.begin(request.id)
            if work is None:
                self._take(self._session.poll())
            is_audio = isinstance(work, Decode | StreamChunk)
            waited = self._clock() - self._arrival(work.end) if is_audio else None
        self._call()  # what is begun waits no more, so there may be room for audio
        if work is None:
            return
        answer = failed if failed is not None else self._answer(request, work, waited)
        with self._lock:
            self._follow_models()
            self._take(self._session.deliver(request.id, answer))
        self._call()

    def _answer(self, request: Request, work: Any, waited: float | None) -> Any:
        """What the model says, or what went wrong."""
        try:
            if not isinstance(work, Speak):
                return self._models.run(self, work, waited)
            generation, asked_at = self._asked.pop(request.id, (self.output.generation, self._clock()))
            self.output.speak(work, generation, lambda: self._note("speech", self._clock() - asked_at))
        except Exception as error:
            return error
        return None

    def _follow_models(self) -> None:
        """Tell the session what recognises now, if that has changed."""
        recognition = self._models.recognition
        capabilities = recognition.capabilities
        if capabilities is not None:
            self._session.set_recognizer(capabilities, recognition.loads)
        self._session.work_at(recognition.effort)

    def _take(self, outputs: list[Event | Request]) -> None:
        """Hand on what the session gave."""
        for output in outputs:
            if isinstance(output, Request):
                self._ask(output)
                continue
            if isinstance(output, TranscriptUpdate):
                self._note_latency(output)
            self._tell(output)
        if self._end is not None and self._session.is_idle:
            end, self._end = self._end, None
            self._on_drained(end)

    def _tell(self, event: Event) -> None:
        """Hand an event on; why a pair of languages stays untranslated is told once."""
        if isinstance(event, ErrorEvent) and event.code == "untranslated":
            if event.message in self._told:
                return
            self._told.add(event.message)
        self._emit(event)

    def _ask(self, request: Request) -> None:
        if request.stage is Stage.SPEECH:
            self._asked[request.id] = (self.output.generation, self._clock())
        self._models.slots[request.stage].submit(self, request.kind, lambda: self._serve(request))

    def _note_latency(self, update: TranscriptUpdate) -> None:
        since_heard = self._clock() - self._arrival(update.end)
        if update.is_final:
            self._note("final", since_heard + max(0.0, update.end - update.speech_end))
        else:
            last_word = update.words[-1].end if update.words else update.end
            self._note("partial", since_heard + max(0.0, update.end - last_word))

    def _note(self, name: str, seconds: float) -> None:
        self.latency = {**self.latency, name: seconds}

    def _arrival(self, end: float) -> float:
        """When the audio up to a session time had come."""
        if not self._arrivals:
            return self._clock()
        place = bisect_left(self._arrivals, end, key=lambda arrival: arrival[0])
        return self._arrivals[min(place, len(self._arrivals) - 1)][1]
