"""From the audio of an utterance to its transcript, with a recogniser that follows the stream by itself. Pure.

The recogniser gets the sound chunk by chunk and says which of its words are settled; what was committed stays, whatever
it says later.
"""

from collections.abc import Generator
from dataclasses import replace

from desktop.engine.events import SAMPLE_RATE, SpeechSegment, TranscriptUpdate, Word
from desktop.engine.options import SessionOptions
from desktop.engine.recognition.backends.base import RecognitionRequest, StreamResult
from desktop.engine.recognition.work import StreamChunk
from desktop.engine.text.spelling import spelled


class StreamTranscriber:
    """Turns the snapshots of utterances, in order, into updates of their transcripts, with a StreamRecognizer."""

    def __init__(self, options: SessionOptions) -> None:
        self._options = options
        self._segment_id: int | None = None
        self._fed_until: float | None = None
        self._committed: tuple[Word, ...] = ()
        self._revision = 0
        self._shown: tuple[str, str] | None = None

    def configure(self, options: SessionOptions) -> None:
        """Take new options; they hold from the next utterance on."""
        self._options = options

    def update(self, segment: SpeechSegment) -> Generator[StreamChunk, StreamResult, TranscriptUpdate | None]:
        """Hand on what is new in a snapshot. None when there is nothing to say: no word was heard and none shown
        before, or nothing has changed. Raises BackendFailed."""
        if segment.segment_id != self._segment_id:
            self._begin(segment.segment_id)
        fed = 0.0 if self._fed_until is None else self._fed_until - segment.start
        samples = segment.samples[round(fed * SAMPLE_RATE) :]
        self._fed_until = segment.end
        result = yield StreamChunk(segment.segment_id, samples, self._request(segment), segment.end, segment.is_final)
        words = tuple(
            replace(word, start=word.start + segment.start, end=word.end + segment.start) for word in result.words
        )
        settled = len(words) if segment.is_final else result.committed
        self._committed = (*self._committed, *words[len(self._committed) : settled])
        return self._result(segment, result.language, words[len(self._committed) :])

    def _begin(self, segment_id: int) -> None:
        self._segment_id = segment_id
        self._fed_until = None
        self._committed = ()
        self._revision = 0
        self._shown = None

    def _request(self, segment: SpeechSegment) -> RecognitionRequest:
        spoken = self._options.spoken
        return RecognitionRequest(
            language=spoken[0] if len(spoken) == 1 else None,
            candidates=spoken,
            is_final=segment.is_final or segment.is_pause,
            vocabulary=self._options.vocabulary.strip(),
            beam_size=self._options.beam_size,
        )

    def _result(self, segment: SpeechSegment, language: str, tail: tuple[Word, ...]) -> TranscriptUpdate | None:
        texts = (
            spelled(self._committed, language),
            spelled(tail, language),
        )
        if self._shown is None and not any(texts):
            return None
        if texts == self._shown and not segment.is_final:
            return None
        self._shown = texts
        self._revision += 1
        return TranscriptUpdate(
            segment_id=segment.segment_id,
            revision=self._revision,
            language=language,
            committed=texts[0],
            unconfirmed=texts[1],
            words=(*self._committed, *tail),
            start=segment.start,
            end=segment.end,
            is_final=segment.is_final,
            speech_end=segment.speech_end,
            final_text=texts[0] if segment.is_final else "",
            final_words=self._committed if segment.is_final else (),
            lane=self._options.lane,
        )
