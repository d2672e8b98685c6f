"""A translator on a server. On the translation thread, and on that of a trial while it is not used."""

from desktop.engine.errors import BackendFailed, ModelMissing
from desktop.engine.events import Samples
from desktop.engine.recognition.backends.base import Progress
from desktop.engine.recognition.backends.remote import Client
from desktop.engine.requests import Kind
from desktop.engine.translation.backends.base import TranslatorCapabilities
from desktop.engine.translation.work import LoadTranslation, Translate, TranslateSpeech

_NOTHING = TranslatorCapabilities(frozenset(), forces_prefix=False, needs_network=True)


class RemoteTranslator:
    """A SpeechTranslator. What it can do is known of the pairs that were loaded."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.capabilities = _NOTHING

    @property
    def name(self) -> str:
        return self._client.name

    def load(self, source: str, target: str, progress: Progress) -> None:
        """Have the server load the pair. Raises EngineAway, or ModelMissing where it cannot translate it."""
        progress(0.0)
        able = self._ask(LoadTranslation(source, target), Kind.FINAL)
        if not isinstance(able, TranslatorCapabilities):
            raise ModelMissing("no-translator", source=source, target=target)
        self.capabilities = able
        progress(1.0)

    def translate(self, text: str, source: str, target: str, prefix: str = "", is_final: bool = True) -> str | None:
        work = Translate(text, source, target, prefix, is_final)
        return self._text(self._ask(work, Kind.FINAL if is_final else Kind.PARTIAL))

    def translate_speech(self, samples: Samples, source: str, target: str, transcript: str = "") -> str | None:
        return self._text(self._ask(TranslateSpeech(samples, source, target, transcript), Kind.FINAL))

    def close(self) -> None:
        self._client.close()

    def _ask(self, work: LoadTranslation | Translate | TranslateSpeech, kind: Kind) -> object:
        self._client.open()
        return self._client.ask(work, kind)

    def _text(self, answer: object) -> str | None:
        if answer is not None and not isinstance(answer, str):
            raise BackendFailed("server-answers-wrong", name=self._client.name, recoverable=True)
        return answer
