"""How messages of work look: a uint32, little endian, with the length of a JSON header, the header, then bytes. Pure.

The framing of the server's own protocol. What is not understood is refused; nothing in a message is run.
"""

import struct
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from desktop.engine import errors
from desktop.engine.errors import BackendFailed, EngineError
from desktop.engine.events import Samples
from desktop.engine.message import Message, Value

_LENGTH = struct.Struct("<I")
_LONGEST_HEADER = 1 << 16
_DEEPEST = 4
"""messages within messages"""
_PEAK = 32_767
_Header = TypeVar("_Header")


class WorkRefused(EngineError):
    """A message of work that is not understood."""

    code = "bad-message"


class Strict(BaseModel):
    """A header, or a part of one."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Versioned(Strict):
    """A whole header."""

    v: Literal[1] = 1
    """a message of another version is refused"""


def packed(header: bytes, data: bytes = b"") -> bytes:
    """A whole message."""
    return _LENGTH.pack(len(header)) + header + data


def unpacked(message: bytes, longest: int = _LONGEST_HEADER) -> tuple[bytes, bytes] | None:
    """The header and the bytes of a message. None: it has no header, or one of more than `longest` bytes."""
    if len(message) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack_from(message)
    end = _LENGTH.size + length
    if length > longest or end > len(message):
        return None
    return message[_LENGTH.size : end], message[end:]


def joined(header: BaseModel, data: bytes = b"") -> bytes:
    """A whole message."""
    return packed(header.model_dump_json().encode(), data)


def split(data: bytes, headers: "TypeAdapter[_Header]") -> tuple[_Header, bytes]:
    """The header and the bytes of a message. Raises WorkRefused."""
    found = unpacked(data)
    if found is None:
        raise WorkRefused("work-without-header")
    try:
        return headers.validate_json(found[0]), found[1]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "header"
        raise WorkRefused("work-not-understood", field=where[:80]) from None
    except (ValueError, RecursionError):
        raise WorkRefused("work-not-understood", field="header") from None


def pcm16(samples: Samples, scale: float = 1.0) -> bytes:
    """Samples of -scale..scale as PCM16, little endian; what is no number is silence."""
    finite = np.nan_to_num(np.asarray(samples, np.float32), nan=0.0, posinf=scale, neginf=-scale)
    return np.asarray(np.rint(np.clip(finite / scale, -1.0, 1.0) * _PEAK), "<i2").tobytes()


def samples_of(data: bytes, scale: float = 1.0) -> Samples:
    """What `pcm16` wrote; shape (n,), float32. Raises WorkRefused for half a sample."""
    if len(data) % 2:
        raise WorkRefused("work-not-understood", field="audio")
    return np.frombuffer(data, "<i2").astype(np.float32) * np.float32(scale / _PEAK)


class Failure(Strict):
    """An EngineError."""

    code: Annotated[str, Field(max_length=60)]
    message: dict[str, Any]
    recoverable: bool = False


def failure_of(error: Exception) -> Failure:
    """What went wrong, without what was said."""
    if not isinstance(error, EngineError):
        error = BackendFailed("stage-failed", stage="server", error=type(error).__name__)
    return Failure(code=error.code, message=error.message.as_json(), recoverable=error.recoverable)


def error_of(failure: Failure) -> EngineError:
    """The error as it was raised; of a kind that is not known here, one of a backend. Raises WorkRefused."""
    kind = _kinds().get(failure.code, BackendFailed)
    return kind(_message(failure.message), code=failure.code, recoverable=failure.recoverable)


def _kinds() -> dict[str, type[EngineError]]:
    found = (one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, EngineError))
    return {one.code: one for one in found}


def _message(data: Any, depth: int = 0) -> Message:
    match data:
        case {"key": str(key), "parameters": dict(parameters), **rest} if not rest and depth < _DEEPEST:
            return Message(key, **{str(name): _value(value, depth) for name, value in parameters.items()})
    raise WorkRefused("work-not-understood", field="message")


def _value(value: Any, depth: int) -> Value:
    match value:
        case str() | int() | float():
            return value
        case list() if all(isinstance(one, str) for one in value):
            return tuple(value)
    return _message(value, depth + 1)
