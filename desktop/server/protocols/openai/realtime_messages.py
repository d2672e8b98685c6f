"""Messages of OpenAI's Realtime interface, of transcription sessions: those of today, and those of the beta that some
clients still send. Pure.

Unknown fields are ignored, as clients know more than a transcription needs; wrong types and values are refused.
"""

import base64
import binascii
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from desktop.server.audio.pcm import PcmFormat
from desktop.server.protocols.native.messages import BadMessage
from desktop.server.protocols.openai.messages import first_fault

LONGEST_AUDIO = 1 << 20
"""characters of audio in one message"""
_Short = Annotated[str, Field(max_length=200)]
_Language = Annotated[str, Field(max_length=60)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class AudioFormat(_Part):
    """How samples are written."""

    type: Literal["audio/pcm", "audio/pcmu", "audio/pcma"] = "audio/pcm"
    rate: Annotated[int, Field(ge=8_000, le=192_000)] | None = None
    """Hz, of audio/pcm; OpenAI has 24,000 only"""

    @property
    def pcm(self) -> PcmFormat:
        """The same for the reader."""
        if self.type == "audio/pcm":
            return PcmFormat("s16le", self.rate or 24_000)
        return PcmFormat("mulaw" if self.type == "audio/pcmu" else "alaw", 8_000)


class Transcribing(_Part):
    """What is recognised."""

    model: _Short | None = None
    language: _Language | None = None
    prompt: Annotated[str, Field(max_length=2000)] | None = None


class TurnDetection(_Part):
    """When an utterance is over; what it says beyond its kind has no effect."""

    type: Literal["server_vad", "semantic_vad"] = "server_vad"


class AudioInput(_Part):
    """What a client sends."""

    format: AudioFormat | None = None
    transcription: Transcribing | None = None
    turn_detection: TurnDetection | None = None


class Audio(_Part):
    """Of a session."""

    input: AudioInput | None = None


class Session(_Part):
    """How a session is to be."""

    type: Literal["transcription"]
    audio: Audio | None = None


class BetaSession(_Part):
    """The same, as the beta had it."""

    input_audio_format: Literal["pcm16", "g711_ulaw", "g711_alaw"] | None = None
    input_audio_transcription: Transcribing | None = None
    turn_detection: TurnDetection | None = None

    @property
    def audio(self) -> AudioInput:
        """As today."""
        given: dict[str, Any] = {}
        if self.input_audio_format is not None:
            given["format"] = AudioFormat(type=_TODAY[self.input_audio_format])
        if self.input_audio_transcription is not None:
            given["transcription"] = self.input_audio_transcription
        if "turn_detection" in self.model_fields_set:
            given["turn_detection"] = self.turn_detection
        return AudioInput(**given)


_TODAY: dict[str, Literal["audio/pcm", "audio/pcmu", "audio/pcma"]] = {
    "pcm16": "audio/pcm",
    "g711_ulaw": "audio/pcmu",
    "g711_alaw": "audio/pcma",
}
"""formats by their names in the beta"""


def beta_session(session_id: str, audio: AudioInput) -> dict[str, Any]:
    """What a client of the beta is told of its session."""
    form = audio.format.type if audio.format is not None else "audio/pcm"
    transcription, turns = audio.transcription, audio.turn_detection
    return {
        "id": session_id,
        "object": "realtime.transcription_session",
        "input_audio_format": next(name for name, today in _TODAY.items() if today == form),
        "input_audio_transcription": transcription.model_dump() if transcription is not None else None,
        "turn_detection": turns.model_dump() if turns is not None else None,
    }


class _Event(_Part):
    event_id: _Short | None = None


class UpdateSession(_Event):
    type: Literal["session.update"]
    session: Session


class UpdateBetaSession(_Event):
    type: Literal["transcription_session.update"]
    session: BetaSession


class Append(_Event):
    type: Literal["input_audio_buffer.append"]
    audio: Annotated[str, Field(max_length=LONGEST_AUDIO)]
    """base64"""

    @property
    def data(self) -> bytes:
        """The bytes. Raises BadMessage."""
        try:
            return base64.b64decode(self.audio, validate=True)
        except (binascii.Error, ValueError):
            raise BadMessage("audio-not-base64") from None


class Commit(_Event):
    type: Literal["input_audio_buffer.commit"]


class Clear(_Event):
    type: Literal["input_audio_buffer.clear"]


ClientEvent = UpdateSession | UpdateBetaSession | Append | Commit | Clear
_EVENTS: TypeAdapter[ClientEvent] = TypeAdapter(Annotated[ClientEvent, Field(discriminator="type")])


def read(text: str) -> ClientEvent:
    """A message of a client. Raises BadMessage."""
    try:
        return _EVENTS.validate_json(text)
    except ValidationError as error:
        where, reason = first_fault(error)
        raise BadMessage("message-wrong", field=where, reason=reason) from None
