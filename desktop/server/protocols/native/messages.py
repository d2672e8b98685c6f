"""The messages of the server's own protocol, as clients send them; what is unknown or of a wrong type is refused.

Audio is binary: a uint32, little endian, with the length of a JSON header, the header (`AudioHeader`), then PCM16 mono.
After `start` with `header: false` it is bare: raw samples as `start` says, or a WebM, Ogg, WAV, MP3 or FLAC stream.
"""

import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from desktop.engine.errors import EngineError
from desktop.engine.remote.framing import packed, unpacked

_LONGEST_HEADER = 4096
_Language = Annotated[str, Field(max_length=60)]
"""a code or a name, as in settings"""


class BadMessage(EngineError):
    """A message of a client that is not understood."""

    code = "bad-message"


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Hello(_Strict):
    """The first message, where a stream is to be taken up again or its offset is of interest."""

    type: Literal["hello"]
    session_id: Annotated[str, Field(max_length=64)] | None = None
    """of an earlier `hello`: go on with that stream"""
    offset: Annotated[int, Field(ge=0)] | None = None
    """bytes of audio that the client has sent so far; for the record"""
    seq: Annotated[int, Field(ge=0)] = 0
    """the last message that was received: what came since is told again"""


class SetLanguages(_Strict):
    """What is spoken, and into what it is translated."""

    type: Literal["set_langs"]
    source_language: _Language = "auto"
    target_language: _Language = ""
    """empty: no translation"""
    speak: bool = False
    """the translation is spoken: binary messages with a header of type `speech`"""
    vocabulary: Annotated[str, Field(max_length=2000)] = ""
    """names and terms to expect"""


class Start(_Strict):
    """How the audio that follows is written."""

    type: Literal["start"]
    encoding: Literal["u8", "s16le", "s24le", "s32le", "f32le", "f64le", "mulaw", "alaw"] = "s16le"
    sample_rate: Annotated[int, Field(ge=8000, le=192_000)] = 16_000
    channels: Annotated[int, Field(ge=1, le=32)] = 1
    header: bool = False
    """each binary message begins with a header"""


class Flush(_Strict):
    """The speaker is done with an utterance."""

    type: Literal["flush"]


class Stop(_Strict):
    """No more audio comes: everything is told, then `stopped`."""

    type: Literal["stop"]


class Share(_Strict):
    """Let others follow, in a new room or in one whose key the client has."""

    type: Literal["share"]
    room: Annotated[str, Field(max_length=32)] | None = None
    key: Annotated[str, Field(max_length=64)] | None = None


class Unshare(_Strict):
    """Close the room."""

    type: Literal["unshare"]


class Ping(_Strict):
    """Answered by `pong`."""

    type: Literal["ping"]


class Follow(_Strict):
    """Of somebody who only reads: which room, and since when."""

    type: Literal["follow"]
    room: Annotated[str, Field(max_length=32)] | None = None
    """None: that of the page's cookie"""
    seq: Annotated[int, Field(ge=0)] = 0
    speech: bool = False
    """the spoken translation, too"""


class AudioHeader(BaseModel):
    """Before the samples of a binary message; other fields are ignored, as older clients send some."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    sampleRate: Annotated[int, Field(ge=8000, le=192_000)] = 16_000  # noqa: N815
    channels: Annotated[int, Field(ge=1, le=32)] = 1


ClientMessage = Hello | SetLanguages | Start | Flush | Stop | Share | Unshare | Ping
_Message = TypeVar("_Message")
_CLIENT: TypeAdapter[ClientMessage] = TypeAdapter(Annotated[ClientMessage, Field(discriminator="type")])
_FOLLOWER: TypeAdapter[Follow | Ping] = TypeAdapter(Annotated[Follow | Ping, Field(discriminator="type")])


def read(text: str) -> ClientMessage:
    """A text message of a speaker. Raises BadMessage."""
    return _read(_CLIENT, text)


def read_follower(text: str) -> Follow | Ping:
    """A text message of somebody who follows. Raises BadMessage."""
    return _read(_FOLLOWER, text)


def split_audio(data: bytes) -> tuple[AudioHeader, bytes]:
    """A binary message with a header. Raises BadMessage."""
    found = unpacked(data, _LONGEST_HEADER)
    if found is None:
        raise BadMessage("audio-without-header")
    try:
        return AudioHeader.model_validate_json(found[0]), found[1]
    except (ValidationError, ValueError):
        raise BadMessage("audio-header-wrong") from None


def joined(header: dict[str, Any], data: bytes) -> bytes:
    """A binary message to a client."""
    return packed(json.dumps(header, separators=(",", ":")).encode(), data)


def _read(adapter: TypeAdapter[_Message], text: str) -> _Message:
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "message"
        raise BadMessage("message-wrong", field=where[:80], reason=first["msg"][:160]) from None
    except (ValueError, RecursionError):
        raise BadMessage("message-not-json") from None
