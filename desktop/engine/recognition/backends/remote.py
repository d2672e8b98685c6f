"""A recogniser on a server: each window is decoded there. On the recognition thread, and on that of a trial while it is
not used (`preference.py`)."""

from typing import Any, Protocol

from desktop.engine.errors import BackendFailed
from desktop.engine.events import Samples
from desktop.engine.recognition.backends.base import (
    Hypothesis,
    Progress,
    RecognitionRequest,
    RecognizerCapabilities,
)
from desktop.engine.recognition.work import Decode
from desktop.engine.requests import Kind

UNKNOWN = RecognizerCapabilities(frozenset(), detects_language=False, streaming=False, needs_network=True)


class Client(Protocol):
    """Has work done by a server. Any thread; each call ends within a time that its work may take."""

    @property
    def name(self) -> str:
        """As users know the server."""

    @property
    def recogniser(self) -> str:
        """Name of what recognises there; empty: not known so far."""

    @property
    def capabilities(self) -> RecognizerCapabilities | None:
        """Of what recognises there."""

    @property
    def is_connected(self) -> bool:
        """Whether anything can go there now."""

    def open(self) -> None:
        """Connect, unless it is. Raises EngineAway."""

    def ask(self, work: Any, kind: Kind) -> Any:
        """The answer, as the work's kind says. Raises EngineAway, or what was raised there."""

    def close(self) -> None:
        """Needed no more. Idempotent."""


class RemoteRecognizer:
    """A WindowRecognizer."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._is_open = False

    @property
    def name(self) -> str:
        recogniser = self._client.recogniser
        return f"{recogniser} · {self._client.name}" if recogniser else self._client.name

    @property
    def sent_to(self) -> str:
        """Where sound goes; empty: nowhere now."""
        return self._client.name if self._client.is_connected else ""

    @property
    def capabilities(self) -> RecognizerCapabilities:
        return self._client.capabilities or UNKNOWN

    def load(self, progress: Progress) -> None:
        """Connect. Raises EngineAway."""
        progress(0.0)
        self._client.open()
        self._is_open = True
        progress(1.0)

    def transcribe(self, samples: Samples, request: RecognitionRequest) -> Hypothesis:
        if not self._is_open:
            raise BackendFailed("recognition-model-not-loaded", recoverable=True)
        if request.language is not None and request.language not in self.capabilities.languages:
            raise BackendFailed("model-lacks-language", name=self.name, language=request.language, recoverable=True)
        kind = Kind.FINAL if request.is_final else Kind.PARTIAL
        answer = self._client.ask(Decode(samples, request, 0.0), kind)
        if not isinstance(answer, Hypothesis):
            raise BackendFailed("server-answers-wrong", name=self._client.name, recoverable=True)
        return answer

    def close(self) -> None:
        self._is_open = False
        self._client.close()
