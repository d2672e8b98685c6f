"""Speech whose words can be read off its samples, wherever a window of it begins and ends."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from desktop.engine.events import SAMPLE_RATE, Samples, Word
from desktop.engine.hearing.hearing import VoiceDetector
from desktop.engine.options import VoiceOptions
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest, RecognizerCapabilities
from desktop.engine.requests import Request
from desktop.server.brokers.base import Begin, Recogniser
from tests.fakes import LoudnessDetector

WORD = 0.32
"""seconds"""
_QUIETEST, _STEP = 0.2, 0.002
"""loudness of word 0, and of each number more"""
_LEAST = 0.15
"""seconds of a word by which it is understood"""


def name(number: int) -> str:
    """How a word is written."""
    return f"word{number}"


def said(numbers: Sequence[int]) -> Samples:
    """These words, one behind the other."""
    levels = np.repeat(_QUIETEST + _STEP * np.asarray(numbers), round(WORD * SAMPLE_RATE)).astype(np.float32)
    levels[::2] *= -1  # what is constant is an offset, and no sound
    return levels


def understood(samples: Samples, request: RecognitionRequest) -> Hypothesis:
    """The words in a window."""
    numbers = np.rint((np.abs(samples) - _QUIETEST) / _STEP).astype(int)
    numbers[np.abs(samples) < _QUIETEST - _STEP] = -1
    borders = np.flatnonzero(np.diff(numbers)) + 1
    words = []
    for start, end in zip((0, *borders), (*borders, len(numbers)), strict=True):
        if len(numbers) and numbers[start] >= 0 and end - start >= _LEAST * SAMPLE_RATE:
            words.append(Word(name(numbers[start]), start / SAMPLE_RATE, end / SAMPLE_RATE, 0.95))
    return Hypothesis(request.language or "en", tuple(words), no_speech=0.0 if words else 0.9)


class Desk:
    """The models of a worker: a Broker that takes its time. seconds: of a decoding, drawn anew for each."""

    lag = elsewhere = 0
    workers = 1
    seconds = 0.1

    def __init__(self, took: Callable[[], float]) -> None:
        self._took = took
        self.is_hung = False
        """nothing is answered any more"""
        capabilities = RecognizerCapabilities(frozenset({"en", "es"}), detects_language=True, streaming=True)
        self.recogniser = Recogniser("simulated", capabilities, 1)

    def speaking(self, count: int) -> None:
        pass

    async def start(self) -> None:
        pass

    def voice_detector(self, options: VoiceOptions) -> VoiceDetector:
        return LoudnessDetector()

    async def ask(self, owner: str, request: Request, begin: Begin) -> Any:
        begun = begin()
        await asyncio.sleep(self._took())
        if self.is_hung:
            await asyncio.Event().wait()
        return None if begun is None else understood(begun.work.samples, begun.work.request)

    def drop(self, owner: str) -> None:
        pass

    async def close(self) -> None:
        pass
