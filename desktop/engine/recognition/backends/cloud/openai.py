"""OpenAI's transcription of whole recordings, and that of every server with the same interface. On the recognition
thread; a window is a request, so only finals are sent.
"""

import io
import wave
from typing import Any

import numpy as np

from desktop.engine.cloud.clients.openai import CHOOSING, check, make_client, working
from desktop.engine.cloud.errors import CloudLimit, Limit
from desktop.engine.cloud.options import CloudOptions
from desktop.engine.errors import BackendFailed, LanguageUnknown
from desktop.engine.events import SAMPLE_RATE, Samples, Word
from desktop.engine.recognition.backends.base import (
    Hypothesis,
    Progress,
    RecognitionRequest,
    RecognizerCapabilities,
)
from desktop.engine.recognition.backends.cloud.heard import spread
from desktop.engine.recognition.backends.cloud.sound import pcm16
from desktop.engine.text.languages import CODES, check_language

_SHORTEST = 0.1
"""seconds that the provider takes"""
_SILENT = 3e-3
"""greatest sample of what holds nothing; it is not sent, as Whisper makes words of it"""
_TEXT_ONLY = "gpt-"
"""how the names of models begin that give a text without times"""
_PER_SECOND = 0.15
"""seconds more to wait for each second of sound"""


class OpenAIRecognizer:
    """A WindowRecognizer."""

    def __init__(self, options: CloudOptions) -> None:
        self._options = options
        self._client: Any = None
        self.capabilities = RecognizerCapabilities(
            frozenset(CODES), detects_language=True, streaming=False, needs_network=True
        )

    @property
    def name(self) -> str:
        return self._options.name

    @property
    def sent_to(self) -> str:
        """Where sound goes; empty: nowhere now."""
        return self._options.place if self._client is not None else ""

    def load(self, progress: Progress) -> None:
        """Ask which models there are, which shows that address and key are right. Raises CloudFailed."""
        progress(0.0)
        self.close()
        client = make_client(self._options)
        try:
            check(client, self._options)
        except BaseException:
            client.close()
            raise
        self._client = client
        progress(1.0)

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        client = self._client
        if client is None:
            raise BackendFailed("recognition-model-not-loaded", recoverable=True)
        if request.language is not None and request.language not in CODES:
            raise CloudLimit(Limit.LANGUAGE, self._options.place)
        language = request.language or next(iter(request.candidates), "en")
        seconds = len(samples) / SAMPLE_RATE
        if seconds < _SHORTEST or not float(np.nanmax(np.abs(samples), initial=0.0)) > _SILENT:
            return Hypothesis(language, (), no_speech=1.0)
        with working(self._options):
            answer = client.audio.transcriptions.create(
                file=("speech.wav", _wav(samples), "audio/wav"),
                model=self._options.model,
                timeout=self._options.timeouts.answer + _PER_SECOND * seconds,
                **self._wanted(request),
            )
            return _hypothesis(answer, request, language, seconds)

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _wanted(self, request: RecognitionRequest) -> dict[str, Any]:
        wanted: dict[str, Any] = {}
        if not self._options.model.startswith(_TEXT_ONLY):
            wanted |= {"response_format": "verbose_json", "timestamp_granularities": ["word", "segment"]}
        else:
            wanted |= {"response_format": "json"}
        if request.language is not None:
            wanted["language"] = request.language
        elif len(request.candidates) > 1 and self._options.model.startswith(CHOOSING):
            wanted["languages"] = list(request.candidates)
        if prompt := " ".join(filter(None, (request.vocabulary, request.prompt))):
            wanted["prompt"] = prompt
        return wanted


def _wav(samples: Samples) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(SAMPLE_RATE)
        sound.writeframes(pcm16(samples))
    return file.getvalue()


def _hypothesis(answer: Any, request: RecognitionRequest, language: str, seconds: float) -> Hypothesis:
    """Raises ValueError where the answer is none."""
    text = getattr(answer, "text", None)
    if not isinstance(text, str):
        raise ValueError("no text")
    heard = _language(answer) or language
    if heard not in (request.candidates or (heard,)) and request.language is None:
        heard = language
    words = _timed(answer, text, seconds) or spread(text, 0.0, seconds, heard, 0.9)
    return Hypothesis(heard, words, no_speech=0.0 if words else 1.0)


def _language(answer: Any) -> str:
    """The one that was heard, by its code or its English name; empty: it is not said."""
    languages = getattr(answer, "languages", None) or []
    said = getattr(answer, "language", None) or (getattr(languages[0], "code", "") if languages else "")
    try:
        return check_language(str(said)) if said else ""
    except LanguageUnknown:
        return ""


def _timed(answer: Any, text: str, seconds: float) -> tuple[Word, ...]:
    """The words with their times, spelled as in the text: Whisper's interface gives them without punctuation. None
    where the two do not agree."""
    timed = getattr(answer, "words", None) or []
    written = text.split()
    if len(written) != len(timed):
        return ()
    words, least = [], 0.0
    for shown, one in zip(written, timed, strict=True):
        start = min(max(float(one.start), least), seconds)
        end = min(max(float(one.end), start), seconds)
        words.append(Word(shown, start, end, 0.9))
        least = start
    return tuple(words)
