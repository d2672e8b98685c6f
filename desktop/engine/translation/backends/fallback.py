"""For each pair of languages the first translator that can, and the next one when it cannot be loaded.

One that really translates a pair comes before one that has only a phrasebook for it. What has no sound, as a corrected
line, goes to one that reads, if the chosen one only hears.

Itself a Translator. Each takeover is reported, because nothing may be replaced in silence. On the translation thread.
"""

import logging
from collections.abc import Sequence

from desktop.engine.errors import BackendFailed, EngineError, ModelMissing
from desktop.engine.events import Samples
from desktop.engine.recognition.backends.base import Progress
from desktop.engine.takeover import Notify, takeover
from desktop.engine.translation.backends.base import SpeechTranslator, Translator, TranslatorCapabilities

_log = logging.getLogger(__name__)


class FallbackTranslator:
    """candidates: in the order of preference; at least one."""

    def __init__(self, candidates: Sequence[Translator], notify: Notify) -> None:
        self._candidates = tuple(candidates)
        self._notify = notify
        self._chosen: dict[tuple[str, str], Translator] = {}
        self._last: Translator = self._candidates[0]
        self._known: TranslatorCapabilities | None = None

    @property
    def name(self) -> str:
        """Of what translated last, or will first."""
        return self._last.name

    @property
    def capabilities(self) -> TranslatorCapabilities:
        if self._known is None:
            able = [one.capabilities for one in self._candidates]
            pairs = frozenset[tuple[str, str]]().union(*(one.pairs for one in able))
            of = {pair: self._for(pair).capabilities for pair in pairs}
            hears = frozenset(pair for pair in pairs if pair in of[pair].hears)
            self._known = TranslatorCapabilities(
                pairs,
                forces_prefix=all(one.forces_prefix for one in able if one.pairs - one.hears),
                needs_network=any(one.needs_network for one in able),
                hears=hears,
                reads=frozenset(pair for pair in hears if self._reader(pair) is not None),
                phrasebook=frozenset(pair for pair in pairs if pair in of[pair].phrasebook),
                limits={pair: of[pair].limits[pair] for pair in pairs if pair in of[pair].limits},
            )
        return self._known

    def load(self, source: str, target: str, progress: Progress) -> None:
        """Load the first that can translate the pair. Raises the first one's EngineError if none can."""
        pair = (source, target)
        able = self._able(pair) or list(self._candidates[:1])
        failure: EngineError | None = None
        for candidate in able:
            try:
                candidate.load(source, target, progress)
            except EngineError as error:
                _log.info("a translator cannot be used: %s", error.code)
                failure = failure or error
                continue
            self._chosen[pair] = self._last = candidate
            self._known = None
            if failure is not None:
                self._notify(takeover(failure, candidate.name))
            return
        raise failure or ModelMissing("no-translator", source=source, target=target)

    def translate(self, text: str, source: str, target: str, prefix: str = "", is_final: bool = True) -> str | None:
        reader = self._reader((source, target)) or self._used((source, target))
        return reader.translate(text, source, target, prefix, is_final)

    def translate_speech(self, samples: Samples, source: str, target: str, transcript: str = "") -> str | None:
        used = self._used((source, target))
        if not isinstance(used, SpeechTranslator):
            raise BackendFailed("translator-reads-only", name=used.name, recoverable=True)
        return used.translate_speech(samples, source, target, transcript)

    def close(self) -> None:
        for one in self._candidates:
            one.close()

    def _used(self, pair: tuple[str, str]) -> Translator:
        self._last = self._for(pair)
        return self._last

    def _for(self, pair: tuple[str, str]) -> Translator:
        return self._chosen.get(pair) or next(iter(self._able(pair)), self._candidates[0])

    def _able(self, pair: tuple[str, str]) -> list[Translator]:
        """The candidates for a pair, the best first."""
        able = [one for one in self._candidates if pair in one.capabilities.pairs]
        return sorted(able, key=lambda one: pair in one.capabilities.phrasebook)

    def _reader(self, pair: tuple[str, str]) -> Translator | None:
        """What translates text where the chosen translator only hears."""
        if pair not in self._for(pair).capabilities.hears:
            return None
        return next((one for one in self._able(pair) if pair not in one.capabilities.hears), None)
