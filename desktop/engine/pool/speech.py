"""The voice that all sessions share; each language is loaded when it is first spoken.

On the thread of its slot, but for what says otherwise.
"""

from collections.abc import Callable, Iterator

from desktop.engine.events import Event, ModelProgress
from desktop.engine.pool.backends import MakeSynthesizer
from desktop.engine.speech.backends.base import SpeechChunk, Synthesizer
from desktop.engine.text.languages import base_language
from desktop.settings.declaration import SpeechSettings


class SpeechModel:
    """make: makes the synthesizer that the settings ask for. emit: gets the progress of loading and notices."""

    def __init__(self, settings: SpeechSettings, make: MakeSynthesizer, emit: Callable[[Event], None]) -> None:
        self._settings = settings
        self._make = make
        self._emit = emit
        self._synthesizer: Synthesizer | None = None
        self._made_for = ""
        self._loaded: set[tuple[str, str]] = set()
        self._is_outdated = False

    @property
    def name(self) -> str:
        """As shown to the user; empty while none is made. Any thread."""
        synthesizer = self._synthesizer
        return synthesizer.name if synthesizer else ""

    def configure(self, settings: SpeechSettings) -> None:
        """Any thread; takes effect with the next text."""
        self._settings = settings

    def renew(self) -> None:
        """Another synthesizer is to be made, although its own settings are the same. Any thread; takes effect with the
        next text."""
        self._is_outdated = True

    def load(self, language: str) -> None:
        """Bring a voice for the language into memory. Raises ModelMissing, ModelBroken."""
        self._ready(base_language(language))

    def synthesize(self, text: str, language: str, rate: float) -> Iterator[SpeechChunk]:
        """Speak a text; the sound comes in pieces. rate: 1 is normal. Raises what the synthesizer raises."""
        spoken = base_language(language)  # written variants sound alike
        return self._ready(spoken).synthesize(text, spoken, rate)

    def unload(self) -> str:
        """Give the memory back; the next text loads again. Returns the name of what was loaded."""
        name = self.name
        self.close()
        self._loaded.clear()
        return name

    def close(self) -> None:
        if self._synthesizer is not None:
            self._synthesizer.close()
        self._synthesizer = None

    def _ready(self, language: str) -> Synthesizer:
        settings = self._settings
        if self._synthesizer is None or self._made_for != settings.backend or self._is_outdated:
            self._is_outdated = False
            self.close()
            self._emit(ModelProgress("speech", "", 0.0))
            self._synthesizer = self._make(settings, self._emit)
            self._made_for = settings.backend
            self._loaded.clear()
        if (language, settings.voice) not in self._loaded:
            self._synthesizer.load(language, settings.voice, self._progress)
            self._loaded = {pair for pair in self._loaded if pair[0] != language} | {(language, settings.voice)}
            self._emit(ModelProgress("speech", self.name, 1.0))
        return self._synthesizer

    def _progress(self, fraction: float) -> None:
        self._emit(ModelProgress("speech", self.name, min(fraction, 0.99)))
