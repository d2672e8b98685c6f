"""A session's recognition: utterances in, TranscriptUpdates out. Pure.

With a recogniser that decodes windows the Transcriber decides what is decoded and committed; with one that follows
streams the StreamTranscriber hands the sound on. Which of them it is shows nowhere behind.
"""

import logging
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

from desktop.engine.events import ErrorEvent, Samples, SpeechSegment, TranscriptUpdate
from desktop.engine.options import SessionOptions
from desktop.engine.recognition.backends.base import RecognizerCapabilities
from desktop.engine.recognition.grouping import SpeechGroup
from desktop.engine.recognition.recording_transcriber import RecordingTranscriber
from desktop.engine.recognition.stream_transcriber import StreamTranscriber
from desktop.engine.recognition.streaming_mode import Mode, ModeSwitch
from desktop.engine.recognition.transcriber import Transcriber
from desktop.engine.text.languages import join_words

log = logging.getLogger(__name__)

_UNKNOWN = RecognizerCapabilities(frozenset(), detects_language=False, streaming=True)
"""before a recogniser was loaded"""


class Recognition:
    """The transcripts of a session's utterances.

    notify: gets what the user should know. clock: seconds that never go back.
    on_update: gets each update and the sound of its utterance so far, shape (n,), 16 kHz.
    on_whole: gets (segment_id, speech_end) of a pause after what is surely a whole sentence.
    on_failed: gets what failed; the words that were shown of a final are delivered before.
    transcriber: the class that decides with window recognisers; a benchmark may leave an idea out.
    """

    def __init__(
        self,
        options: SessionOptions,
        notify: Callable[[ErrorEvent], None],
        clock: Callable[[], float],
        on_update: Callable[[TranscriptUpdate, Samples], None],
        on_whole: Callable[[int, float], None],
        on_failed: Callable[[Exception], None],
        transcriber: type[Transcriber] = Transcriber,
    ) -> None:
        self._switch = ModeSwitch(options, notify, clock)
        self._on_update = on_update
        self._on_whole = on_whole
        self._on_failed = on_failed
        self._windows = transcriber(options, _UNKNOWN, self._switch)
        self._streams = StreamTranscriber(options)
        self._recordings = RecordingTranscriber(options, self._windows)
        self._capabilities: RecognizerCapabilities | None = None
        self._last: TranscriptUpdate | None = None

    @property
    def mode(self) -> str:
        """`streaming` or `buffered`; empty while no recogniser is known."""
        if self._capabilities is None:
            return ""
        return self._switch.mode if self._capabilities.streaming else Mode.BUFFERED

    def configure(self, options: SessionOptions) -> None:
        """Take new options between two pieces of work."""
        self._switch.configure(options)
        self._windows.configure(options)
        self._streams.configure(options)
        self._recordings.configure(options)

    def set_recognizer(self, capabilities: RecognizerCapabilities) -> None:
        """What recognises from now on can do this. A running utterance goes on with it."""
        self._capabilities = self._windows.capabilities = capabilities
        self._switch.reset()

    def is_known(self, item: SpeechSegment | SpeechGroup) -> bool:
        """Whether the words of a final were found while the silence before it was waited for."""
        return isinstance(item, SpeechSegment) and not self._follows_stream and self._windows.is_known(item)

    def handle(self, item: SpeechSegment | SpeechGroup) -> Generator[Any, Any, None]:
        """Recognise one snapshot of an utterance, or some that are over: yields Decode or StreamChunk, and is sent
        their answers."""
        if isinstance(item, SpeechSegment):
            yield from self._handle_one(item)
            return
        if self._capabilities is not None and self._capabilities.reads_groups:
            try:
                updates = yield from self._recordings.update(item)
            except Exception:
                log.warning("utterances cannot be decoded together; each is by itself", exc_info=True)
            else:
                for segment, update in updates:
                    self._deliver(update, segment)
                return
        for segment in item.segments:
            yield from self._handle_one(segment)

    def _handle_one(self, segment: SpeechSegment) -> Generator[Any, Any, None]:
        try:
            if self._follows_stream:
                update = yield from self._streams.update(segment)
                if update is not None:
                    self._deliver(update, segment)
            else:
                yield from self._decode(segment)
        except Exception as error:
            self._keep_what_was_shown(segment)
            self._on_failed(error)

    def _decode(self, segment: SpeechSegment) -> Generator[Any, Any, None]:
        update = yield from self._windows.update(segment)
        self._tell_whole(segment)
        if self._windows.may_search_wider:
            if update is not None:
                self._deliver(update, segment)
            update = yield from self._windows.search_wider(segment)
            self._tell_whole(segment)
        if update is None:
            return
        if update.is_final and self._windows.may_revise:
            # Its words are shown and spoken now; what is stored may wait for the whole to be decoded.
            self._deliver(replace(update, is_final=False, final_text="", final_words=()), segment)
            update = yield from self._windows.revise(segment, update)
        self._deliver(update, segment)

    def _tell_whole(self, segment: SpeechSegment) -> None:
        if (speech_end := self._windows.whole_until) is not None:
            self._on_whole(segment.segment_id, speech_end)

    @property
    def _follows_stream(self) -> bool:
        return self._capabilities is not None and self._capabilities.follows_stream

    def _deliver(self, update: TranscriptUpdate, segment: SpeechSegment) -> None:
        self._last = None if update.is_final else update
        self._on_update(update, segment.samples)

    def _keep_what_was_shown(self, segment: SpeechSegment) -> None:
        """A final that cannot be recognised still ends its utterance, with the words that were shown."""
        last = self._last
        if segment.is_final and last is not None and last.segment_id == segment.segment_id:
            text = join_words(last.committed, last.unconfirmed, last.language)
            final = replace(
                last, revision=last.revision + 1, committed=text, unconfirmed="", is_final=True, final_text=text
            )
            self._deliver(final, segment)
