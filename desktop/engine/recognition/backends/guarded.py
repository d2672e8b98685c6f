"""Recognisers of clouds, as recognisers of windows: each piece of work passes the guard (`cloud/guard.py`).

On the recognition thread, and on that of a trial while one is not used (`preference.py`).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from desktop.engine.cloud.guard import Guard
from desktop.engine.cloud.meter import Meter
from desktop.engine.cloud.replay import SentSound
from desktop.engine.errors import BackendFailed
from desktop.engine.events import SAMPLE_RATE, Samples, Word
from desktop.engine.recognition.backends.base import (
    Hypothesis,
    Progress,
    RecognitionRequest,
    RecognitionStream,
    Recognizer,
    RecognizerCapabilities,
    SettlingStream,
    StreamRecognizer,
    StreamResult,
    WindowRecognizer,
)

LOADING = 12.0
"""seconds for bringing the library into memory and connecting"""
_RECORDING = 30.0
"""seconds that nobody minds waiting for a piece of a recording"""
_SIZE = 5.0
"""seconds of sound that take about as long as less of it"""
_STREAMS = 8
"""that are kept: sessions that speak at the same time"""
_IDLE = 6.0
"""seconds after which a stream that nobody feeds is closed"""
_SETTLED = 0.95
"""least probability of words that will not change (`CommitRules.probability`)"""
_STRADDLE = 0.02
"""seconds by which a word may begin before the window that it belongs to"""


class _Guarded:
    """What both kinds have. place: where sound goes, as users know it."""

    def __init__(self, recognizer: Recognizer, guard: Guard, place: str) -> None:
        self._recognizer = recognizer
        self._guard = guard
        self._place = place
        self._is_open = False

    @property
    def name(self) -> str:
        return self._recognizer.name

    @property
    def meter(self) -> Meter:
        return self._guard.meter

    @property
    def sent_to(self) -> str:
        """Where sound goes; empty: nowhere now."""
        return self._place if self._is_open else ""

    @property
    def capabilities(self) -> RecognizerCapabilities:
        """It takes windows; and what it does is no load of this machine."""
        able = self._recognizer.capabilities
        return replace(
            able, follows_stream=False, needs_network=True, reads_groups=False, tells_heard=able.follows_stream
        )

    def load(self, progress: Progress) -> None:
        """Raises CloudFailed."""
        progress(0.0)
        self._guard.do("load", lambda: self._recognizer.load(progress), most=LOADING, size=10.0, part="opening")
        self._is_open = True
        progress(1.0)

    def close(self) -> None:
        self._is_open = False
        self._guard.aside(self._recognizer.close)
        self._guard.close()

    def _check_open(self) -> None:
        if not self._is_open:
            raise BackendFailed("recognition-model-not-loaded", recoverable=True)


class GuardedRecognizer(_Guarded):
    """A WindowRecognizer around one that sends each window by itself."""

    def __init__(self, recognizer: WindowRecognizer, guard: Guard, place: str) -> None:
        super().__init__(recognizer, guard, place)
        self._windows = recognizer

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        self._check_open()
        seconds = len(samples) / SAMPLE_RATE
        size, least = _patience(seconds, request)
        return self._guard.do(
            "final" if request.is_final else "partial",
            lambda: self._windows.transcribe(samples, request),
            seconds=seconds,
            size=size,
            least=least,
        )


@dataclass(slots=True, eq=False)
class _Following:
    """A stream, and what it got and heard."""

    stream: RecognitionStream
    language: str | None
    """that was asked for"""
    used_at: float
    sound: SentSound = field(default_factory=SentSound)
    result: StreamResult = field(default_factory=lambda: StreamResult("", ()))
    is_over: bool = False
    is_settled: bool = False
    """its words are final up to what it got"""


class StreamWindows(_Guarded):
    """A WindowRecognizer around one that follows streams: of each window only what is new is sent, and what no stream
    has yet begins one with all of it. So the sound since the last final goes into whichever engine comes next, and a
    session never sees which kind it is.

    clock: seconds, never back."""

    def __init__(
        self,
        recognizer: StreamRecognizer,
        guard: Guard,
        place: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(recognizer, guard, place)
        self._streams = recognizer
        self._clock = clock
        self._following: list[_Following] = []
        """those used last come last"""

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        self._check_open()
        self._forget_idle()
        one, start = self._found(samples, request)
        if one is None:
            one, start = self._begun(request), 0
        new = samples[len(one.sound) - start :]
        try:
            self._feed(one, new, request)
        except Exception:
            self._drop(one)
            raise
        one.used_at = self._clock()
        return _window(one, start, len(samples), request)

    def close(self) -> None:
        for one in tuple(self._following):
            self._drop(one)
        super().close()

    def _found(self, samples: Samples, request: RecognitionRequest) -> tuple[_Following | None, int]:
        """The stream that a window belongs to, and its sample at which the window begins."""
        for one in reversed(self._following):
            asked = one.language in (None, request.language) and request.language in (
                None,
                one.language,
                one.result.language,
            )
            if not asked or (start := one.sound.start_of(samples)) is None:
                continue
            if one.is_over and start + len(samples) > len(one.sound):
                continue  # somebody went on speaking after its end
            return one, start
        return None, 0

    def _begun(self, request: RecognitionRequest) -> _Following:
        while len(self._following) >= _STREAMS:
            self._drop(self._following[0])
        stream = self._guard.do("open", lambda: self._streams.open(request), part="step")
        one = _Following(stream, request.language, self._clock())
        self._following.append(one)
        return one

    def _feed(self, one: _Following, new: Samples, request: RecognitionRequest) -> None:
        if request.is_final and isinstance(one.stream, SettlingStream):
            if len(new):
                self._send(one, new, request, is_last=False)
            if not one.is_settled:
                settling = one.stream
                size, least = _patience(len(one.sound) / SAMPLE_RATE / 4, request)
                one.result = self._guard.do("final", settling.settle, size=size, least=least)
                one.is_settled = True
        elif request.is_final:
            if not one.is_over:
                self._send(one, new, request, is_last=True)
        elif len(new):
            self._send(one, new, request, is_last=False)

    def _send(self, one: _Following, new: Samples, request: RecognitionRequest, *, is_last: bool) -> None:
        seconds = len(new) / SAMPLE_RATE
        one.sound.add(new)
        one.is_settled = one.is_over = is_last
        size, least = _patience(seconds, request)
        one.result = self._guard.do(
            "final" if is_last else "partial",
            lambda: one.stream.feed(new, is_last=is_last),
            seconds=seconds,
            size=size,
            least=least,
            part="whole" if is_last else "step",
        )

    def _forget_idle(self) -> None:
        now = self._clock()
        for one in [one for one in self._following if now - one.used_at > _IDLE]:
            self._drop(one)

    def _drop(self, one: _Following) -> None:
        self._following.remove(one)
        self._guard.aside(one.stream.close)


def _patience(seconds: float, request: RecognitionRequest) -> tuple[float, float]:
    """How much there is to do with so much sound, 1 for little, and seconds that it may take anyway: a recording can
    wait."""
    return max(1.0, seconds / _SIZE), _RECORDING if request.is_thorough else 0.0


def _window(one: _Following, start: int, length: int, request: RecognitionRequest) -> Hypothesis:
    """What the stream heard in a window that begins at one of its samples."""
    since, until = start / SAMPLE_RATE, (start + length) / SAMPLE_RATE
    words = tuple(
        _moved(word, since, is_settled=number < one.result.committed)
        for number, word in enumerate(one.result.words)
        if (word.start + word.end) / 2 >= since - _STRADDLE and word.start < until
    )
    return Hypothesis(one.result.language or request.language or "", words)


def _moved(word: Word, since: float, *, is_settled: bool) -> Word:
    """A settled word may be committed at first sight."""
    start = max(0.0, word.start - since)
    probability = max(word.probability, _SETTLED) if is_settled else word.probability
    return replace(word, start=start, end=max(start, word.end - since), probability=probability)
