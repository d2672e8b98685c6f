"""One listener's stream, from samples to events: the engine without input and output.

A Session decides; it runs no model, reads no clock, starts no thread and opens no file, as h11 and wsproto do none of
it for their protocols. What it needs done it asks for (`requests.py`); a driver answers: `run_inline` in a script,
`Lane` in the app. Not thread-safe: a driver calls one method at a time.
"""

import logging
from dataclasses import replace
from itertools import count
from typing import Any

from desktop.engine.events import (
    Event,
    Samples,
    SpeechSegment,
    TranscriptUpdate,
    TranslationUpdate,
)
from desktop.engine.failures import Failures
from desktop.engine.hearing.hearing import Hearing, VoiceDetector
from desktop.engine.options import Effort, SessionOptions
from desktop.engine.recognition.backends.base import RecognizerCapabilities
from desktop.engine.recognition.grouping import Grouping, SpeechGroup
from desktop.engine.recognition.recognition import Recognition
from desktop.engine.recognition.transcriber import Transcriber
from desktop.engine.recognition.work import Decode
from desktop.engine.requests import Kind, Request, Stage
from desktop.engine.speech.clauses import ClauseReader
from desktop.engine.speech.work import Speak
from desktop.engine.track import Handling, Track
from desktop.engine.translation.incremental import IncrementalTranslator
from desktop.engine.translation.translation import Transcribed, Translation

log = logging.getLogger(__name__)

MOST_WAITING = 30.0
"""seconds of utterances that may wait to be recognised before the driver should hold audio back"""
_MOST_ITEMS = 32
"""finals that may wait for any stage before it should"""


class Session:
    """Hears, segments, commits, translates and cuts into clauses what one listener hears.

    `feed`, `flush`, `finish`, `deliver` and `poll` return what happened (Event) and what is needed (Request), in order.

    detector: tells speech from everything else, with the state of this stream (`Models.voice_detector`); a driver may
    set it before the first `feed`. transcriber, translator: what decides, for a benchmark that leaves an idea out.
    """

    def __init__(
        self,
        options: SessionOptions | None = None,
        detector: VoiceDetector | None = None,
        *,
        transcriber: type[Transcriber] = Transcriber,
        translator: IncrementalTranslator | None = None,
    ) -> None:
        self._options = options = options or SessionOptions()
        self.detector = detector
        self._hearing: Hearing | None = None
        self._effort: Effort | None = None
        self._recognizer: tuple[int, RecognizerCapabilities] | None = None
        self._outputs: list[Event | Request] = []
        self._failures = Failures()
        self._is_finished = False
        emit = self._outputs.append
        ids = count(1)
        self._recognition = Recognition(
            options,
            emit,
            lambda: self.time,
            self._transcribed,
            self._settle,
            lambda error: self._failed(Stage.RECOGNITION, error),
            transcriber,
        )
        self._translation = Translation(
            options, emit, self._translated, lambda error: self._failed(Stage.TRANSLATION, error), translator
        )
        self._grouping = Grouping()
        self._clauses = ClauseReader()
        self._to_recognise: Track[SpeechSegment | SpeechGroup] = Track(
            Stage.RECOGNITION, self._recognition.handle, emit, ids, self._recognition.is_known, _is_optional
        )
        self._to_translate: Track[Transcribed] = Track(Stage.TRANSLATION, self._translation.handle, emit, ids)
        self._to_speak: Track[Speak] = Track(Stage.SPEECH, self._say, emit, ids)
        self._tracks: dict[Stage, Track[Any]] = {
            track.stage: track for track in (self._to_recognise, self._to_translate, self._to_speak)
        }

    @property
    def options(self) -> SessionOptions:
        """As they are now."""
        return self._options

    @property
    def time(self) -> float:
        """Seconds of audio fed; the time of all events."""
        return self._hearing.time if self._hearing is not None else 0.0

    @property
    def is_idle(self) -> bool:
        """Nothing waits for a model: all that was fed, but for an utterance that is still running, is done."""
        return all(track.is_idle for track in self._tracks.values())

    @property
    def is_hearing(self) -> bool:
        """An utterance is running."""
        return self._hearing is not None and self._hearing.running > 0

    @property
    def waiting(self) -> float:
        """Seconds of utterances that are over and wait to be recognised."""
        return sum(segment.end - segment.start for segment in self._to_recognise.finals)

    @property
    def is_full(self) -> bool:
        """So much waits that the driver should hold audio back. What is being said counts, too: it ends some time."""
        waiting = self.waiting
        running = self._hearing.running if self._hearing is not None else 0.0
        if waiting and waiting + running >= MOST_WAITING:
            return True
        return any(len(track.finals) >= _MOST_ITEMS for track in self._tracks.values())

    @property
    def queued(self) -> dict[str, int]:
        """Items that wait, by stage."""
        return {stage.value: len(track) for stage, track in self._tracks.items()}

    @property
    def coalesced(self) -> int:
        """Work that newer audio replaced."""
        return sum(track.coalesced for track in self._tracks.values())

    @property
    def mode(self) -> str:
        """`streaming` or `buffered`; empty while no recogniser is known."""
        return self._recognition.mode

    # What comes from outside.

    def feed(self, samples: Samples, *, is_muted: bool = False) -> list[Event | Request]:
        """Audio that follows the last, shape (n,), 16 kHz, mono, -1..1; any n. is_muted: it holds what Parley says.

        Raises ValueError after `finish`, or without a detector."""
        if self._is_finished:
            raise ValueError("the session is finished; begin another one")
        self._hear(self._ear().feed(samples, is_muted=is_muted))
        return self.poll()

    def flush(self) -> list[Event | Request]:
        """End the running utterance now, as if silence had come."""
        if self._hearing is not None:
            self._hear(self._hearing.end())
        if (group := self._grouping.end()) is not None:
            self._to_recognise.put(group, Kind.FINAL)
        return self.poll()

    def finish(self) -> list[Event | Request]:
        """No more audio comes. What was heard is still done: answer the requests until `is_idle`."""
        outputs = self.flush()
        self._is_finished = True
        return outputs

    def begin(self, request_id: int) -> Any:
        """The work of a request whose turn has come (Decode, StreamChunk, LoadTranslation, Translate, TranslateSpeech,
        Speak); `deliver` takes its answer. None: nothing is to be done for it any more; `poll` may have events."""
        for track in self._tracks.values():
            if (work := track.begin(request_id)) is not None:
                return work
        return None

    def deliver(self, request_id: int, answer: Any) -> list[Event | Request]:
        """The answer to work that was begun; an Exception where it failed. An answer nobody waits for is dropped."""
        for track in self._tracks.values():
            if track.deliver(request_id, answer):
                if not isinstance(answer, Exception):
                    self._failures.worked(track.stage)
                break
        return self.poll()

    def poll(self) -> list[Event | Request]:
        """What has happened since outputs were last returned."""
        outputs = self._outputs[:]
        self._outputs.clear()
        return outputs

    # What changes on the way; nothing that waits is lost.

    def configure(self, options: SessionOptions) -> None:
        """Other options from now on, also for a running utterance."""
        before, self._options = self._options, options
        if self._hearing is not None:
            self._hearing.configure(options)
        self._translation.configure(options)
        if options != before:
            self._translation.forget(only_missing=True)
        self._follow(options)
        if before.speaks and not options.speaks:
            self._to_speak.drop()

    def work_at(self, effort: Effort) -> None:
        """Recognise so thoroughly from now on."""
        if effort != self._effort:
            self._effort = effort
            self._follow(self._options)

    def set_recognizer(self, capabilities: RecognizerCapabilities, load: int = 0) -> None:
        """This recogniser answers from now on; before, nothing is known of any. load: number of the time that it was
        loaded; the same one, as able as before, changes nothing."""
        if (load, capabilities) != self._recognizer:
            self._recognizer = (load, capabilities)
            self._recognition.set_recognizer(capabilities)

    def forget_translations(self) -> None:
        """Other translators may answer from now on: ask again what they can do."""
        self._translation.forget()

    def stop_speaking(self) -> None:
        """Say nothing of what waits to be spoken."""
        self._to_speak.drop()

    # Between the stages.

    def _ear(self) -> Hearing:
        if self._hearing is None:
            if self.detector is None:
                raise ValueError("a session needs a voice detector before it is fed")
            self._hearing = Hearing(self._options, self.detector, self._outputs.append)
            self._follow(self._options)
        return self._hearing

    def _follow(self, options: SessionOptions) -> None:
        effort = self._effort
        if effort is not None:
            options = replace(options, beam_size=effort.beam_size, window=effort.window)
        self._recognition.configure(options)
        if self._hearing is not None:
            step, first_step = (effort.step, effort.first_step) if effort is not None else (options.step, options.step)
            self._hearing.decode_every(step, first_step)

    def _hear(self, segments: list[SpeechSegment]) -> None:
        for segment in segments:
            if segment.is_final:
                self._end(segment)
            elif not self._options.live:
                continue
            elif self._effort is None or self._effort.has_partials:
                self._to_recognise.put(segment, Kind.PAUSE if segment.is_pause else Kind.PARTIAL)

    def _end(self, segment: SpeechSegment) -> None:
        """An utterance is over."""
        if self._options.live:
            self._to_recognise.put(segment, Kind.FINAL)
        elif (group := self._grouping.add(segment)) is not None:
            self._to_recognise.put(group, Kind.FINAL)

    def _settle(self, segment_id: int, speech_end: float) -> None:
        self._ear().settle(segment_id, speech_end)

    def _transcribed(self, update: TranscriptUpdate, samples: Samples) -> None:
        self._outputs.append(update)
        item = Transcribed(update, samples if update.is_final else None)
        if self._options.target:
            self._to_translate.put(item, Kind.FINAL if update.is_final else Kind.PARTIAL)

    def _translated(self, translation: TranslationUpdate) -> None:
        self._outputs.append(translation)
        # The reader sees every update, also those that are not spoken, so that nothing old is spoken later.
        for clause in self._clauses.update(translation):
            if self._options.speaks and clause.text.strip():
                self._to_speak.put(Speak(clause.segment_id, clause.text, clause.language, clause.is_last), Kind.FINAL)

    def _say(self, speak: Speak) -> Handling:
        try:
            yield speak
        except Exception as error:
            self._failed(Stage.SPEECH, error)

    def _failed(self, stage: Stage, error: Exception) -> None:
        """Tell the user, once as long as the same thing keeps failing."""
        if (event := self._failures.failed(stage, error)) is not None:
            self._outputs.append(event)


def _is_optional(work: Any) -> bool:
    return isinstance(work, Decode) and work.is_optional
