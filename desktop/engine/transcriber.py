"""From the audio of an utterance, so far or complete, to its transcript: what is decoded, when, and with what prompt.

Keeps the window that is decoded short: audio of committed words leaves it at the end of a sentence, or when it is
too long, and their text goes into the prompt. The words are settled by the Stabilizer.

Runs on the recognition thread.
"""

from dataclasses import replace

import numpy as np

from desktop.engine.events import SAMPLE_RATE, Samples, SpeechSegment, TranscriptUpdate, Word
from desktop.engine.languages import join_words
from desktop.engine.spoken_language import SpokenLanguage
from desktop.engine.stabilizer import Stabilizer, normalized
from desktop.engine.stt.base import Hypothesis, RecognitionRequest, Recognizer
from desktop.settings import RecognitionSettings

_SENTENCE_END = tuple(".?!。？！…")
_LEFT_CONTEXT = 1.5
"""Seconds of committed speech that stay in a window cut in the middle of a sentence."""
_SETTLED = 2.0
"""Seconds before the edge at which words are committed unasked when the window is too long."""
_PROMPT_LENGTH = 200
"""Characters of committed text in the prompt, about 60 tokens."""
_REPEATED = 4
"""Words in a row that say what the prompt says: the model reads out its prompt."""
_PIECE = SAMPLE_RATE // 50


class Transcriber:
    """Turns the snapshots of utterances, in order, into updates of their transcripts.

    recognizer: may be replaced between two calls; a running utterance goes on with the new one.
    """

    def __init__(self, recognizer: Recognizer, settings: RecognitionSettings) -> None:
        self.recognizer = recognizer
        self._settings = settings
        self._language = SpokenLanguage(settings)
        self._begin(None, 0.0)

    def _begin(self, segment_id: int | None, start: float) -> None:
        self._segment_id = segment_id
        self._revision = 0
        self._shown: tuple[str, str] | None = None
        self._stabilizer = Stabilizer()
        self._open_words: tuple[Word, ...] = ()
        self._window_start: float = start
        self._uses_prompt = True
        self._language.begin()

    def configure(self, settings: RecognitionSettings) -> None:
        """Take new settings between two calls; a new language holds at once, even in a running utterance."""
        if (settings.language, settings.languages) != (self._settings.language, self._settings.languages):
            self._language = SpokenLanguage(settings)
        self._settings = settings

    def update(self, segment: SpeechSegment) -> TranscriptUpdate | None:
        """Decode what is new in a snapshot.

        None when there is nothing to say: no word was heard and none shown before, or nothing has changed. A final
        whose segment has shown text always gives an update. Raises BackendFailed, and may then be called again with
        the same segment.
        """
        if segment.segment_id != self._segment_id:
            self._begin(segment.segment_id, segment.start)
        if not segment.is_final and not self.recognizer.capabilities.streaming:
            return None
        hypothesis = self._recognize(segment)
        words = tuple(
            replace(word, start=word.start + self._window_start, end=word.end + self._window_start)
            for word in hypothesis.words
        )
        # With a new language setting in mid-utterance there are committed words while the language is open again.
        if self._language.is_decided or self._stabilizer.committed:
            self._stabilizer.update(words, segment.end, is_final=segment.is_final)
            self._open_words = self._stabilizer.unconfirmed
            if not segment.is_final:
                self._trim(segment)
        else:
            self._open_words = words
        return self._result(segment)

    def _recognize(self, segment: SpeechSegment) -> Hypothesis:
        offset = max(0, round((self._window_start - segment.start) * SAMPLE_RATE))
        samples = segment.samples[offset:]
        request = RecognitionRequest(
            language=self._language.fixed,
            candidates=self._language.candidates,
            prompt=self._prompt(),
            is_final=segment.is_final,
        )
        hypothesis = self.recognizer.transcribe(samples, request)
        if not self._language.is_decided:
            hypothesis = self._settle_language(segment, samples, request, hypothesis)
        if self._uses_prompt and self._reads_prompt(hypothesis):
            self._uses_prompt = False
            request = replace(request, language=hypothesis.language, prompt=self._settings.vocabulary)
            hypothesis = self.recognizer.transcribe(samples, request)
        return hypothesis

    def _settle_language(
        self, segment: SpeechSegment, samples: Samples, request: RecognitionRequest, hypothesis: Hypothesis
    ) -> Hypothesis:
        """Weigh a hypothesis whose language was detected; gives it back, or one in the language that was chosen."""
        if not hypothesis.words and not segment.is_final:
            return hypothesis
        known = self.recognizer.capabilities.languages
        choice = self._language.choose(
            hypothesis.language, hypothesis.language_probability, segment.end - segment.start, segment.is_final
        )
        if choice != hypothesis.language and choice in known:
            hypothesis = self.recognizer.transcribe(samples, replace(request, language=choice))
        rival = self._language.rival
        if rival in known:
            other = self.recognizer.transcribe(samples, replace(request, language=rival))
            if other.words and other.log_probability > hypothesis.log_probability:
                self._language.overrule(other.language)
                return other
        return hypothesis

    def _prompt(self) -> str:
        """The user's vocabulary, then the end of what was said before the window."""
        parts = [self._settings.vocabulary.strip()]
        if self._uses_prompt:
            text = self._joined(self._stabilizer.committed[: self._stabilizer.trimmed])
            end = text[-_PROMPT_LENGTH:]
            parts.append(end if end == text else end.partition(" ")[2] or end)
        return " ".join(part for part in parts if part)

    def _reads_prompt(self, hypothesis: Hypothesis) -> bool:
        spoken = [normalized(word.text) for word in hypothesis.words]
        before = [normalized(word.text) for word in self._stabilizer.committed[: self._stabilizer.trimmed]]
        return len(spoken) >= _REPEATED and spoken[:_REPEATED] == before[-len(spoken) :][:_REPEATED]

    def _trim(self, segment: SpeechSegment) -> None:
        """Let audio of committed words leave the window."""
        sentence = self._sentence_end()
        if sentence > self._stabilizer.trimmed:
            self._cut(segment, sentence)
        if segment.end - self._window_start <= self._settings.window:
            return
        self._stabilizer.force(segment.end - _SETTLED)
        self._open_words = self._stabilizer.unconfirmed
        committed = self._stabilizer.committed
        keep_from = (committed[-1].end if committed else segment.end) - _LEFT_CONTEXT
        count = self._stabilizer.trimmed
        while count < len(committed) and committed[count].end <= keep_from:
            count += 1
        if count > self._stabilizer.trimmed:
            self._cut(segment, count)
        elif not self._open_words and self._stabilizer.trimmed == len(committed):
            # Nothing was heard in all that time.
            self._window_start = max(self._window_start, segment.end - self._settings.window)

    def _sentence_end(self) -> int:
        """How many committed words end with the last whole sentence."""
        committed = self._stabilizer.committed
        for count in range(len(committed), self._stabilizer.trimmed, -1):
            if committed[count - 1].text.rstrip("\"'”»)").endswith(_SENTENCE_END):
                return count
        return 0

    def _cut(self, segment: SpeechSegment, count: int) -> None:
        """Begin the window behind the first `count` committed words, where it is quietest before the next one."""
        words = (*self._stabilizer.committed, *self._open_words)
        last = words[count - 1]
        following = words[count].start if count < len(words) else last.end + 0.3
        self._window_start = max(
            self._window_start, _quietest(segment, last.end - 0.05, max(following, last.end) + 0.1)
        )
        self._stabilizer.trim(count)

    def _result(self, segment: SpeechSegment) -> TranscriptUpdate | None:
        committed = self._joined(self._stabilizer.committed)
        unconfirmed = self._joined(self._open_words)
        texts = (committed, unconfirmed)
        if self._shown is None and not committed and not unconfirmed:
            return None
        if texts == self._shown and not segment.is_final:
            return None
        self._shown = texts
        self._revision += 1
        return TranscriptUpdate(
            segment_id=segment.segment_id,
            revision=self._revision,
            language=self._language.current,
            committed=committed,
            unconfirmed=unconfirmed,
            words=(*self._stabilizer.committed, *self._open_words),
            start=segment.start,
            end=segment.end,
            is_final=segment.is_final,
        )

    def _joined(self, words: tuple[Word, ...]) -> str:
        text = ""
        for word in words:
            text = join_words(text, word.text, self._language.current)
        return text


def _quietest(segment: SpeechSegment, start: float, end: float) -> float:
    """The quietest moment of a segment between two session times."""
    first = min(max(0, round((start - segment.start) * SAMPLE_RATE)), len(segment.samples))
    last = min(max(first, round((end - segment.start) * SAMPLE_RATE)), len(segment.samples))
    pieces = segment.samples[first : first + (last - first) // _PIECE * _PIECE].reshape(-1, _PIECE)
    if not len(pieces):
        return segment.start + first / SAMPLE_RATE
    energy = np.convolve(np.mean(np.square(pieces), axis=1), np.ones(3) / 3, mode="same")
    return segment.start + (first + (int(np.argmin(energy)) + 0.5) * _PIECE) / SAMPLE_RATE
