"""Wyoming's events: a line of JSON, data and a payload behind it; read within bounds. On the event loop."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from desktop.server.protocols.native.messages import BadMessage
from desktop.server.protocols.openai.messages import first_fault

LONGEST_LINE = 64 << 10
_LONGEST_DATA = 1 << 20
_LONGEST_PAYLOAD = 4 << 20
_Size = Annotated[int, Field(ge=0)]
_Part = TypeVar("_Part", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Event:
    """One of either side."""

    type: str
    data: dict[str, Any] = field(default_factory=dict)
    payload: bytes = b""


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class _Header(_Model):
    type: Annotated[str, Field(min_length=1, max_length=100)]
    data: dict[str, Any] | None = None
    data_length: Annotated[_Size, Field(le=_LONGEST_DATA)] | None = None
    payload_length: Annotated[_Size, Field(le=_LONGEST_PAYLOAD)] | None = None


class Transcribe(_Model):
    language: Annotated[str, Field(max_length=60)] | None = None
    transcript_names: list[Annotated[str, Field(max_length=200)]] | None = None
    transcript_terms: list[Annotated[str, Field(max_length=200)]] | None = None


class AudioData(_Model):
    """Of audio-start and audio-chunk."""

    rate: int
    width: int
    channels: int


class Voice(_Model):
    name: Annotated[str, Field(max_length=200)] | None = None
    language: Annotated[str, Field(max_length=60)] | None = None


class Synthesize(_Model):
    text: Annotated[str, Field(max_length=20_000)]
    voice: Voice | None = None


class SynthesizeStart(_Model):
    voice: Voice | None = None


class SynthesizeChunk(_Model):
    text: Annotated[str, Field(max_length=20_000)]


class Ping(_Model):
    text: Annotated[str, Field(max_length=1000)] | None = None


def part(model: type[_Part], event: Event) -> _Part:
    """An event's data. Raises BadMessage."""
    try:
        return model.model_validate(event.data)
    except ValidationError as error:
        where, reason = first_fault(error)
        raise BadMessage("message-wrong", field=where, reason=reason, recoverable=True) from None


async def read(reader: asyncio.StreamReader) -> Event | None:
    """The next event; None: there is none. Raises BadMessage, after which nothing more can be read."""
    try:
        line = await reader.readline()
        if not line:
            return None
        header = _Header.model_validate_json(line)
        data = dict(header.data or {})
        if header.data_length:
            more = json.loads(await reader.readexactly(header.data_length))
            if not isinstance(more, dict):
                raise BadMessage("message-not-json")
            data |= more
        payload = await reader.readexactly(header.payload_length) if header.payload_length else b""
    except ValidationError as error:
        where, reason = first_fault(error)
        raise BadMessage("message-wrong", field=where, reason=reason) from None
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    except (ValueError, RecursionError):  # no JSON, or a line that is too long
        raise BadMessage("message-not-json") from None
    return Event(header.type, data, payload)


async def write(writer: asyncio.StreamWriter, event: Event, timeout: float) -> None:
    """Send an event; waits while the client takes none. Raises OSError where it has gone, or takes none for so many
    seconds."""
    header: dict[str, Any] = {"type": event.type}
    data = json.dumps(event.data, ensure_ascii=False).encode() if event.data else b""
    if data:
        header["data_length"] = len(data)
    if event.payload:
        header["payload_length"] = len(event.payload)
    writer.write(json.dumps(header).encode() + b"\n" + data + event.payload)
    async with asyncio.timeout(timeout):
        await writer.drain()
