"""Where utterances begin and end: INACTIVE -> ACTIVE -> SILENCE -> INACTIVE. Pure.

Takes frames with the detector's decision and gives back snapshots of the running utterance. No sample of an
utterance is lost and none belongs to two utterances.

The vote says about 0.1 s late that somebody fell silent. Silero's own probability knows sooner: a snapshot marked
`is_pause` comes as soon as it drops, so that the words of the final can be found while the silence is still being
waited for. Who has found them, and that they are a whole sentence, says so (`settle`); the utterance then ends after
less silence.
"""

from collections import deque
from enum import StrEnum

import numpy as np

from desktop.engine.events import SAMPLE_RATE, Samples, SpeechSegment
from desktop.engine.options import VoiceOptions

_LEAD = 0.5
"""Seconds taken from before the first frame called speech. The vote is about 0.1 s late and soft consonants are later;
more would only be silence."""
_SPLIT_SEARCH = 4.0
"""Seconds at the end of a too long utterance in which the best place to split it is looked for."""
_BEGINNING = 0.45
"""Seconds after an utterance was opened in which the next snapshot comes after `first_step`."""
_PAUSE = 0.06
"""Seconds without voice that are taken for a pause. Most stops inside words (p, t, k) are over by then."""
_LOUDER = 2.0
"""A frame this many times as loud as the silence before it is a sound of its own…"""
_AUDIBLE = 0.1
"""…and may be the end of a word, if it has this part of the utterance's greatest loudness. Breath has less."""


class SegmenterState(StrEnum):
    """What the segmenter hears."""

    INACTIVE = "inactive"
    ACTIVE = "active"
    SILENCE = "silence"
    """an utterance pauses; it ends when the hangover is over"""


class Segmenter:
    """Cuts a stream of frames into utterances.

    step: least seconds of new audio between two snapshots of a running utterance; first_step: the same up to the
    first ones, which should show its first words; as `step` if not given.
    """

    def __init__(self, options: VoiceOptions, step: float, first_step: float | None = None) -> None:
        self._options = options
        self._step = step
        self._first_step = step if first_step is None else first_step
        self.reset()

    def reset(self) -> None:
        """Start a new session: time 0, segment 0, nothing buffered."""
        self.state = SegmenterState.INACTIVE
        self._clock = 0
        self._next_id = 0
        self._settled: tuple[int, float] | None = None
        self._paused_at: int = -1
        self._voice_end: int = 0
        self._ring: deque[tuple[Samples, float]] = deque()
        self._ring_samples = 0
        self._speech_run = 0
        self._begin_empty(0)

    def configure(self, options: VoiceOptions, step: float, first_step: float | None = None) -> None:
        """Take new options between two frames; a running utterance goes on."""
        self._options = options
        self._step = step
        self._first_step = step if first_step is None else first_step

    @property
    def time(self) -> float:
        """Seconds of audio since the session began."""
        return self._clock / SAMPLE_RATE

    @property
    def running(self) -> float:
        """Seconds of the running utterance; 0: there is none."""
        return self._length / SAMPLE_RATE

    def settle(self, segment_id: int, speech_end: float) -> None:
        """What was said up to `speech_end` is whole: unless anything was heard since, the utterance may end after
        `early_end`. Means nothing for an utterance that is over, or that went on."""
        self._settled = (segment_id, speech_end)

    def push(self, samples: Samples, is_speech: bool, probability: float) -> list[SpeechSegment]:
        """Take the next frame, shape (n,), and what the detector says of it."""
        self._clock += len(samples)
        if self.state is SegmenterState.INACTIVE:
            return self._wait(samples, is_speech, probability)
        self._append(samples, probability)
        if is_speech:
            self.state = SegmenterState.ACTIVE
            self._silence = 0
        else:
            self._silence += len(samples)
        if self._silence >= self._count(self._options.hangover) or (not is_speech and self._ends_early()):
            return [self._end(len(self._frames))]
        if self._length >= self._count(self._options.max_segment):
            return [self._end(self._split_index())]
        fell_silent = not is_speech and self.state is SegmenterState.ACTIVE
        if fell_silent:
            self.state = SegmenterState.SILENCE
        if (fell_silent or self._quiet >= self._count(_PAUSE)) and self._paused_at != self._voice_end:
            self._paused_at = self._voice_end
            return [self._snapshot(is_pause=True)]
        if self.state is SegmenterState.ACTIVE and self._is_due():
            return [self._snapshot()]
        return []

    def flush(self) -> list[SpeechSegment]:
        """End a running utterance now."""
        if self.state is SegmenterState.INACTIVE:
            return []
        self.state = SegmenterState.SILENCE
        return [self._end(len(self._frames))]

    def _wait(self, samples: Samples, is_speech: bool, probability: float) -> list[SpeechSegment]:
        self._ring.append((samples, probability))
        self._ring_samples += len(samples)
        if is_speech:
            self._speech_run += len(samples)
        else:
            self._speech_run = 0
        keep = self._speech_run + self._count(self._options.preroll)
        while self._ring and self._ring_samples - len(self._ring[0][0]) >= keep:
            self._ring_samples -= len(self._ring.popleft()[0])
        if not is_speech or self._speech_run < self._count(self._options.onset):
            return []
        wanted = self._speech_run + self._count(min(_LEAD, self._options.preroll))
        while self._ring and self._ring_samples - len(self._ring[0][0]) >= wanted:
            self._ring_samples -= len(self._ring.popleft()[0])
        self._begin_empty(self._clock - self._ring_samples)
        for frame, chance in self._ring:
            self._append(frame, chance)
        self._clear_ring()
        self._shown = self._opened = self._length
        self.state = SegmenterState.ACTIVE
        return []

    @property
    def _quiet(self) -> int:
        """Samples since the last frame that holds voice."""
        return self._start + self._length - self._voice_end

    def _ends_early(self) -> bool:
        wait = self._options.early_end
        return (
            wait > 0
            and self._settled == (self._next_id, self._speech_end / SAMPLE_RATE)
            and self._quiet >= self._count(wait)
        )

    def _is_due(self) -> bool:
        """Whether it is time for a look. In a breath it waits: speech goes on, or the pause is looked at."""
        step = self._count(self._first_step if self._shown - self._opened < self._count(_BEGINNING) else self._step)
        return self._length - self._shown >= (2 * step if self._quiet else step)

    def _snapshot(self, *, is_pause: bool = False) -> SpeechSegment:
        self._shown = self._length
        return self._segment(len(self._frames), self._speech_end, is_final=False, is_pause=is_pause)

    def _end(self, index: int) -> SpeechSegment:
        """The final of the first `index` frames; what follows them begins the next utterance."""
        frames, chances = self._frames, self._probabilities
        end = self._start + sum(map(len, frames[:index]))
        segment = self._segment(index, min(self._speech_end, end), is_final=True)
        self._next_id += 1
        self._begin_empty(self._start + len(segment.samples))
        self._clear_ring()
        for frame, chance in zip(frames[index:], chances[index:], strict=True):
            self._append(frame, chance)
        if not self._frames:
            self.state = SegmenterState.INACTIVE
        return segment

    def _split_index(self) -> int:
        """How many frames to keep: up to where speech is least likely, then quietest, in the last seconds."""
        first = len(self._frames) - 1
        remaining = self._count(min(_SPLIT_SEARCH, self._options.max_segment / 2))
        while first > 1 and remaining > 0:
            first -= 1
            remaining -= len(self._frames[first])
        last = len(self._frames) - 1
        if first >= last:
            return len(self._frames)
        # Averaged over three frames: one unsure frame inside a word is not a pause.
        chance = np.convolve(self._probabilities, np.ones(3) / 3, mode="same")
        loudness = [float(np.sqrt(np.mean(np.square(frame)))) if len(frame) else 0.0 for frame in self._frames]
        best = min(range(first, last), key=lambda i: (round(float(chance[i]), 1), loudness[i]))
        return best + 1

    def _segment(self, count: int, speech_end: int, *, is_final: bool, is_pause: bool = False) -> SpeechSegment:
        """Of the first `count` frames."""
        samples = np.concatenate(self._frames[:count])
        start = self._start / SAMPLE_RATE
        end = (self._start + len(samples)) / SAMPLE_RATE
        voiced = self._voiced(count)
        return SpeechSegment(self._next_id, samples, start, end, is_final, speech_end / SAMPLE_RATE, is_pause, voiced)

    def _voiced(self, count: int) -> tuple[tuple[float, float], ...]:
        """The stretches of the first `count` frames that hold voice, session seconds."""
        found: list[tuple[float, float]] = []
        at = self._start
        for frame, chance in zip(self._frames[:count], self._probabilities, strict=False):
            begin, at = at / SAMPLE_RATE, at + len(frame)
            if chance < self._options.threshold:
                continue
            if found and found[-1][1] == begin:
                begin = found.pop()[0]
            found.append((begin, at / SAMPLE_RATE))
        return tuple(found)

    def _begin_empty(self, start: int) -> None:
        self._start = start
        self._frames: list[Samples] = []
        self._probabilities: list[float] = []
        self._length = 0
        self._shown = 0
        self._opened = 0
        self._silence = 0
        self._voice_end = start
        self._speech_end = start
        self._paused_at = -1
        self._loudest = 0.0
        self._hush = 0.0

    def _append(self, samples: Samples, probability: float) -> None:
        self._frames.append(samples)
        self._probabilities.append(probability)
        self._length += len(samples)
        now = self._start + self._length
        loudness = float(np.sqrt(np.mean(np.square(samples)))) if len(samples) else 0.0
        self._loudest = max(self._loudest, loudness)
        if probability >= self._options.threshold:
            self._voice_end = self._speech_end = now
            self._hush = 0.0
        elif self._paused_at != self._voice_end:
            self._hush = max(self._hush, loudness)
        elif loudness > max(_LOUDER * self._hush, _AUDIBLE * self._loudest):
            self._speech_end = now

    def _clear_ring(self) -> None:
        self._ring.clear()
        self._ring_samples = 0
        self._speech_run = 0

    @staticmethod
    def _count(seconds: float) -> int:
        return round(seconds * SAMPLE_RATE)
