"""Voices of clouds: each clause passes the guard (`cloud/guard.py`). On the speech thread, and on that of a trial while
one is not used (`preference.py`)."""

from collections.abc import Iterator

from desktop.engine.cloud.guard import Guard
from desktop.engine.cloud.meter import Meter
from desktop.engine.cloud.retrying import AGAIN, retried
from desktop.engine.recognition.backends.base import Progress
from desktop.engine.speech.backends.base import SpeechChunk, Synthesizer, SynthesizerCapabilities, Voice

_LOADING = 12.0
"""seconds for bringing the library into memory and connecting"""
_SIZE = 60.0
"""characters that take about as long as fewer"""


class GuardedSynthesizer:
    """A Synthesizer. What is measured is the time to the first sound."""

    def __init__(self, synthesizer: Synthesizer, guard: Guard) -> None:
        self._synthesizer = synthesizer
        self._guard = guard

    @property
    def name(self) -> str:
        return self._synthesizer.name

    @property
    def meter(self) -> Meter:
        return self._guard.meter

    @property
    def capabilities(self) -> SynthesizerCapabilities:
        return self._synthesizer.capabilities

    def voices(self) -> tuple[Voice, ...]:
        return self._synthesizer.voices()

    def load(self, language: str, voice: str, progress: Progress) -> None:
        """Raises CloudFailed, or ModelMissing for a language that it does not speak."""
        self._guard.do(
            "load",
            lambda: self._synthesizer.load(language, voice, progress),
            most=_LOADING,
            size=10.0,
            part="opening",
        )

    def synthesize(self, text: str, language: str, rate: float = 1.0) -> Iterator[SpeechChunk]:
        chunks = iter(())  # type: Iterator[SpeechChunk]

        def first() -> SpeechChunk | None:
            nonlocal chunks
            chunks = iter(self._synthesizer.synthesize(text, language, rate))
            return next(chunks, None)

        size = max(1.0, len(text) / _SIZE)
        chunk = self._guard.do("speak", lambda: retried(first, AGAIN), characters=len(text), size=size)
        while chunk is not None:
            yield chunk
            chunk = self._guard.do("more", lambda: next(chunks, None), part="step")

    def close(self) -> None:
        self._guard.aside(self._synthesizer.close)
        self._guard.close()
