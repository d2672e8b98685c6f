"""From audio of any block size to utterances: re-blocks it for the detector, takes out a constant offset, and reports
the level.

Its clock is the audio itself: seconds of audio heard since the session began. Pure but for the detector it is given.
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from desktop.engine.events import SAMPLE_RATE, AudioLevel, Samples, SpeechSegment
from desktop.engine.hearing.level import peak, rms
from desktop.engine.hearing.offset import OffsetRemover
from desktop.engine.hearing.segmenter import Segmenter
from desktop.engine.options import SessionOptions, VoiceOptions

FRAME = 512
"""samples that a detector takes at a time, 32 ms"""


class VoiceDetector(Protocol):
    """Tells speech from everything else on one stream of frames; keeps the stream's state."""

    def configure(self, options: VoiceOptions) -> None:
        """Take new options between two frames; what was heard so far stays."""

    def detect(self, samples: Samples) -> tuple[bool, float]:
        """Whether somebody speaks now, and the probability that this frame, shape (512,), 16 kHz, holds voice."""

    def reset(self) -> None:
        """Forget the stream: the next frame is the first of a new one."""


class Hearing:
    """Takes audio of any block size, gives utterances.

    on_level: gets an AudioLevel `level_hz` times a second of audio.
    """

    def __init__(
        self, options: SessionOptions, detector: VoiceDetector, on_level: Callable[[AudioLevel], None]
    ) -> None:
        self._options = options
        self._detector = detector
        self._step = self._first_step = options.step
        self._segmenter = Segmenter(options.voice, options.step)
        self._on_level = on_level
        self._offset = OffsetRemover()
        self._rest: Samples = np.zeros(0, np.float32)
        self._level_samples: list[Samples] = []

    @property
    def time(self) -> float:
        """Seconds of audio heard."""
        return self._segmenter.time

    @property
    def running(self) -> float:
        """Seconds of the running utterance; 0: there is none."""
        return self._segmenter.running

    def configure(self, options: SessionOptions) -> None:
        """Take new options between two pieces of audio; audio that waits stays."""
        if options.voice != self._options.voice:
            self._detector.configure(options.voice)
        self._options = options
        self._segmenter.configure(options.voice, self._step, self._first_step)

    def decode_every(self, step: float, first_step: float) -> None:
        """Least seconds of new audio between two snapshots of a running utterance, and between its first ones; until
        this is called as the options say."""
        if (step, first_step) != (self._step, self._first_step):
            self._step, self._first_step = step, first_step
            self._segmenter.configure(self._options.voice, step, first_step)

    def settle(self, segment_id: int, speech_end: float) -> None:
        """Recognition is sure that an utterance is whole, see Segmenter.settle."""
        self._segmenter.settle(segment_id, speech_end)

    def feed(self, samples: Samples, *, is_muted: bool = False) -> list[SpeechSegment]:
        """The utterances that these samples, shape (n,), 16 kHz, begin, continue or end.

        is_muted: they hold what Parley says itself, and are taken for silence."""
        if is_muted:
            samples = np.zeros_like(samples)
        audio = np.concatenate((self._rest, samples)) if len(self._rest) else samples
        segments: list[SpeechSegment] = []
        whole = len(audio) - len(audio) % FRAME
        for at in range(0, whole, FRAME):
            frame = audio[at : at + FRAME]
            segments += self._hear(frame if is_muted else self._offset.remove(frame), is_muted)
        self._rest = audio[whole:]
        return segments

    def end(self) -> list[SpeechSegment]:
        """End the running utterance: no more audio comes, or the user asks for it."""
        segments: list[SpeechSegment] = []
        if len(self._rest):
            frame = np.zeros(FRAME, np.float32)
            frame[: len(self._rest)] = self._offset.remove(self._rest)
            self._rest = np.zeros(0, np.float32)
            segments += self._hear(frame, False)
        segments += self._segmenter.flush()
        self._offset.reset()
        self._detector.reset()
        return segments

    def _hear(self, frame: Samples, is_muted: bool) -> list[SpeechSegment]:
        is_speech, probability = self._detector.detect(frame)
        self._report_level(frame, is_speech, is_muted)
        return self._segmenter.push(frame, is_speech, probability)

    def _report_level(self, frame: Samples, is_speech: bool, is_muted: bool) -> None:
        self._level_samples.append(frame)
        if len(self._level_samples) * FRAME < int(SAMPLE_RATE / self._options.level_hz):
            return
        block = np.concatenate(self._level_samples)
        self._level_samples = []
        self._on_level(AudioLevel(rms(block), peak(block), is_speech, is_muted, self._options.lane))
