"""OpenAI's requests, as their clients send them, and its answers. Pure.

Fields that mean nothing here (temperature, log probabilities, speakers) are taken and have no effect; those of a wrong
type, and values that cannot be fulfilled, are refused.
"""

import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import JSONResponse

from desktop.engine.errors import AudioError, EngineError, LanguageUnknown, ModelMissing
from desktop.engine.events import Word
from desktop.engine.text.languages import join_words, language_name
from desktop.engine.transcript.export import Utterance
from desktop.messages import text_of
from desktop.server.audio.outgoing import SpeechFormat
from desktop.server.streams.hub import ServerBusy

LONGEST_TEXT = 4096
"""characters that are spoken in one request"""
_Short = Annotated[str, Field(max_length=200)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Transcription(_Request):
    """The fields of a form beside the file; they come as text."""

    model: _Short = "whisper-1"
    language: Annotated[str, Field(max_length=60)] = ""
    prompt: Annotated[str, Field(max_length=2000)] = ""
    response_format: Literal["json", "text", "srt", "verbose_json", "vtt"] = "json"
    temperature: Annotated[float, Field(ge=0, le=1)] = 0.0
    timestamp_granularities: tuple[Literal["word", "segment"], ...] = ("segment",)
    stream: bool = False


class Voice(_Request):
    """A voice by its id."""

    id: _Short


class Speech(_Request):
    """A text to speak."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    input: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
    model: _Short = "tts-1"
    voice: _Short | Voice = "alloy"
    """a language, or the name of a voice, which begins with one; other names stand for the default"""
    response_format: SpeechFormat = "mp3"
    speed: Annotated[float, Field(ge=0.25, le=4.0)] = 1.0
    stream_format: Literal["audio", "sse"] = "audio"
    language: Annotated[str, Field(max_length=60)] = ""
    """Parley's own: of the text"""


def whole_text(utterances: Sequence[Utterance]) -> str:
    """All that was said, in one line."""
    text = ""
    for one in utterances:
        text = join_words(text, one.text, one.language)
    return text.strip()


def usage(seconds: float) -> dict[str, Any]:
    """What a request was about, in the place of its price."""
    return {"type": "duration", "seconds": math.ceil(seconds)}


def verbose(task: str, utterances: Sequence[Utterance], seconds: float, granularities: Sequence[str]) -> dict[str, Any]:
    """The answer `verbose_json`."""
    language = utterances[0].language if utterances else ""
    answer: dict[str, Any] = {
        "task": task,
        "language": language_name(language).lower() if language else "",
        "duration": round(seconds, 3),
        "text": whole_text(utterances),
        "usage": usage(seconds),
    }
    if "segment" in granularities:
        answer["segments"] = [_segment(number, one) for number, one in enumerate(utterances)]
    if "word" in granularities:
        answer["words"] = [
            {"word": word.text, "start": round(word.start, 3), "end": round(word.end, 3)}
            for one in utterances
            for word in one.words
        ]
    return answer


def _segment(number: int, one: Utterance) -> dict[str, Any]:
    return {
        "id": number,
        "seek": 0,
        "start": round(one.start, 3),
        "end": round(one.end, 3),
        "text": one.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": _likelihood(one.words),
        "compression_ratio": 1.0,
        "no_speech_prob": 0.0,
    }


def _likelihood(words: Sequence[Word]) -> float:
    """The average logarithm of the words' probabilities."""
    return round(sum(math.log(max(word.probability, 1e-4)) for word in words) / len(words), 3) if words else 0.0


def refusal(
    status: int, message: str, *, code: str | None = None, param: str | None = None, retry_after: int | None = None
) -> JSONResponse:
    """An error as OpenAI's clients read it."""
    kind = "server_error" if status >= 500 else "invalid_request_error"
    headers = {"retry-after": str(retry_after)} if retry_after is not None else None
    return JSONResponse({"error": error_record(message, kind, code, param)}, status, headers)


def error_record(message: str, kind: str, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    """The record that an error is."""
    return {"message": message, "type": kind, "param": param, "code": code}


def refused(error: EngineError) -> JSONResponse:
    """What went wrong in the server, or with what was asked of it."""
    if isinstance(error, ServerBusy):
        return refusal(503, text_of(error), code="server_busy", retry_after=error.retry_after)
    status = 400 if isinstance(error, AudioError | LanguageUnknown | ModelMissing) else 500
    return refusal(status, text_of(error), code=error.code)


def invalid(error: ValidationError) -> JSONResponse:
    """A request with a wrong field."""
    where, reason = first_fault(error)
    return refusal(400, f"{where}: {reason}.", code="invalid_value", param=where)


def first_fault(error: ValidationError) -> tuple[str, str]:
    """The first field that is wrong, and why; nothing of what was sent."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "body"
    return where[:80], first["msg"][:160]
