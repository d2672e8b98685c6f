"""Google Cloud Text-to-Speech. On the speech thread.

Voices of the kind Chirp3-HD are streamed: the first sound comes while the rest is still made; others give a clause as a
whole.
"""

import io
import wave
from collections.abc import Iterator
from typing import Any

import numpy as np

from desktop.engine.cloud.clients.google import GoogleAccess
from desktop.engine.cloud.clients.google_languages import of_speech
from desktop.engine.cloud.clients.libraries import importing
from desktop.engine.cloud.errors import CloudFailed, CloudLimit, Failure, Limit
from desktop.engine.cloud.options import CloudOptions
from desktop.engine.recognition.backends.base import Progress
from desktop.engine.speech.backends.base import SpeechChunk, SynthesizerCapabilities, Voice
from desktop.engine.speech.backends.speakable import pieces

_STREAMED = "Chirp3-HD"
_RATE = 24_000
"""Hz"""
_SLOWEST, _FASTEST = 0.25, 2.0


class GoogleSynthesizer:
    """A Synthesizer. The model is the kind of voice that is taken where none is chosen ("Chirp3-HD", "Neural2")."""

    def __init__(self, options: CloudOptions) -> None:
        self._options = options
        self._access: GoogleAccess | None = None
        self._client: Any = None
        self._voices: tuple[Voice, ...] = ()
        self._chosen: dict[str, str] = {}
        """voices by language"""

    @property
    def name(self) -> str:
        return self._options.name

    @property
    def sent_to(self) -> str:
        """Where text goes; empty: nowhere now."""
        return self._options.place if self._client is not None else ""

    @property
    def capabilities(self) -> SynthesizerCapabilities:
        return SynthesizerCapabilities(frozenset(one.language for one in self._voices), needs_network=True)

    def voices(self) -> tuple[Voice, ...]:
        """Those that the provider has; none before something was loaded."""
        return self._voices

    def load(self, language: str, voice: str, progress: Progress) -> None:
        """Ask which voices there are. Raises CloudFailed, and CloudLimit where none speaks the language."""
        progress(0.0)
        if self._client is None:
            self._connect()
        speaking = sorted(one.id for one in self._voices if one.language == language)
        if not speaking:
            raise CloudLimit(Limit.LANGUAGE, self._options.place)
        of_kind = [one for one in speaking if f"-{self._options.model}-" in one]
        self._chosen[language] = voice if voice in speaking else (of_kind or speaking)[0]
        progress(1.0)

    def synthesize(self, text: str, language: str, rate: float = 1.0) -> Iterator[SpeechChunk]:
        said = pieces(text, language)
        if not said:
            return
        if language not in self._chosen:
            self.load(language, "", lambda _: None)
        voice = self._chosen[language]
        pace = min(max(rate, _SLOWEST), _FASTEST)
        for piece in said:
            if _STREAMED in voice:
                yield from self._streamed(piece, voice, pace)
            else:
                yield self._whole(piece, voice, pace)

    def close(self) -> None:
        client, self._client = self._client, None
        self._chosen = {}
        if client is not None:
            client.transport.close()

    def _streamed(self, text: str, voice: str, rate: float) -> Iterator[SpeechChunk]:
        from google.cloud import texttospeech_v1 as texttospeech

        access = self._access
        assert access is not None
        config = texttospeech.StreamingSynthesizeConfig(
            voice=_selected(voice),
            streaming_audio_config=texttospeech.StreamingAudioConfig(
                audio_encoding=texttospeech.AudioEncoding.PCM, sample_rate_hertz=_RATE, speaking_rate=rate
            ),
        )
        asked = (
            texttospeech.StreamingSynthesizeRequest(streaming_config=config),
            texttospeech.StreamingSynthesizeRequest(input=texttospeech.StreamingSynthesisInput(text=text)),
        )
        with access.working("voice"):
            answers = self._client.streaming_synthesize(
                requests=iter(asked), timeout=self._options.timeouts.answer, metadata=access.metadata
            )
            for answer in answers:
                if answer.audio_content:
                    yield self._chunk(answer.audio_content)

    def _whole(self, text: str, voice: str, rate: float) -> SpeechChunk:
        from google.cloud import texttospeech_v1 as texttospeech

        access = self._access
        assert access is not None
        with access.working("voice"):
            answer = self._client.synthesize_speech(
                input=texttospeech.SynthesisInput(text=text),
                voice=_selected(voice),
                audio_config=texttospeech.AudioConfig(
                    audio_encoding=texttospeech.AudioEncoding.LINEAR16, sample_rate_hertz=_RATE, speaking_rate=rate
                ),
                timeout=self._options.timeouts.answer,
                retry=None,
                metadata=access.metadata,
            )
        try:
            with wave.open(io.BytesIO(answer.audio_content)) as sound:
                return self._chunk(sound.readframes(sound.getnframes()), sound.getframerate())
        except (EOFError, wave.Error):
            raise CloudFailed(Failure.GARBAGE, self._options.place) from None

    def _chunk(self, data: bytes, rate: int = _RATE) -> SpeechChunk:
        if len(data) % 2:
            raise CloudFailed(Failure.GARBAGE, self._options.place)
        return SpeechChunk((np.frombuffer(data, "<i2") / 32768).astype(np.float32), rate)

    def _connect(self) -> None:
        with importing(self._options):
            from google.cloud import texttospeech_v1 as texttospeech
            from google.cloud.texttospeech_v1.services.text_to_speech.transports import TextToSpeechGrpcTransport
        access = GoogleAccess(self._options, "texttospeech", self._options.region)
        client: Any = texttospeech.TextToSpeechClient(transport=access.transport(TextToSpeechGrpcTransport))
        try:
            with access.working("region"):
                found = client.list_voices(timeout=self._options.timeouts.load, retry=None, metadata=access.metadata)
        except BaseException:
            client.transport.close()
            raise
        self._voices = tuple(
            Voice(one.name, one.name, code)
            for one in found.voices
            if one.language_codes and "-" in one.name and (code := of_speech(one.language_codes[0]))
        )
        self._access, self._client = access, client


def _selected(voice: str) -> Any:
    """A voice by its name, which begins with its language ("en-US-Chirp3-HD-Kore")."""
    from google.cloud import texttospeech_v1 as texttospeech

    language = "-".join(voice.split("-")[:2])
    return texttospeech.VoiceSelectionParams(language_code=language, name=voice)
