"""The messages of the server's own protocol, as the server sends them: what its documents say of them.

The server writes plain objects; a test holds each against these.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Greeting(_Answer):
    """The answer to `hello`."""

    type: Literal["hello"]
    version: int
    """of the protocol"""
    session_id: str
    """to come back with"""
    offset: int
    """bytes of audio that the server has: go on from there"""
    resumed: bool
    """False: it is a new stream, and nothing of an earlier one is known"""


class Ack(_Answer):
    """The client need not keep the audio before this any more."""

    type: Literal["ack"]
    offset: int
    """bytes, without headers"""


class Realtime(_Answer):
    """The whole state of one utterance; it replaces what was known of the same `segment_id`."""

    type: Literal["realtime"]
    segment_id: str
    seq: int
    """of this message; the latest one goes into `hello` or `follow` after a cut"""
    text: str
    """what is said, so far"""
    translation: str
    """empty: none is wanted, or none came so far"""
    processing_time: float
    """seconds from when the newest audio came until this was told"""
    is_final: bool
    """`text` does not change any more"""
    committed: str | None = None
    """the beginning of `text` that does not change any more"""
    language: str | None = None
    start: float | None = None
    end: float | None = None
    speech_end: float | None = None
    """seconds of the stream: where the utterance begins, up to where it was heard, and where its last sound ends"""
    final_text: str | None = None
    """of a final: the text to keep, which may differ from what was shown live"""
    translation_committed: str | None = None
    translation_language: str | None = None
    translation_is_final: bool | None = None
    is_translated: bool | None = None
    """False: the translation is the original text, as nothing can translate it"""
    final_translation: str | None = None


class SpeechHeader(_Answer):
    """Of a binary message: spoken translation, PCM16 mono behind it."""

    type: Literal["speech"]
    segment_id: str
    sampleRate: int  # noqa: N815
    text: str
    """the clause, with its first piece"""
    is_last: bool
    """the last piece of its utterance"""
    seq: int


class Notice(_Answer):
    """Something the speaker should know; the stream goes on."""

    type: Literal["notice"]
    code: str
    message: str
    severity: Literal["warning", "error"]


class Failure(_Answer):
    """A message was not understood, or what it asks for cannot be done."""

    type: Literal["error"]
    code: str
    message: str


class Busy(_Answer):
    """There is no room: the connection closes with 1013. What was not acknowledged can be sent again later."""

    type: Literal["server_busy"]
    retry_after: Annotated[int, Field(ge=0)]
    """seconds"""
    message: str


class Shared(_Answer):
    """The answer to `share`."""

    type: Literal["shared"]
    room: str
    """for those who follow"""
    key: str
    """for whoever speaks in it"""


class Followers(_Answer):
    """Of the room that was shared: after `shared`, and whenever somebody comes or goes."""

    type: Literal["followers"]
    count: Annotated[int, Field(ge=0)]


class Plain(_Answer):
    """`stopped`: everything is told. `pong`. `following`: the answer to `follow`. `ended`: the room is closed."""

    type: Literal["stopped", "pong", "following", "ended"]


TEXT = (Greeting, Ack, Realtime, Notice, Failure, Busy, Shared, Followers, Plain)
"""those that are text messages"""
Answer = Annotated[
    Greeting | Ack | Realtime | Notice | Failure | Busy | Shared | Followers | Plain, Field(discriminator="type")
]
