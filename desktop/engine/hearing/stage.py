"""From frames to utterances: re-blocks audio for the detector, mutes it while Parley speaks, reports the level.

Runs on the hearing thread. Its clock is the audio itself: seconds of audio heard since the engine was made,
pauses between sessions left out.
"""

import time
from collections.abc import Callable

import numpy as np

from desktop.engine.audio.sources.level import peak, rms
from desktop.engine.events import SAMPLE_RATE, AudioLevel, Samples, SpeechSegment
from desktop.engine.hearing.segmenter import Segmenter
from desktop.engine.hearing.vad import FRAME, SpeechDetector
from desktop.settings.declaration import Settings, VadSettings

MUTE_TAIL = 0.3
"""Seconds that stay muted after Parley spoke: the way through the sound card and the room."""


class Hearing:
    """Takes audio of any block size, gives utterances.

    on_level: gets an AudioLevel `level_hz` times a second of audio.
    """

    def __init__(self, settings: Settings, on_level: Callable[[AudioLevel], None]) -> None:
        self._vad: VadSettings = settings.vad
        self._detector = SpeechDetector(settings.vad)
        self._step = settings.recognition.step
        self._first_step = self._step
        self._segmenter = Segmenter(settings.vad, self._step)
        self._on_level = on_level
        self._rest: Samples = np.zeros(0, np.float32)
        self._level_samples: list[Samples] = []
        self._level_block = int(SAMPLE_RATE / settings.audio.level_hz)
        self._speaking = False
        self._muted_until = 0.0

    def configure(self, settings: Settings) -> None:
        """Apply settings while running; audio that waits stays."""
        if settings.vad != self._vad:
            self._vad = settings.vad
            self._detector.configure(settings.vad)
        self._segmenter.configure(settings.vad, self._step, self._first_step)
        self._level_block = int(SAMPLE_RATE / settings.audio.level_hz)

    def look_every(self, step: float, first_step: float) -> None:
        """Least seconds of new audio between two looks at a running utterance, and between the first ones; until this
        is called as set."""
        if (step, first_step) != (self._step, self._first_step):
            self._step, self._first_step = step, first_step
            self._segmenter.configure(self._vad, step, first_step)

    def set_muted(self, speaking: bool) -> None:
        """Parley speaks, or has ended to, where it would hear itself. Any thread."""
        if not speaking and self._speaking:
            self._muted_until = time.monotonic() + MUTE_TAIL
        self._speaking = speaking

    def settle(self, segment_id: int, speech_end: float) -> None:
        """Recognition is sure that an utterance is whole, see Segmenter.settle. Any thread."""
        self._segmenter.settle(segment_id, speech_end)

    def feed(self, samples: Samples) -> list[SpeechSegment]:
        """The utterances that these samples, shape (n,), begin, continue or end."""
        muted = self._speaking or time.monotonic() < self._muted_until
        if muted:
            samples = np.zeros_like(samples)
        audio = np.concatenate((self._rest, samples)) if len(self._rest) else samples
        segments: list[SpeechSegment] = []
        whole = len(audio) - len(audio) % FRAME
        for at in range(0, whole, FRAME):
            segments += self._hear(audio[at : at + FRAME], muted)
        self._rest = audio[whole:]
        return segments

    def end(self) -> list[SpeechSegment]:
        """End the running utterance: no more audio comes, or the user asks for it."""
        segments: list[SpeechSegment] = []
        if len(self._rest):
            frame = np.zeros(FRAME, np.float32)
            frame[: len(self._rest)] = self._rest
            self._rest = np.zeros(0, np.float32)
            segments += self._hear(frame, False)
        segments += self._segmenter.flush()
        self._detector.reset()
        return segments

    def _hear(self, frame: Samples, muted: bool) -> list[SpeechSegment]:
        is_speech, probability = self._detector.detect(frame)
        self._report_level(frame, is_speech, muted)
        return self._segmenter.push(frame, is_speech, probability)

    def _report_level(self, frame: Samples, is_speech: bool, muted: bool) -> None:
        self._level_samples.append(frame)
        if len(self._level_samples) * FRAME < self._level_block:
            return
        block = np.concatenate(self._level_samples)
        self._level_samples = []
        self._on_level(AudioLevel(rms(block), peak(block), is_speech, muted))
