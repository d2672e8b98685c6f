"""What gateways tell each other of a room, as bytes. Pure.

Every event has its number in the room's channel, and says which final one came before it: whoever lacks that one looks
into the stream of finals.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from desktop.engine.events import SpeechAudio, TranscriptUpdate, TranslationUpdate
from desktop.engine.remote.framing import pcm16, samples_of
from desktop.server.streams.channel import Numbered

_KINDS: dict[str, type[Any]] = {"transcript": TranscriptUpdate, "translation": TranslationUpdate}
_FORMS: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(kind) for name, kind in _KINDS.items()}


class MessageWrong(Exception):
    """Not what a gateway of this version tells."""


@dataclass(frozen=True, slots=True)
class About:
    """What is kept of a room.

    gateway: where it is spoken in. key: SHA-256 of what lets speak in it. stream, first: as `Room` has them."""

    gateway: str
    key: str
    stream: str = ""
    first: int = 0

    def as_json(self) -> str:
        return json.dumps(asdict(self))


def hashed(key: str) -> str:
    """Of a room's key; it has 192 random bits, so that no slow hash is needed."""
    return hashlib.sha256(key.encode()).hexdigest()


def read_about(text: bytes | str) -> About:
    """Raises MessageWrong."""
    try:
        return About(**json.loads(text))
    except (ValueError, TypeError) as error:
        raise MessageWrong(str(error)) from None


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """An event told in a room. before: number of the last final one before it; 0: none."""

    told: Numbered
    before: int

    @property
    def is_final(self) -> bool:
        event = self.told.event
        return isinstance(event, TranscriptUpdate | TranslationUpdate) and event.is_final


def written(event: RoomEvent) -> bytes:
    """As a message. Raises TypeError for an event that is for the speaker alone."""
    what = event.told.event
    about: dict[str, Any] = {"number": event.told.number, "delay": event.told.delay, "before": event.before}
    if isinstance(what, SpeechAudio):
        about["speech"] = {
            "segment_id": what.segment_id,
            "audio": b64encode(pcm16(what.samples)).decode(),
            "rate": what.sample_rate,
            "text": what.text,
            "is_last": what.is_last,
        }
        return json.dumps(about).encode()
    for name, kind in _KINDS.items():
        if isinstance(what, kind):
            return json.dumps({**about, name: _FORMS[name].dump_python(what, mode="json")}).encode()
    raise TypeError(type(what).__name__)


def read_event(message: bytes) -> RoomEvent:
    """Raises MessageWrong."""
    try:
        found = json.loads(message)
        number, delay, before = int(found["number"]), float(found["delay"]), int(found["before"])
        if "speech" in found:
            one = found["speech"]
            samples = samples_of(b64decode(one["audio"], validate=True))
            event: Any = SpeechAudio(one["segment_id"], samples, one["rate"], one["text"], one["is_last"])
        else:
            name = next(name for name in _KINDS if name in found)
            event = _FORMS[name].validate_python(found[name])
        return RoomEvent(Numbered(number, event, delay), before)
    except (ValueError, KeyError, TypeError, StopIteration, ValidationError) as error:
        raise MessageWrong(type(error).__name__) from None
