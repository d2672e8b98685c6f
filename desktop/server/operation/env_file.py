"""A file with the founding documents' environment, as what this server is to do. Pure, but for
`read_files`.

It is read from a file that is named, never from the process's environment: names as DEVICE mean something else there.
What is not in the file stays as Parley has it. Names that it does not know are left to whoever else reads the file.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from dotenv.parser import parse_stream

from desktop.engine.errors import EngineError
from desktop.engine.events import SAMPLE_RATE
from desktop.engine.message import Message
from desktop.server.limits import ReciteLimits
from desktop.settings.values import SettingInvalid, assignment
from desktop.system.files import read_regular

_LARGEST = 64_000
"""bytes"""
_SETTINGS = {
    "MODEL_SIZE": "recognition.model",
    "DEVICE": "recognition.device",
    "BEAM_SIZE": "recognition.beam_size",
    "SILENCE_THRESHOLD_SECONDS": "vad.hangover",
    "WEBRTC_SENSITIVITY": "vad.webrtc_mode",
    "PRE_SPEECH_BUFFER_SECONDS": "vad.preroll",
}
"""names that are settings of ours"""
_RECITE: dict[str, tuple[str, type[int] | type[float], float, float]] = {
    "WS_WINDOW_SECONDS": ("window", float, 0.5, 30.0),
    "WS_OVERLAP_SECONDS": ("overlap", float, 0.0, 10.0),
    "WS_MAX_QUEUE": ("queue", int, 1, 100),
    "WS_WINDOW_MIN": ("least", float, 0.5, 30.0),
    "WS_WINDOW_MAX": ("most", float, 0.5, 60.0),
    "ADAPTIVE_LATENCY_HIGH_MS": ("high_ms", float, 1.0, 60_000.0),
    "ADAPTIVE_LATENCY_LOW_MS": ("low_ms", float, 0.0, 60_000.0),
}
"""names of how readers are followed (`ReciteLimits`), with what their values may be"""
Number = TypeVar("Number", int, float)
_YES, _NO = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})


@dataclass(frozen=True, slots=True)
class Environment:
    """What a file says; None and empty: nothing."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    """by "group.name" """
    gateway_port: int | None = None
    health_port: int | None = None
    redis: str = ""
    queued: int | None = None
    """jobs that may wait before nobody new may speak"""
    recite: ReciteLimits = field(default_factory=ReciteLimits)
    notices: tuple[Message, ...] = ()
    """what has no meaning here"""


def read_files(files: tuple[Path, ...]) -> Environment:
    """What the files say together, the later ones above the earlier. Raises EngineError."""
    values: dict[str, str] = {}
    for file in files:
        try:
            text = read_regular(file, _LARGEST).decode()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
            raise EngineError("env-file-unreadable", code="env-file", file=file, reason=reason) from None
        values |= values_of(text, file)
    return environment(values)


def values_of(text: str, file: Path) -> dict[str, str]:
    """The names and values in a file. Raises EngineError for a line that is none of the kind.

    `${NAME}` stays as it stands: it would be looked up in the process's environment."""
    found: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text)):
        if binding.error or (binding.key is not None and binding.value is None):
            raise EngineError("env-file-line", code="env-file", file=file, line=binding.original.line)
        if binding.key is not None and binding.value:  # an empty value is as good as none
            found[binding.key] = binding.value
    return found


def environment(values: Mapping[str, str]) -> Environment:
    """What they mean. Raises EngineError for a value that cannot be used."""
    settings = {key: _setting(name, key, values[name]) for name, key in _SETTINGS.items() if name in values}
    if "SILERO_SENSITIVITY" in values:
        # The more sensitive, the less sure it must be.
        sensitivity = _number(values, "SILERO_SENSITIVITY", 0.05, 0.95)
        settings["vad.threshold"] = round(1.0 - sensitivity, 6)
    return Environment(
        settings,
        _whole(values, "GATEWAY_PORT", 0, 65535),
        _whole(values, "HEALTH_PORT", 0, 65535),
        values.get("REDIS_URL", ""),
        _whole(values, "MAX_QUEUE_DEPTH", 1, 1_000_000),
        _recite(values),
        _notices(values),
    )


def _recite(values: Mapping[str, str]) -> ReciteLimits:
    given: dict[str, Any] = {
        field: _in_range(values, name, kind, least, most)
        for name, (field, kind, least, most) in _RECITE.items()
        if name in values
    }
    return ReciteLimits(**given)


def _notices(values: Mapping[str, str]) -> tuple[Message, ...]:
    said: list[Message] = []
    if (_whole(values, "SAMPLE_RATE", 8000, 192_000) or SAMPLE_RATE) != SAMPLE_RATE:
        said.append(Message("env-sample-rate"))
    if not _switch(values, "VAD_FILTER", default=True):
        said.append(Message("env-vad-filter"))
    if _switch(values, "NORMALIZE_AUDIO", default=False):
        said.append(Message("env-normalize"))
    batch, wait = _whole(values, "MAX_BATCH_SIZE", 1, 1024), _whole(values, "BATCH_TIMEOUT_MS", 0, 60_000)
    if batch is not None or wait is not None:
        said.append(Message("env-batch"))
    if "EASYNMT_MODEL" in values:
        said.append(Message("env-translator"))
    return tuple(said)


def _setting(name: str, key: str, value: str) -> Any:
    try:
        return assignment(f"{key}={value}")[1]
    except SettingInvalid as error:
        _, _, reason = str(error).partition("': ")
        raise _wrong(name, value, reason) from None


def _whole(values: Mapping[str, str], name: str, least: int, most: int) -> int | None:
    return _in_range(values, name, int, least, most) if name in values else None


def _number(values: Mapping[str, str], name: str, least: float, most: float) -> float:
    return _in_range(values, name, float, least, most)


def _in_range(
    values: Mapping[str, str], name: str, kind: Callable[[str], Number], least: Number, most: Number
) -> Number:
    number: Number | None
    try:
        number = kind(values[name])
    except ValueError:
        number = None
    if number is None or not least <= number <= most:
        raise _wrong(name, values[name], f"it must be a number from {least} to {most}")
    return number


def _switch(values: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = values.get(name, "").lower()
    if value and value not in _YES | _NO:
        raise _wrong(name, value, "it must be true or false")
    return value in _YES if value else default


def _wrong(name: str, value: str, reason: str) -> EngineError:
    return EngineError("env-file-value", code="env-file", name=name, value=value[:40], reason=reason)
