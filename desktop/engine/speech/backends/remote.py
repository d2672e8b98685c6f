"""A voice on a server. On the speech thread, and on that of a trial while it is not used."""

from collections.abc import Iterator
from typing import Any

from desktop.engine.errors import BackendFailed
from desktop.engine.recognition.backends.base import Progress
from desktop.engine.recognition.backends.remote import Client
from desktop.engine.requests import Kind
from desktop.engine.speech.backends.base import SpeechChunk, SynthesizerCapabilities, Voice
from desktop.engine.speech.work import Speak


class RemoteSynthesizer:
    """A Synthesizer. Which voice speaks is the server's choice; a clause comes as a whole."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._languages: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return self._client.name

    @property
    def capabilities(self) -> SynthesizerCapabilities:
        """The languages that were loaded."""
        return SynthesizerCapabilities(self._languages, needs_network=True)

    def voices(self) -> tuple[Voice, ...]:
        """None that can be chosen."""
        return ()

    def load(self, language: str, voice: str, progress: Progress) -> None:
        """Have the server load its voice of the language. Raises EngineAway, or ModelMissing where it has none."""
        progress(0.0)
        self._ask("", language, 1.0)
        self._languages |= {language}
        progress(1.0)

    def synthesize(self, text: str, language: str, rate: float = 1.0) -> Iterator[SpeechChunk]:
        yield from self._ask(text, language, rate)

    def close(self) -> None:
        self._client.close()

    def _ask(self, text: str, language: str, rate: float) -> tuple[SpeechChunk, ...]:
        self._client.open()
        answer: Any = self._client.ask(Speak(0, text, language, is_last=True, rate=rate), Kind.FINAL)
        if not isinstance(answer, tuple):
            raise BackendFailed("server-answers-wrong", name=self._client.name, recoverable=True)
        return answer
