"""OpenAPI's document of all that is asked for by HTTP, made from the models that read it. Pure."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from desktop import __version__
from desktop.server.audio.outgoing import MEDIA_TYPES
from desktop.server.protocols import deepgram_messages
from desktop.server.protocols.openai import messages as openai_messages

_SCHEMAS = "#/components/schemas/{model}"
_MODELS: tuple[type[BaseModel], ...] = (openai_messages.Transcription, openai_messages.Speech)
_TEXT = {"schema": {"type": "string"}}
_OBJECT = {"schema": {"type": "object"}}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FAILURES = {
    "400": "A field or the audio is wrong; the answer says which.",
    "413": "The recording is too large.",
    "503": "No room for another speaker; Retry-After says when to ask again.",
}


def open_api() -> dict[str, Any]:
    """OpenAPI 3.1 of the interfaces of OpenAI and Deepgram, health and metrics."""
    _, schemas = models_json_schema([(one, "validation") for one in _MODELS], ref_template=_SCHEMAS)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Parley",
            "version": __version__,
            "description": "Transcription, translation and speech, as clients of OpenAI and Deepgram ask for them.",
        },
        "paths": {
            "/v1/audio/transcriptions": {"post": _of_a_file("The words of a recording.")},
            "/v1/audio/translations": {"post": _of_a_file("The words of a recording in English.")},
            "/v1/audio/speech": {"post": _speech()},
            "/v1/models": {"get": _plain("The models that are loaded.")},
            "/v1/models/{name}": {
                "get": _plain("One of them.", "name", failures={"404": "There is none of this name."})
            },
            "/v1/listen": {"post": _listen()},
            "/health": {"get": _plain("Whether the server lives and is ready.", failures=_NOT_READY)},
            "/health/ready": {"get": _plain("The same.", failures=_NOT_READY)},
            "/health/live": {"get": _plain("Whether the server lives.")},
            "/metrics": {"get": _plain("Figures, as JSON, or as text where that is asked for.")},
        },
        "components": {"schemas": schemas.get("$defs", {})},
    }


_NOT_READY = {"503": "It is loading its model, or about to end."}


def _of_a_file(summary: str) -> dict[str, Any]:
    form = {
        "allOf": [
            {"$ref": _SCHEMAS.format(model="Transcription")},
            {"type": "object", "required": ["file"], "properties": {"file": _BINARY["schema"]}},
        ]
    }
    kinds = {"application/json": _OBJECT, "text/plain": _TEXT, "text/vtt": _TEXT, "application/x-subrip": _TEXT}
    return {
        "summary": summary,
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
        "responses": _answers({**kinds, "text/event-stream": _TEXT}, _FAILURES),
    }


def _speech() -> dict[str, Any]:
    body = {"application/json": {"schema": {"$ref": _SCHEMAS.format(model="Speech")}}}
    kinds = dict.fromkeys(MEDIA_TYPES.values(), _BINARY)
    return {
        "summary": "A text, spoken.",
        "requestBody": {"required": True, "content": body},
        "responses": _answers({**kinds, "text/event-stream": _TEXT}, _FAILURES),
    }


def _listen() -> dict[str, Any]:
    _, schemas = models_json_schema([(deepgram_messages.Parameters, "validation")], ref_template=_SCHEMAS)
    fields = schemas["$defs"]["Parameters"]["properties"]
    return {
        "summary": "The words of a recording, as Deepgram gives them.",
        "parameters": [{"name": name, "in": "query", "schema": schema} for name, schema in fields.items()],
        "requestBody": {"required": True, "content": {"audio/*": _BINARY}},
        "responses": _answers({"application/json": _OBJECT}, _FAILURES),
    }


def _plain(summary: str, *names: str, failures: dict[str, str] | None = None) -> dict[str, Any]:
    parameters = [{"name": name, "in": "path", "required": True, **_TEXT} for name in names]
    return {
        "summary": summary,
        **({"parameters": parameters} if parameters else {}),
        "responses": _answers({"application/json": _OBJECT}, failures or {}),
    }


def _answers(content: dict[str, Any], failures: dict[str, str]) -> dict[str, Any]:
    failed = {
        status: {"description": why, "content": {"application/json": _OBJECT}} for status, why in failures.items()
    }
    return {"200": {"description": "What was asked for.", "content": content}, **failed}
