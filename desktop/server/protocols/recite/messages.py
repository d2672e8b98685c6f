"""What a reader's client is told, and what it may say. Pure."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from desktop.practice.feedback import PassageFeedback, PracticeResult, WordFeedback, WordStatus
from desktop.practice.record import result_record, word_record
from desktop.practice.text import PracticeText
from desktop.server.protocols.native.messages import BadMessage


class Stop(BaseModel):
    """The reader is done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["stop"]


class MoveTo(BaseModel):
    """The reader goes on at another word of the text."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    type: Literal["move_to"]
    index: int


_MESSAGE: TypeAdapter[Stop | MoveTo] = TypeAdapter(Stop | MoveTo)


def read(message: str) -> Stop | MoveTo:
    """A text message. Raises BadMessage."""
    try:
        return _MESSAGE.validate_json(message)
    except ValidationError:
        raise BadMessage("recite-message") from None


def begun(connection_id: str, text: PracticeText, *, seconds: float, is_resumed: bool) -> dict[str, Any]:
    """The first message. seconds: of audio that was heard of this reading before."""
    return {
        "type": "ready",
        "connection_id": connection_id,
        "resumed": is_resumed,
        "heard_seconds": round(seconds, 3),
        "title": text.title,
        "language": text.language,
        "words": [word.text for word in text.words],
        "lines": [{"reference": line.reference, "text": line.text} for line in text.lines],
    }


def partial_result(
    transcript: str,
    feedback: PassageFeedback,
    before: PassageFeedback | None,
    latency: dict[str, Any],
    *,
    queue_depth: int,
    is_busy: bool,
) -> dict[str, Any]:
    """How the reading stands. before: what was told last; None: tell of every word that is decided. latency: as
    `latency_ms` has it."""
    old = {_key(word): word for word in before.in_order} if before is not None else {}
    told = [
        _record(word)
        for word in feedback.in_order
        if (old.get(_key(word)) != word if before is not None else word.status is not WordStatus.PENDING)
    ]
    return {
        "type": "partial_result",
        "partial_transcript": transcript,
        "word_feedback": told,
        "position": feedback.position,
        "latency_ms": latency,
        "queue_depth": queue_depth,
        "server_busy": is_busy,
    }


def latency(buffered: float, inference: float, error: str = "") -> dict[str, Any]:
    """seconds: how long audio waited, and how long it was decoded."""
    parts: dict[str, Any] = {
        "buffer_ms": round(1000 * buffered),
        "inference_ms": round(1000 * inference),
        "total_ms": round(1000 * (buffered + inference)),
    }
    return parts | ({"error": error} if error else {})


def final_result(text: PracticeText, result: PracticeResult, *, is_verified: bool) -> dict[str, Any]:
    """The end: every word, and the score. is_verified: the whole recording was heard once more."""
    return {"type": "final_result", "verified": is_verified, **result_record(text, result)}


def final_result_error(code: str, sentence: str, feedback: PassageFeedback) -> dict[str, Any]:
    """The end where it could not be verified: what was found live, and the way out."""
    return {
        "type": "final_result_error",
        "code": code,
        "message": sentence,
        "way_out": "POST /verify with the recording",
        "word_feedback": [_record(word) for word in feedback.in_order],
    }


def failure(code: str, sentence: str, *, is_busy: bool = False) -> dict[str, Any]:
    """Something cannot be done; a busy server may take the reader later."""
    return {"type": "error", "code": code, "message": sentence, "server_busy": is_busy}


def _record(word: WordFeedback) -> dict[str, Any]:
    return {"index": word.index, **word_record(word)}


def _key(word: WordFeedback) -> tuple[int, bool, str]:
    is_extra = word.status is WordStatus.EXTRA
    return word.index, is_extra, word.heard if is_extra else ""
