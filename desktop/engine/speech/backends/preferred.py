"""Voices elsewhere in front of those on this machine, or behind them, or beside: what one fails at the next one says
within the same clause.

On the speech thread.
"""

from collections.abc import Iterator
from itertools import chain

from desktop.engine.order import Arrangement, Order
from desktop.engine.recognition.backends.base import Progress
from desktop.engine.speech.backends.base import SpeechChunk, Synthesizer, SynthesizerCapabilities, Voice
from desktop.engine.takeover import Notify


class PreferredSynthesizer:
    """A Synthesizer. arrangement: those elsewhere, and which is asked first. local: of this machine."""

    def __init__(
        self,
        arrangement: Arrangement[Synthesizer],
        local: Synthesizer,
        notify: Notify,
    ) -> None:
        self._engines: Order[Synthesizer] = Order(arrangement, self._open, notify)
        self._local = local
        self._wanted: dict[str, str] = {}
        """language -> voice, as it was asked for"""
        self._loaded: set[str] = set()
        """languages whose local voice is in memory"""

    @property
    def name(self) -> str:
        return (self._engines.used or self._local).name

    @property
    def capabilities(self) -> SynthesizerCapabilities:
        return (self._engines.used or self._local).capabilities

    def arrange(self, arrangement: Arrangement[Synthesizer]) -> None:
        """Other engines, or another order, from the next clause on. Any thread."""
        self._engines.arrange(arrangement)

    def voices(self) -> tuple[Voice, ...]:
        return self._local.voices()

    def load(self, language: str, voice: str, progress: Progress) -> None:
        """Make a voice ready where it is used. Raises what the local one raises where nobody has one."""
        self._wanted[language] = voice
        self._loaded.discard(language)
        self._engines.open(lambda: self._load_local(language, progress), lambda: self._local.name)

    def synthesize(self, text: str, language: str, rate: float = 1.0) -> Iterator[SpeechChunk]:
        def speak(one: Synthesizer) -> Iterator[SpeechChunk]:
            # Until there is sound nobody has heard anything, and another voice may say it from the start.
            chunks = iter(one.synthesize(text, language, rate))
            first = next(chunks, None)
            return iter(()) if first is None else chain((first,), chunks)

        def here() -> Iterator[SpeechChunk]:
            self._load_local(language, lambda _: None)
            return speak(self._local)

        yield from self._engines.do(speak, here, lambda: self._local.name)

    def close(self) -> None:
        self._engines.close()
        self._local.close()
        self._loaded.clear()

    def _open(self, one: Synthesizer) -> None:
        """Also on the thread of a trial."""
        for language, voice in tuple(self._wanted.items()):
            one.load(language, voice, lambda _: None)

    def _load_local(self, language: str, progress: Progress) -> None:
        if language not in self._loaded:
            self._local.load(language, self._wanted.get(language, ""), progress)
            self._loaded.add(language)
