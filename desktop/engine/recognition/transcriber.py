"""From the audio of an utterance, so far or complete, to its transcript: what is decoded, when, and with what prompt.

Keeps the window that is decoded short: audio of committed words leaves it at the end of a sentence, or when it is
too long, and their text goes into the prompt. The words are settled by the Stabilizer.
A pause is decoded as if the utterance were over: the speculative final. If it is over, the final has its words at
once; if somebody goes on, they are a hypothesis like any other.
When that fails, or is not wanted (streaming_mode.py), the whole utterance is decoded without any of it.
Pure: `update` is a generator that yields the decodings it needs and is sent their hypotheses.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from desktop.engine.events import SAMPLE_RATE, Samples, SpeechSegment, TranscriptUpdate, Word
from desktop.engine.options import SessionOptions
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest, RecognizerCapabilities
from desktop.engine.recognition.language_choice import in_chosen_language
from desktop.engine.recognition.prompt import prompt_of, reads_prompt
from desktop.engine.recognition.settling.final_text import HeardLast, final_words
from desktop.engine.recognition.settling.late_words import late_words, parted
from desktop.engine.recognition.settling.preview import FOLLOWED, Preview
from desktop.engine.recognition.settling.sentence_end import is_whole
from desktop.engine.recognition.settling.speculation import Speculation
from desktop.engine.recognition.settling.stabilizer import CommitRules, Stabilizer
from desktop.engine.recognition.settling.unheard import hear_again
from desktop.engine.recognition.spoken_language import SpokenLanguage
from desktop.engine.recognition.streaming_mode import ModeSwitch, may_be_streaming
from desktop.engine.recognition.window import cut_behind, ended_by, whole_sentences
from desktop.engine.recognition.work import Decode, Decoding, OptionalDecoding, moved
from desktop.engine.text.spelling import spelled, written_words

log = logging.getLogger(__name__)

_LEFT_CONTEXT = 1.5
"""Seconds of committed speech that stay in a window cut in the middle of a sentence."""
_SETTLED = 2.0
"""Seconds before the edge at which words are committed unasked when the window is too long."""
_DOUBT = 0.7
"""Seconds since the last look that could stand, after which the next one gets more context. Where many share a machine
looks are further apart than that, so none is passed over."""
_STILL_HEARD = 0.7
"""Seconds after which an update comes though nothing has changed: whoever waits for words sees that they are heard.
Looks of a busy server are about a second apart; with more, every other one would be silent."""
_NEW_SENTENCE = 2.0
"""Seconds of silence after which an utterance is taken to begin a sentence, however the one before it ended."""


class Transcriber:
    """Turns the snapshots of utterances, in order, into updates of their transcripts, with a WindowRecognizer.

    switch: whether utterances are streamed.
    """

    prompts: ClassVar[bool] = True
    """committed text that left the window goes into the prompt"""
    trims: ClassVar[bool] = True
    """audio of committed sentences leaves the window"""
    speculates: ClassVar[bool] = True
    """a pause is decoded as if the utterance were over"""
    postpones: ClassVar[bool] = True
    """a pause is searched widely only after its words were shown, and if nobody goes on speaking meanwhile"""
    revises: ClassVar[bool] = True
    """an utterance that was cut in mid-sentence is decoded once more when it is over"""
    commit_rules: ClassVar[CommitRules] = CommitRules()
    """when words are committed"""

    def __init__(self, options: SessionOptions, capabilities: RecognizerCapabilities, switch: ModeSwitch) -> None:
        self.capabilities = capabilities
        """of the recogniser; may be replaced between two updates, and a running utterance goes on"""
        self._switch = switch
        self._options = options
        self._language = SpokenLanguage(options)
        self._written: list[Word] = []
        self._ended = -_NEW_SENTENCE
        """when the utterance before ended"""
        self._begin(None, 0.0)

    def _begin(self, segment_id: int | None, start: float) -> None:
        self._before = self._written[-1].text if self._written and start - self._ended < _NEW_SENTENCE else ""
        self._written = []
        """the committed words as they were shown"""
        self._segment_id = segment_id
        self._revision = 0
        self._shown: tuple[str, str] | None = None
        self._told = start
        """how far the last update reached"""
        self._stabilizer = Stabilizer(self.commit_rules)
        self._open_words: tuple[Word, ...] = ()
        self._preview = Preview(FOLLOWED if self.capabilities.tells_heard else None)
        self._window_start: float = start
        self._uses_prompt = self.prompts
        self._speculation: Speculation | None = None
        self._whole: tuple[Word, ...] | None = None
        self._heard = HeardLast()
        self._is_torn = False
        self._unsure: Decode | None = None
        self._stood: float = start
        """how far the last look reached that could stand"""
        self._language.begin()
        self._switch.begin()

    def configure(self, options: SessionOptions) -> None:
        """Take new options between two updates; a new language holds at once, even in a running utterance."""
        if (options.language, options.languages) != (self._options.language, self._options.languages):
            self._language = SpokenLanguage(options)
            self._speculation = None
        self._options = options

    def update(self, segment: SpeechSegment) -> Decoding[TranscriptUpdate | None]:
        """Decode what is new in a snapshot.

        None when there is nothing to say: no word was heard and none shown before, or nothing has changed since a
        moment ago. A final
        whose segment has shown text always gives an update. Raises BackendFailed, and may then be called again with
        the same segment.
        """
        if segment.segment_id != self._segment_id:
            self._begin(segment.segment_id, segment.start)
        if not segment.is_final and not self.capabilities.streaming:
            return None
        if self._speculation is not None and self.is_known(segment):
            self._confirm(self._speculation, segment)
            return self._result(segment)
        self._speculation = self._whole = self._unsure = None
        if self._is_streamed(segment):
            try:
                yield from self._stream(segment)
            except Exception as error:
                if not may_be_streaming(error):
                    raise
                self._switch.failed(error)
            else:
                self._switch.succeeded()
                return self._result(segment)
        elif not segment.is_final and not (segment.is_pause and self.speculates):
            return None
        yield from self._decode_whole(segment)
        self._switch.made_good()
        return self._result(segment)

    @property
    def may_revise(self) -> bool:
        """Whether the utterance that was ended by the last update should be decoded as a whole (`revise`)."""
        return self.revises and self._is_torn and self.capabilities.streaming

    def revise(self, segment: SpeechSegment, final: TranscriptUpdate) -> OptionalDecoding[TranscriptUpdate]:
        """The final update of an utterance, with its text by a decoding of the whole, unless newer audio waits."""
        request = self._request(segment)
        hypothesis = yield Decode(segment.samples, request, segment.end, is_optional=True)
        if hypothesis is not None and hypothesis.is_trusted:
            self._whole, _ = yield from self._complete(segment, request, hypothesis, segment.start)
        self._revision += 1
        words = self._final_words()
        return replace(final, revision=self._revision, is_final=True, final_text=self._joined(words), final_words=words)

    def is_known(self, segment: SpeechSegment) -> bool:
        """Whether it is the final that a pause was decoded for, so that its words are there at once."""
        heard = self._speculation
        if heard is None or not segment.is_final:
            return False
        return (heard.speech_end, self._segment_id) == (segment.speech_end, segment.segment_id)

    def _is_streamed(self, segment: SpeechSegment) -> bool:
        if not self.capabilities.streaming or not self._switch.streams:
            return False
        # What streaming said after a failure, or did not say, is made good at the end.
        return not self._switch.has_failed or not (segment.is_final or segment.is_pause)

    def _stream(self, segment: SpeechSegment) -> Decoding[None]:
        """Decode the window, which leaves out what is long committed."""
        samples = segment.samples[max(0, round((self._window_start - segment.start) * SAMPLE_RATE)) :]
        request = replace(
            self._request(segment),
            prompt=self._prompt(),
            may_widen=segment.is_final or segment.is_pause or segment.end - self._stood >= _DOUBT,
        )
        wide = Decode(samples, request, segment.end, is_optional=True)
        if segment.is_pause and self.postpones and self._language.is_decided:
            request = replace(request, beam_size=1)
        hypothesis = yield from self._recognize(segment, samples, request)
        if request.beam_size != wide.request.beam_size and not hypothesis.is_sure:
            self._unsure = wide
        if hypothesis.is_trusted:
            self._stood = segment.end
        if not (hypothesis.is_trusted or request.may_widen):
            # Passed over: the next look comes soon, and more context takes several times as long.
            return
        yield from self._take(segment, samples, request, hypothesis)

    @property
    def may_search_wider(self) -> bool:
        """Whether the pause that was decoded last should be searched more widely (`search_wider`)."""
        return self._unsure is not None

    def search_wider(self, segment: SpeechSegment) -> OptionalDecoding[TranscriptUpdate | None]:
        """The pause again, searched widely, unless newer audio waits; None if it says nothing new."""
        wide, self._unsure, speculation, self._speculation = self._unsure, None, self._speculation, None
        try:
            hypothesis = (yield wide) if wide is not None else None
        except Exception as error:  # what was found before stands
            log.warning("a wider search failed: %s", type(error).__name__)
            self._speculation = speculation
            return None
        if wide is None or hypothesis is None:
            return None
        yield from self._take(segment, wide.samples, wide.request, hypothesis)
        return self._result(segment)

    def _take(
        self, segment: SpeechSegment, samples: Samples, request: RecognitionRequest, hypothesis: Hypothesis
    ) -> Decoding[None]:
        """Settle the words of a window."""
        hypothesis, language = yield from self._understood(segment, samples, request, hypothesis)
        words, added = yield from self._complete(segment, request, hypothesis, self._window_start)
        self._heard.hear(words)
        if request.is_final and hypothesis.is_trusted:
            self._whole = self._heard.words
        # With a new language setting in mid-utterance there are committed words while the language is open again.
        if self._language.is_decided or self._stabilizer.committed:
            words, late = parted(self._stabilizer.committed, words, added)
            self._stabilizer.update(words, segment.end, is_final=segment.is_final)
            self._leave_open((*self._stabilizer.unconfirmed, *late), segment)
            # What is to be searched again (`search_wider`) has its times from where the window begins now.
            if not segment.is_final and self._unsure is None:
                self._trim(segment)
        else:
            self._open_words = words
        self._speculate(segment, language, hypothesis)

    def _decode_whole(self, segment: SpeechSegment) -> Decoding[None]:
        """Decode the utterance so far as if nothing had been decoded of it; what is committed stays."""
        request = replace(self._request(segment), is_buffered=True)
        hypothesis = yield from self._recognize(segment, segment.samples, request)
        hypothesis, language = yield from self._understood(segment, segment.samples, request, hypothesis)
        self._whole, added = yield from self._complete(segment, request, hypothesis, segment.start)
        words, late = parted(self._stabilizer.committed, self._whole, added)
        self._leave_open((*late_words(self._stabilizer.committed, words), *late), segment)
        self._speculate(segment, language, hypothesis)

    def _leave_open(self, words: tuple[Word, ...], segment: SpeechSegment) -> None:
        """These words follow the committed ones; at the end they are committed, too."""
        self._open_words = words
        if segment.is_final:
            self._stabilizer.end(words)
            self._open_words = ()

    def _complete(
        self, segment: SpeechSegment, request: RecognitionRequest, hypothesis: Hypothesis, since: float
    ) -> Decoding[tuple[tuple[Word, ...], tuple[Word, ...]]]:
        """The words of a window that begins at `since`, at an end with those of speech that had none; and these."""
        words = moved(hypothesis.words, since)
        if not request.is_final or not hypothesis.is_trusted:
            return words, ()
        return (yield from hear_again(segment, words, replace(request, language=hypothesis.language), since))

    def _speculate(self, segment: SpeechSegment, language: SpokenLanguage, hypothesis: Hypothesis) -> None:
        if segment.is_pause and self.speculates:
            self._speculation = Speculation(segment.speech_end, language, hypothesis.log_probability, self._whole)

    @property
    def whole_until(self) -> float | None:
        """When speech ended, if the last snapshot was a pause after what is surely a whole sentence."""
        heard = self._speculation
        if heard is None:
            return None
        words = (*self._stabilizer.committed, *self._open_words)
        whole = is_whole(
            self._joined(words),
            words,
            heard.language.current,
            speech_end=heard.speech_end,
            log_probability=heard.log_probability,
        )
        return heard.speech_end if whole else None

    def _confirm(self, speculation: Speculation, segment: SpeechSegment) -> None:
        """The utterance ended where it was expected to: its words are those that were found then."""
        self._leave_open(self._open_words, segment)
        self._language = speculation.language
        self._whole = speculation.whole
        self._speculation = None

    def _request(self, segment: SpeechSegment) -> RecognitionRequest:
        """What is asked of any decoding."""
        return RecognitionRequest(
            language=self._language.fixed,
            candidates=self._language.candidates,
            is_final=segment.is_final or segment.is_pause,
            vocabulary=self._options.vocabulary.strip(),
            beam_size=self._options.beam_size,
        )

    def _recognize(self, segment: SpeechSegment, samples: Samples, request: RecognitionRequest) -> Decoding[Hypothesis]:
        hypothesis = yield Decode(samples, request, segment.end)
        if hypothesis.has_repeated:
            # What was said before may have led it into the loop; it must not do so again.
            self._uses_prompt = False
        return hypothesis

    def _understood(
        self, segment: SpeechSegment, samples: Samples, request: RecognitionRequest, hypothesis: Hypothesis
    ) -> Decoding[tuple[Hypothesis, SpokenLanguage]]:
        """The hypothesis, or a better one in another language or without the prompt; and the language as it is now,
        for a pause as it would be decided."""
        language = self._language
        if not language.is_decided:
            hypothesis, language = yield from in_chosen_language(
                language, self.capabilities.languages, segment, samples, request, hypothesis
            )
        if request.prompt and reads_prompt(hypothesis.words, self._stabilizer.gone):
            self._uses_prompt = False
            request = replace(request, language=hypothesis.language, prompt="")
            hypothesis = yield from self._recognize(segment, samples, request)
        return hypothesis, language

    def _prompt(self) -> str:
        """The end of what was said before the window."""
        return prompt_of(self._joined(self._stabilizer.gone)) if self._uses_prompt else ""

    def _trim(self, segment: SpeechSegment) -> None:
        """Let audio of committed words leave the window."""
        sentence = whole_sentences(self._stabilizer.committed, self._stabilizer.trimmed) if self.trims else 0
        words = (*self._stabilizer.committed, *self._open_words)
        # Cut in the wrong place, the rest of a word would be heard as another one.
        if sentence > self._stabilizer.trimmed and all(word.is_placed for word in words[sentence - 1 : sentence + 1]):
            self._cut(segment, sentence)
        if segment.end - self._window_start <= self._options.window:
            return
        self._stabilizer.force(segment.end - _SETTLED)
        self._open_words = self._stabilizer.unconfirmed
        committed = self._stabilizer.committed
        keep_from = (committed[-1].end if committed else segment.end) - _LEFT_CONTEXT
        count = ended_by(committed, self._stabilizer.trimmed, keep_from)
        if count > self._stabilizer.trimmed:
            self._is_torn = True
            self._cut(segment, count)
        elif not self._open_words and self._stabilizer.trimmed == len(committed):
            # Nothing was heard in all that time.
            self._window_start = max(self._window_start, segment.end - self._options.window)

    def _cut(self, segment: SpeechSegment, count: int) -> None:
        """Begin the window behind the first `count` committed words."""
        words = (*self._stabilizer.committed, *self._open_words)
        self._window_start = max(self._window_start, cut_behind(segment, words, count))
        self._heard.leave(self._stabilizer.committed[self._stabilizer.trimmed : count])
        self._stabilizer.trim(count)

    def _result(self, segment: SpeechSegment) -> TranscriptUpdate | None:
        shown = self._preview.show(self._stabilizer.committed, self._open_words, segment.end, is_pause=segment.is_pause)
        new = (*self._stabilizer.committed[len(self._written) :], *shown)
        before = self._written[-1].text if self._written else self._before
        words = (*self._written, *self._spelled(new, before, is_whole=segment.is_final))
        count = len(self._stabilizer.committed)
        self._written = list(words[:count])
        self._ended = segment.speech_end if segment.is_final else segment.end
        committed = self._joined(words[:count])
        unconfirmed = " " * bool(count and words[count:] and words[count].is_spaced) + self._joined(words[count:])
        texts = (committed, unconfirmed)
        if self._shown is None and not committed and not unconfirmed:
            return None
        if texts == self._shown and not segment.is_final and segment.end - self._told < _STILL_HEARD:
            return None
        self._shown = texts
        self._told = segment.end
        self._revision += 1
        return TranscriptUpdate(
            segment_id=segment.segment_id,
            revision=self._revision,
            language=self._language.current,
            committed=committed,
            unconfirmed=unconfirmed,
            words=words,
            start=segment.start,
            end=segment.end,
            is_final=segment.is_final,
            speech_end=segment.speech_end,
            final_text=self._joined(self._final_words()) if segment.is_final else "",
            final_words=self._final_words() if segment.is_final else (),
            lane=self._options.lane,
        )

    def _final_words(self) -> tuple[Word, ...]:
        return self._spelled(final_words(self._stabilizer.committed, self._whole), self._before, is_whole=True)

    def _spelled(self, words: Sequence[Word], before: str, *, is_whole: bool) -> tuple[Word, ...]:
        """The words as they are written behind the word `before`."""
        return written_words(words, self._language.current, before, is_whole=is_whole)

    def _joined(self, words: Sequence[Word]) -> str:
        return spelled(words, self._language.current)
