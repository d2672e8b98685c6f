"""From the utterances of a recording to their transcripts: those that stand together are decoded together. Pure.

What that decoding left out, or could not do, is decoded by itself.
"""

from collections.abc import Sequence
from itertools import groupby

from desktop.engine.events import SpeechSegment, TranscriptUpdate, Word
from desktop.engine.options import SessionOptions
from desktop.engine.recognition.backends.base import RecognitionRequest
from desktop.engine.recognition.grouping import SpeechGroup, shared_out, window
from desktop.engine.recognition.settling.unheard import hear_again, leaves_most_out
from desktop.engine.recognition.transcriber import Transcriber
from desktop.engine.recognition.work import Decode, Decoding
from desktop.engine.text.spelling import spelled, written_words


class RecordingTranscriber:
    """single: decodes an utterance by itself, and finds its language where that is not given."""

    def __init__(self, options: SessionOptions, single: Transcriber) -> None:
        self._options = options
        self._single = single
        self._before = ""

    def configure(self, options: SessionOptions) -> None:
        """Take new options between two groups."""
        self._options = options

    def update(self, group: SpeechGroup) -> Decoding[tuple[tuple[SpeechSegment, TranscriptUpdate], ...]]:
        """The final transcripts of those utterances in which words were heard, with their audio. Raises
        BackendFailed."""
        alone: dict[int, TranscriptUpdate | None] = {}
        fixed = self._options.spoken[0] if len(self._options.spoken) == 1 else None
        if fixed is None:
            for segment in group.segments:
                alone[segment.segment_id] = yield from self._single.update(segment)
        found: list[tuple[SpeechSegment, TranscriptUpdate]] = []
        for language, run in groupby(group.segments, lambda one: fixed or _language(alone[one.segment_id])):
            segments = tuple(run)
            together: list[tuple[Word, ...]] | None = None
            if language:
                together = yield from self._together(segments, language)
            for segment, some in zip(segments, together or [()] * len(segments), strict=True):
                update: TranscriptUpdate | None = None
                if not some or leaves_most_out(some, segment.voiced):
                    if segment.segment_id not in alone:
                        alone[segment.segment_id] = yield from self._single.update(segment)
                    update = alone[segment.segment_id]
                if some and (update is None or len(update.words) < len(some)):
                    words, _ = yield from hear_again(segment, some, self._request(language))
                    update = self._update(segment, language, words)
                if update is not None:
                    self._before = update.words[-1].text if update.words else self._before
                    found.append((segment, update))
        return tuple(found)

    def _together(self, segments: Sequence[SpeechSegment], language: str) -> Decoding[list[tuple[Word, ...]] | None]:
        """The words of each utterance, found in one window. None: what was heard in it cannot stand."""
        samples, starts = window(segments)
        hypothesis = yield Decode(samples, self._request(language), segments[-1].end)
        if not hypothesis.is_trusted or hypothesis.has_repeated:
            return None
        return shared_out(hypothesis.words, segments, starts)

    def _request(self, language: str) -> RecognitionRequest:
        return RecognitionRequest(
            language=language,
            is_final=True,
            is_buffered=True,
            is_thorough=True,
            vocabulary=self._options.vocabulary.strip(),
            beam_size=self._options.beam_size,
        )

    def _update(self, segment: SpeechSegment, language: str, words: Sequence[Word]) -> TranscriptUpdate:
        kept = written_words(words, language, self._before, is_whole=True)
        text = spelled(kept, language)
        return TranscriptUpdate(
            segment_id=segment.segment_id,
            revision=1,
            language=language,
            committed=text,
            unconfirmed="",
            words=kept,
            start=segment.start,
            end=segment.end,
            is_final=True,
            speech_end=segment.speech_end,
            final_text=text,
            final_words=kept,
            lane=self._options.lane,
        )


def _language(update: TranscriptUpdate | None) -> str:
    return update.language if update is not None else ""
