"""Deepgram's parameters and messages, as its clients send them, and its answers. Pure.

Parameters that ask for what nothing here does (redaction, search, topics) are taken and have no effect, as Deepgram
does with those of other models; what would change the answer's shape is refused.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.datastructures import QueryParams

from desktop.engine.events import TranscriptUpdate, Word
from desktop.engine.options import SessionOptions
from desktop.engine.text.languages import check_language, join_words
from desktop.engine.transcript.export import Utterance
from desktop.engine.transcript.reducer import passage
from desktop.server.audio.pcm import Encoding, PcmFormat
from desktop.server.protocols.native.messages import BadMessage
from desktop.server.protocols.openai.messages import first_fault

_RAW: dict[str, Encoding] = {"linear16": "s16le", "linear32": "s32le", "mulaw": "mulaw", "alaw": "alaw"}
_CONTAINED = ("opus", "ogg-opus", "flac", "speex")
"""encodings that say themselves what they are"""
_LISTS = ("keyterm", "keywords", "tag", "extra", "replace", "redact", "search", "language_hint")
_MARKS = '.,!?;:…"“”¿¡。，！？；：、'
"""punctuation around a word"""


class Parameters(BaseModel):
    """Of the query."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    model: Annotated[str, Field(max_length=100)] = ""
    language: Annotated[str, Field(max_length=60)] = ""
    detect_language: bool = False
    encoding: Annotated[str, Field(max_length=40)] = ""
    sample_rate: Annotated[int, Field(ge=8_000, le=192_000)] | None = None
    channels: Annotated[int, Field(ge=1, le=32)] = 1
    multichannel: bool = False
    interim_results: bool = False
    utterance_end_ms: Annotated[int, Field(ge=0, le=60_000)] | None = None
    vad_events: bool = False
    utterances: bool = False
    paragraphs: bool = False
    callback: Annotated[str, Field(max_length=2000)] = ""
    keyterm: tuple[Annotated[str, Field(max_length=200)], ...] = ()
    keywords: tuple[Annotated[str, Field(max_length=200)], ...] = ()

    @property
    def raw(self) -> PcmFormat | None:
        """How bare samples are written; None: the audio says itself what it is."""
        if not self.encoding or self.encoding in _CONTAINED:
            return None
        if self.sample_rate is None:
            raise BadMessage("rate-missing")
        return PcmFormat(_RAW[self.encoding], self.sample_rate, self.channels)

    @property
    def options(self) -> SessionOptions:
        """The same for a session. Raises LanguageUnknown."""
        is_any = self.detect_language or self.language in ("", "multi")
        words = [*self.keyterm, *(one.partition(":")[0] for one in self.keywords)]
        return SessionOptions(
            language="auto" if is_any else check_language(self.language), vocabulary=", ".join(words)[:2000]
        )


def parameters(query: QueryParams) -> Parameters:
    """Of a request. Raises BadMessage, and AudioError where the samples are not read."""
    values: dict[str, Any] = {name: query.getlist(name) if name in _LISTS else query[name] for name in query}
    try:
        wanted = Parameters.model_validate(values)
    except ValidationError as error:
        where, reason = first_fault(error)
        raise BadMessage("message-wrong", field=where, reason=reason) from None
    if wanted.encoding and wanted.encoding not in (*_RAW, *_CONTAINED):
        raise BadMessage("stream-encoding", encoding=wanted.encoding, known=(*_RAW, *_CONTAINED))
    if wanted.callback or (wanted.multichannel and wanted.channels > 1):
        raise BadMessage("not-offered", what="callback" if wanted.callback else "multichannel")
    _ = wanted.raw
    return wanted


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class KeepAlive(_Message):
    type: Literal["KeepAlive"]


class Finalize(_Message):
    type: Literal["Finalize"]


class CloseStream(_Message):
    type: Literal["CloseStream"]


class Configure(_Message):
    type: Literal["Configure"]
    keyterms: tuple[Annotated[str, Field(max_length=200)], ...] | None = None


ClientMessage = KeepAlive | Finalize | CloseStream | Configure
_MESSAGES: TypeAdapter[ClientMessage] = TypeAdapter(Annotated[ClientMessage, Field(discriminator="type")])


def read(text: str) -> ClientMessage:
    """A message of a client. Raises BadMessage."""
    try:
        return _MESSAGES.validate_json(text)
    except ValidationError as error:
        where, reason = first_fault(error)
        raise BadMessage("message-wrong", field=where, reason=reason) from None


def results(update: TranscriptUpdate, request_id: str, model: str, *, from_finalize: bool = False) -> dict[str, Any]:
    """What is known of an utterance."""
    text = passage(update).text
    words = (update.final_words or update.words) if update.is_final else update.words
    return {
        "type": "Results",
        "channel_index": [0, 1],
        "start": round(update.start, 3),
        "duration": round(update.end - update.start, 3),
        "is_final": update.is_final,
        "speech_final": update.is_final,
        "from_finalize": from_finalize,
        "channel": {"alternatives": [alternative(text, words, update.language)]},
        "metadata": {"request_id": request_id, "model_info": _model_info(model), "model_uuid": request_id},
    }


def nothing(at: float, request_id: str, model: str) -> dict[str, Any]:
    """An answer to Finalize where nothing was left."""
    return results(TranscriptUpdate(0, 0, "", "", "", (), at, at, True), request_id, model, from_finalize=True)


def alternative(text: str, words: Sequence[Word], language: str) -> dict[str, Any]:
    """A transcript, with its words."""
    confidence = sum(word.probability for word in words) / len(words) if words else 0.0
    return {
        "transcript": text,
        "confidence": round(confidence, 4),
        "words": [
            {
                "word": word.text.strip(_MARKS).lower() or word.text,
                "start": round(word.start, 3),
                "end": round(word.end, 3),
                "confidence": round(word.probability, 4),
                "punctuated_word": word.text,
                **({"language": language} if language else {}),
            }
            for word in words
        ],
        **({"languages": [language]} if language else {}),
    }


def recorded(
    said: Sequence[Utterance],
    seconds: float,
    request_id: str,
    digest: str,
    created: str,
    model: str,
    wanted: Parameters,
) -> dict[str, Any]:
    """The answer to a whole recording."""
    text = ""
    for one in said:
        text = join_words(text, one.text, one.language)
    words = [word for one in said for word in one.words]
    channel: dict[str, Any] = {"alternatives": [alternative(text.strip(), words, "")]}
    if wanted.detect_language and said:
        channel["detected_language"] = said[0].language
    answer: dict[str, Any] = {"channels": [channel]}
    if wanted.utterances:
        answer["utterances"] = [
            {
                "start": round(one.start, 3),
                "end": round(one.end, 3),
                "channel": 0,
                "id": f"{request_id}-{number}",
                **alternative(one.text, one.words, one.language),
            }
            for number, one in enumerate(said)
        ]
    return {"metadata": metadata(request_id, digest, created, seconds, model), "results": answer}


def metadata(request_id: str, digest: str, created: str, seconds: float, model: str) -> dict[str, Any]:
    """Of a request that is done."""
    return {
        "transaction_key": "deprecated",
        "request_id": request_id,
        "sha256": digest,
        "created": created,
        "duration": round(seconds, 3),
        "channels": 1,
        "models": [request_id],
        "model_info": {request_id: _model_info(model)},
    }


def _model_info(model: str) -> dict[str, str]:
    return {"name": model, "version": "1", "arch": "whisper"}
