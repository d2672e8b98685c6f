"""OpenAI's voices, and those of every server with the same interface. On the speech thread; sound comes while the rest
of a sentence is still made.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from desktop.engine.cloud.clients.openai import check, make_client, working
from desktop.engine.cloud.errors import CloudFailed, CloudLimit, Failure, Limit
from desktop.engine.cloud.options import CloudOptions
from desktop.engine.recognition.backends.base import Progress
from desktop.engine.speech.backends.base import SpeechChunk, SynthesizerCapabilities, Voice
from desktop.engine.speech.backends.speakable import pieces
from desktop.engine.text.languages import CODES, language_name

_RATE = 24_000
"""Hz of `pcm`"""
_BLOCK = 9_600
"""bytes of a chunk: 0.2 s"""
_SLOWEST, _FASTEST = 0.25, 4.0
_NAMES = (
    "alloy",
    "ash",
    "ballad",
    "cedar",
    "coral",
    "echo",
    "fable",
    "marin",
    "nova",
    "onyx",
    "sage",
    "shimmer",
    "verse",
)
"""OpenAI's own; each speaks every language"""
_LANGUAGES = (
    "af ar az be bg bs ca cs cy da de el en es et fa fi fr gl he hi hr hu hy id is it ja kk kn ko lt lv mi mk mr ms ne "
    "nl no pl pt ro ru sk sl sr sv sw ta th tl tr uk ur vi zh"
)
_SPOKEN = frozenset(_LANGUAGES.split())


class OpenAISynthesizer:
    """A Synthesizer."""

    def __init__(self, options: CloudOptions) -> None:
        self._options = options
        self._client: Any = None
        self._chosen: dict[str, str] = {}
        """voices by language"""
        self.capabilities = SynthesizerCapabilities(
            _SPOKEN if options.endpoint == options.engine.endpoint else frozenset(CODES), needs_network=True
        )

    @property
    def name(self) -> str:
        return self._options.name

    @property
    def sent_to(self) -> str:
        """Where text goes; empty: nowhere now."""
        return self._options.place if self._client is not None else ""

    def voices(self) -> tuple[Voice, ...]:
        """OpenAI's, for each language that they speak; another server says nowhere which it has."""
        if self._options.endpoint != self._options.engine.endpoint:
            return ()
        return tuple(
            Voice(f"{code}-{name}", f"{name} ({language_name(code)})", code)
            for code in sorted(_SPOKEN)
            for name in _NAMES
        )

    def load(self, language: str, voice: str, progress: Progress) -> None:
        """Ask which models there are, which shows that address and key are right. Raises CloudFailed, and CloudLimit
        where no voice speaks the language."""
        progress(0.0)
        if language not in self.capabilities.languages:
            raise CloudLimit(Limit.LANGUAGE, self._options.place)
        if self._client is None:
            self._connect()
        code, _, name = voice.partition("-")
        self._chosen[language] = name if code == language and name in _NAMES else _NAMES[0]
        progress(1.0)

    def synthesize(self, text: str, language: str, rate: float = 1.0) -> Iterator[SpeechChunk]:
        said = pieces(text, language)
        if not said:
            return
        if self._client is None or language not in self._chosen:
            self.load(language, "", lambda _: None)
        for piece in said:
            yield from self._spoken(piece, language, min(max(rate, _SLOWEST), _FASTEST))

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _connect(self) -> None:
        client = make_client(self._options)
        try:
            check(client, self._options)
        except BaseException:
            client.close()
            raise
        self._client = client

    def _spoken(self, text: str, language: str, rate: float) -> Iterator[SpeechChunk]:
        rest = b""
        with working(self._options, "voice"):
            asking = self._client.audio.speech.with_streaming_response.create(
                input=text,
                model=self._options.model,
                voice=self._chosen[language],
                response_format="pcm",
                speed=rate,
                extra_body=self._further(language),
            )
            with asking as answer:
                kind = answer.headers.get("content-type", "").partition(";")[0]
                if kind.startswith("text/") or kind == "application/json":
                    raise CloudFailed(Failure.GARBAGE, self._options.place)
                for block in answer.iter_bytes(_BLOCK):
                    data = rest + block
                    whole = len(data) - len(data) % 2
                    rest = data[whole:]
                    if whole:
                        yield SpeechChunk((np.frombuffer(data[:whole], "<i2") / 32768).astype(np.float32), _RATE)
        if rest:
            raise CloudFailed(Failure.GARBAGE, self._options.place)

    def _further(self, language: str) -> dict[str, str] | None:
        """Which language it is, which OpenAI finds out by itself and refuses to be told."""
        return None if self._options.endpoint == self._options.engine.endpoint else {"language": language}
