"""For each language the first synthesizer that has a voice, and the next one when it fails. On the speech thread."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from desktop.engine.errors import EngineError, ModelMissing
from desktop.engine.recognition.backends.base import Progress
from desktop.engine.speech.backends.base import SpeechChunk, Synthesizer, SynthesizerCapabilities, Voice
from desktop.engine.takeover import Notify, as_engine_error, takeover

log = logging.getLogger(__name__)


@dataclass
class FallbackSynthesizer:
    """For each language the first synthesizer that has a voice; the next one when it fails. Each takeover is
    reported once per language."""

    candidates: Sequence[Synthesizer]
    notify: Notify
    name: str = ""
    _chosen: dict[str, int] = field(default_factory=dict)
    _reported: set[tuple[str, int]] = field(default_factory=set)
    _progress: Progress = lambda _: None
    _voice: str = ""

    @property
    def capabilities(self) -> SynthesizerCapabilities:
        languages = frozenset[str]().union(*(one.capabilities.languages for one in self.candidates))
        return SynthesizerCapabilities(languages)

    def voices(self) -> tuple[Voice, ...]:
        return tuple(voice for one in self.candidates for voice in one.voices())

    def load(self, language: str, voice: str, progress: Progress) -> None:
        """Load the first candidate that speaks the language. Raises the first one's EngineError if none does."""
        self._progress, self._voice = progress, voice
        self._take_next(language, 0, None)

    def synthesize(self, text: str, language: str, rate: float = 1.0) -> Iterator[SpeechChunk]:
        while True:
            index = self._chosen[language]
            spoken = False
            try:
                for chunk in self.candidates[index].synthesize(text, language, rate):
                    spoken = True
                    yield chunk
            except Exception as error:
                log.exception("the voice failed")
                failure = as_engine_error(error, "backend-stopped", name=self.candidates[index].name)
                self._take_next(language, index + 1, failure)
                if not spoken:
                    continue
            return

    def close(self) -> None:
        for one in self.candidates:
            one.close()
        self._chosen.clear()

    def _take_next(self, language: str, start: int, failure: EngineError | None) -> None:
        first_failure = failure
        for index in range(start, len(self.candidates)):
            candidate = self.candidates[index]
            try:
                candidate.load(language, self._voice, self._progress)
            except Exception as error:
                log.info("a synthesizer cannot be used", exc_info=True)
                first_failure = first_failure or as_engine_error(error, "voice-not-loaded")
                continue
            self._chosen[language] = index
            self.name = candidate.name
            if first_failure is not None and (language, index) not in self._reported:
                self._reported.add((language, index))
                self.notify(takeover(first_failure, candidate.name))
            return
        raise first_failure or ModelMissing("voice-missing", language=language)
