"""What a Session asks of its driver. Plain values. Pure.

A Request is a place in a queue, not yet the work: when its turn has come the driver calls `Session.begin(id)`, which
gives the work on the newest audio, and hands the result to `Session.deliver(id, result)`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Which model a request is for."""

    RECOGNITION = "recognition"
    TRANSLATION = "translation"
    SPEECH = "speech"


class Kind(StrEnum):
    """What waits for the answer. Finals come before the others."""

    FINAL = "final"
    """an utterance that is over"""
    PAUSE = "pause"
    """the speaker just fell silent; the utterance may be over"""
    PARTIAL = "partial"
    """somebody is speaking: only the newest counts"""


@dataclass(frozen=True, slots=True)
class Request:
    """A session needs a model. A session has at most one request of each stage at a time."""

    id: int
    """unique in its session, growing"""
    stage: Stage
    kind: Kind
    replaces: int | None = None
    """id of a request of the same session that has become needless; `begin` gives nothing for it any more"""
