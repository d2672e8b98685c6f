"""How long an answer is waited for before somebody else is asked: what such work took before, and a bit more. Any
thread.

Captions may be late by about two seconds, and the local model needs some of them; so live work gets 1.2 s more than the
slowest of its kind lately. A recording can wait, and so does the loading of a model.
"""

import threading
from collections import deque

from desktop.engine.events import SAMPLE_RATE
from desktop.engine.recognition.work import Decode
from desktop.engine.remote.wire import Work
from desktop.engine.speech.work import Speak
from desktop.engine.translation.work import LoadTranslation, Translate, TranslateSpeech

MORE = 1.2
"""seconds beyond what it took before"""
_MOST_LIVE = 5.0
"""seconds that live work gets at most, however slow the server was; a long text gets more"""
_UNMEASURED = {"decode": 0.6, "final": 0.6, "translate": 1.8, "hear": 2.8, "speak": 2.8}
"""seconds that work of a kind is thought to take before any was done"""
_LOADING = 10.0
_RECORDING = 30.0
_REMEMBERED = 16
_LEAST_LENGTH = 5.0
"""seconds of audio; shorter windows take as long, because they are padded"""
_CHARACTERS = 60.0
"""of a text, that take about as long as a shorter one"""
_FINAL = 2.0
"""decodings of a partial that a final takes, until it is measured"""


class Patience:
    """Limits for the work that one server does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rates: dict[str, deque[float]] = {}
        self._seconds = 0.0

    def expect(self, seconds: float) -> None:
        """Decoding 5 s of speech takes so long there, as the server says; 0: it does not."""
        self._seconds = seconds

    def limit(self, work: Work) -> float:
        """Seconds to wait for an answer."""
        if isinstance(work, LoadTranslation) or (isinstance(work, Speak) and not work.text):
            return _LOADING
        kind, size = _kind(work), _size(work)
        with self._lock:
            rates = tuple(self._rates.get(kind, ()))
        expected = max(rates) * size if rates else self._unmeasured(kind) * size
        if isinstance(work, Decode) and work.request.is_thorough:
            return _RECORDING + 4 * expected
        most = _MOST_LIVE if isinstance(work, Decode) else _MOST_LIVE * size
        return min(most, MORE + expected)

    def took(self, work: Work, seconds: float) -> None:
        """An answer came after so long."""
        if isinstance(work, LoadTranslation) or (isinstance(work, Speak) and not work.text):
            return
        with self._lock:
            rates = self._rates.setdefault(_kind(work), deque(maxlen=_REMEMBERED))
            rates.append(seconds / _size(work))

    def _unmeasured(self, kind: str) -> float:
        if self._seconds and kind in ("decode", "final"):
            return self._seconds * (_FINAL if kind == "final" else 1.0)
        return _UNMEASURED[kind]


def _kind(work: Work) -> str:
    match work:
        case Decode(request=request):
            return "final" if request.is_final else "decode"
        case Translate():
            return "translate"
        case TranslateSpeech():
            return "hear"
    return "speak"


def _size(work: Work) -> float:
    """How much there is to do: 1 for little."""
    match work:
        case Decode(samples=samples) | TranslateSpeech(samples=samples):
            return max(_LEAST_LENGTH, len(samples) / SAMPLE_RATE) / _LEAST_LENGTH
        case Translate(text=text) | Speak(text=text):
            return max(_CHARACTERS, len(text)) / _CHARACTERS
    return 1.0
