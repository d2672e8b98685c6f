"""The documents of the server's interfaces, made from what it reads and writes: AsyncAPI for its own protocol, OpenAPI
for what is asked for by HTTP (`protocols/rest_document.py`)."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from desktop import __version__
from desktop.server.protocols.native import answers as answers
from desktop.server.protocols.native import messages as messages
from desktop.server.protocols.openai.document import open_api

_SCHEMAS = "#/components/schemas/{model}"
_SPEAKER = (
    messages.Hello,
    messages.SetLanguages,
    messages.Start,
    messages.Flush,
    messages.Stop,
    messages.Share,
    messages.Unshare,
    messages.Ping,
)
_FOLLOWER = (messages.Follow, messages.Ping)
_BINARY = "A uint32, little endian, with the length of a JSON header; the header; PCM16 mono, little endian."


def async_api() -> dict[str, Any]:
    """AsyncAPI 3.0 of `/` and `/follow`."""
    models = (*_SPEAKER, messages.Follow, messages.AudioHeader, *answers.TEXT, answers.SpeechHeader)
    _, schemas = models_json_schema([(one, "validation") for one in models], ref_template=_SCHEMAS)
    binary = {
        "Audio": _binary("Audio", messages.AudioHeader),
        "Speech": _binary("Speech", answers.SpeechHeader),
    }
    text = {one.__name__: _text(one) for one in models if one not in (messages.AudioHeader, answers.SpeechHeader)}
    channels = {
        "speak": _channel("/", (*_SPEAKER, *answers.TEXT), ("Audio", "Speech")),
        "follow": _channel("/follow", (*_FOLLOWER, answers.Realtime, answers.Failure, answers.Plain), ("Speech",)),
    }
    operations = {
        "speakerSends": _operation("receive", "speak", _names(_SPEAKER, "Audio")),
        "speakerIsTold": _operation("send", "speak", _names(answers.TEXT, "Speech")),
        "followerSends": _operation("receive", "follow", _names(_FOLLOWER)),
        "followerIsTold": _operation(
            "send", "follow", _names((answers.Realtime, answers.Failure, answers.Plain), "Speech")
        ),
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Parley",
            "version": __version__,
            "description": "Live captions, translation and speech over a WebSocket.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"schemas": schemas.get("$defs", {}), "messages": text | binary},
    }


def document_routes() -> list[BaseRoute]:
    """`/asyncapi.json` and `/openapi.json`."""
    documents = async_api(), open_api()

    async def asynchronous(_: Request) -> Response:
        return JSONResponse(documents[0])

    async def plain(_: Request) -> Response:
        return JSONResponse(documents[1])

    return [Route("/asyncapi.json", asynchronous), Route("/openapi.json", plain)]


def _text(model: type[BaseModel]) -> dict[str, Any]:
    return {
        "name": model.__name__,
        "summary": (model.__doc__ or "").strip(),
        "payload": {"$ref": _SCHEMAS.format(model=model.__name__)},
    }


def _binary(name: str, header: type[BaseModel]) -> dict[str, Any]:
    return {
        "name": name,
        "summary": f"{_BINARY} The header is of the schema {header.__name__}.",
        "contentType": "application/octet-stream",
        "payload": {"type": "string", "format": "binary"},
        "x-header": {"$ref": _SCHEMAS.format(model=header.__name__)},
    }


def _names(models: Sequence[type[BaseModel]], *more: str) -> tuple[str, ...]:
    return (*(one.__name__ for one in models), *more)


def _channel(address: str, models: Sequence[type[BaseModel]], binary: Sequence[str]) -> dict[str, Any]:
    names = dict.fromkeys(_names(models, *binary))
    return {"address": address, "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names}}


def _operation(action: str, channel: str, names: Sequence[str]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names],
    }
