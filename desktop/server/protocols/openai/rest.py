"""OpenAI's REST interface: `/v1/audio/transcriptions`, `/translations`, `/speech`, `/v1/models`. On the event loop.

A file is heard as `parley transcribe` hears it, so its words are the same.
"""

import base64
import contextlib
import json
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from desktop.engine.errors import AudioError, EngineError
from desktop.engine.events import ErrorEvent, Severity, TranscriptUpdate
from desktop.engine.message import Message
from desktop.engine.options import SessionOptions
from desktop.engine.text.languages import check_language
from desktop.engine.transcript.export import Format, Transcript, Utterance, rendered
from desktop.engine.transcript.reducer import passage
from desktop.messages import text_of
from desktop.server.audio.outgoing import MEDIA_TYPES, SpeechEncoder
from desktop.server.audio.upload import hear_file
from desktop.server.protocols.bodies import TooLarge, gone, limited, saved
from desktop.server.protocols.openai.messages import (
    Speech,
    Transcription,
    error_record,
    invalid,
    refusal,
    refused,
    usage,
    verbose,
    whole_text,
)
from desktop.server.streams.hub import Hub
from desktop.server.streams.owner import owner_of
from desktop.server.streams.recordings import Recording, unless_gone
from desktop.server.streams.speaking import speak
from desktop.server.streams.voices import default_language

_MOST_FIELDS = 40
_LONGEST_FIELD = 16 << 10
_LONGEST_JSON = 64 << 10
_SUBTITLES = {"srt": (Format.SRT, "application/x-subrip"), "vtt": (Format.VTT, "text/vtt")}


def openai_routes(hub: Hub) -> list[BaseRoute]:
    """All that is REST."""

    async def transcriptions(request: Request) -> Response:
        return await _answered(_transcribed(hub, request, "transcribe"))

    async def translations(request: Request) -> Response:
        return await _answered(_transcribed(hub, request, "translate"))

    async def speech(request: Request) -> Response:
        return await _answered(_spoken(hub, request))

    async def models(_: Request) -> Response:
        return JSONResponse({"object": "list", "data": [_model(name) for name in _models(hub)]})

    async def model(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in _models(hub):
            return refusal(404, f"There is no model “{name[:80]}”; ask for /v1/models.", code="model_not_found")
        return JSONResponse(_model(name))

    return [
        Route("/v1/audio/transcriptions", transcriptions, methods=["POST"]),
        Route("/v1/audio/translations", translations, methods=["POST"]),
        Route("/v1/audio/speech", speech, methods=["POST"]),
        Route("/v1/models", models),
        Route("/v1/models/{name:path}", model),
    ]


async def _answered(work: Awaitable[Response]) -> Response:
    """The answer, or the error in its place."""
    try:
        return await work
    except ValidationError as error:
        return invalid(error)
    except TooLarge as error:
        return refusal(413, str(error), code="too_large")
    except HTTPException as error:  # a form that is none
        return refusal(400, f"The form is not understood: {error.detail}", code="invalid_form")
    except ClientDisconnect:
        return Response(status_code=499)
    except EngineError as error:
        return refused(error)


def _models(hub: Hub) -> list[str]:
    """What is loaded, and the names that clients ask for without thinking; each means the same."""
    recogniser = hub.broker.recogniser
    return [*([recogniser.name] if recogniser is not None else []), "whisper-1", "tts-1"]


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "parley"}


async def _transcribed(hub: Hub, request: Request, task: str) -> Response:
    async with contextlib.AsyncExitStack() as kept:
        limited(request, hub.limits.upload)
        async with request.form(max_files=1, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_FIELD) as form:
            file = form.get("file")
            wanted = Transcription.model_validate(_fields(form.multi_items()))
            if not isinstance(file, UploadFile):
                return refusal(400, "file: send the recording as a file of the form.", code="missing", param="file")
            folder = kept.enter_context(tempfile.TemporaryDirectory(prefix="parley-"))
            path = await saved(file, Path(folder))
            name = (file.filename or "file")[:200]
        recording = Recording(hub, _options(wanted, task), owner_of(request), lambda hear: hear_file(path, name, hear))
        if wanted.stream and task == "transcribe":
            return StreamingResponse(_told(recording, kept.pop_all()), media_type="text/event-stream")
        said = await unless_gone(gone(request), _utterances(recording, task))
    if said is None:
        raise ClientDisconnect
    return _written(wanted, task, said, recording.seconds)


def _fields(items: list[tuple[str, Any]]) -> dict[str, Any]:
    """The form's fields by their names; a name that ends in [] has several."""
    fields: dict[str, Any] = {}
    for name, value in items:
        if name == "file" or not isinstance(value, str):
            continue
        if name.endswith("[]"):
            fields.setdefault(name[:-2], []).append(value)
        else:
            fields[name] = value
    return fields


def _options(wanted: Transcription, task: str) -> SessionOptions:
    options = SessionOptions(vocabulary=wanted.prompt)
    if wanted.language:
        options = replace(options, language=check_language(wanted.language))
    return replace(options, target="en") if task == "translate" else options


async def _utterances(recording: Recording, task: str) -> tuple[Utterance, ...]:
    """All that was said, translated where that is the task. Raises EngineError where the models failed."""
    transcript = Transcript()
    said: ErrorEvent | None = None
    async with contextlib.aclosing(recording.events()) as events:
        async for event in events:
            transcript.add(event)
            if isinstance(event, ErrorEvent):
                if event.severity is Severity.ERROR:
                    raise EngineError(event.message, code=event.code)
                said = event
    found = transcript.utterances()
    return tuple(_in_english(one, said) for one in found) if task == "translate" else found


def _in_english(one: Utterance, said: ErrorEvent | None) -> Utterance:
    if one.language == "en":
        return one
    if not one.is_translated:
        message = said.message if said is not None else Message("no-translator", source=one.language, target="en")
        raise AudioError(message, code="untranslated")
    return replace(one, text=one.translation, language="en", words=(), translation="", target_language="")


def _written(wanted: Transcription, task: str, said: tuple[Utterance, ...], seconds: float) -> Response:
    form = wanted.response_format
    if form in _SUBTITLES:
        kind, media_type = _SUBTITLES[form]
        original = [replace(one, translation="", target_language="") for one in said]
        return Response(rendered(original, kind), media_type=media_type)
    if form == "text":
        return PlainTextResponse(whole_text(said) + "\n")
    if form == "verbose_json":
        return JSONResponse(verbose(task, said, seconds, wanted.timestamp_granularities))
    return JSONResponse({"text": whole_text(said), "usage": usage(seconds)})


async def _told(recording: Recording, kept: contextlib.AsyncExitStack) -> AsyncIterator[str]:
    """Server-sent events: each utterance as it is done, then all of them."""
    transcript = Transcript()
    is_first = True
    async with kept:
        try:
            async with contextlib.aclosing(recording.events()) as events:
                async for event in events:
                    transcript.add(event)
                    if isinstance(event, ErrorEvent) and event.severity is Severity.ERROR:
                        raise EngineError(event.message, code=event.code)
                    if isinstance(event, TranscriptUpdate) and event.is_final and (text := passage(event).text):
                        yield _sse({"type": "transcript.text.delta", "delta": text if is_first else f" {text}"})
                        is_first = False
        except EngineError as error:
            yield _sse({"type": "error", "error": error_record(text_of(error), "server_error", error.code)})
            return
    said = transcript.utterances()
    yield _sse({"type": "transcript.text.done", "text": whole_text(said), "usage": usage(recording.seconds)})
    yield "data: [DONE]\n\n"


def _sse(record: dict[str, Any]) -> str:
    return f"data: {json.dumps(record, ensure_ascii=False)}\n\n"


async def _spoken(hub: Hub, request: Request) -> Response:
    limited(request, _LONGEST_JSON)
    wanted = Speech.model_validate_json(await request.body())
    language = _language_of(wanted)
    chunks = speak(hub, wanted.input, language, wanted.speed)
    sound = _encoded(wanted, chunks)
    try:
        first = await anext(sound, b"")  # what cannot be spoken is an error, not an empty stream
    except BaseException:
        await chunks.aclose()
        raise
    if wanted.stream_format == "sse":
        return StreamingResponse(_spoken_events(first, sound, chunks), media_type="text/event-stream")
    return StreamingResponse(_rest(first, sound, chunks), media_type=MEDIA_TYPES[wanted.response_format])


def _language_of(wanted: Speech) -> str:
    """Of the text: as it says, as the voice does ("es", "en_US-joe-medium"), or the default."""
    if wanted.language:
        return check_language(wanted.language)
    voice = wanted.voice if isinstance(wanted.voice, str) else wanted.voice.id
    with contextlib.suppress(EngineError):
        return check_language(voice.partition("-")[0])
    return default_language()


async def _encoded(wanted: Speech, chunks: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    encoder: SpeechEncoder | None = None
    form = wanted.response_format
    async for chunk in chunks:
        if encoder is None:
            # OpenAI's raw samples have one rate, and nothing says so.
            encoder = SpeechEncoder(form, chunk.sample_rate, 24_000 if form == "pcm" else 0)
        if data := encoder.add(chunk.samples):
            yield data
    if encoder is not None and (data := encoder.end()):
        yield data


async def _rest(first: bytes, sound: AsyncIterator[bytes], chunks: Any) -> AsyncGenerator[bytes, None]:
    async with contextlib.aclosing(chunks):
        yield first
        async for data in sound:
            yield data


async def _spoken_events(first: bytes, sound: AsyncIterator[bytes], chunks: Any) -> AsyncIterator[str]:
    async with contextlib.aclosing(_rest(first, sound, chunks)) as pieces:
        async for data in pieces:
            yield _sse({"type": "speech.audio.delta", "audio": base64.b64encode(data).decode()})
    yield _sse({"type": "speech.audio.done", "usage": {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}})
