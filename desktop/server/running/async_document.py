"""Builds an AsyncAPI document out of channels and the models of their messages. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

_SCHEMAS = "#/components/schemas/"
_MESSAGES = "#/components/messages/"


@dataclass(frozen=True, slots=True)
class Text:
    """A text message that a model reads or describes. summary: where the model does not say what it is."""

    model: type[BaseModel]
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Binary:
    """A binary message. header: the model of the JSON that it begins with; None: it has none."""

    name: str
    summary: str
    header: type[BaseModel] | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A text message in the words of somebody else's protocol: its type and the fields that it has at least."""

    type: str
    summary: str
    fields: tuple[str, ...] = ()
    discriminator: str = "type"
    """the field that holds the type; empty: none does, and the fields tell it"""


Said = Text | Binary | Event


@dataclass(frozen=True, slots=True)
class Channel:
    """A WebSocket. name: in the document, small; prefix: before the names of its messages and schemas, so that those of
    several protocols stay apart. receives, sends: as the server does. server: the key of where it is."""

    name: str
    address: str
    description: str
    receives: Sequence[Said]
    sends: Sequence[Said]
    prefix: str = ""
    server: str = "main"


@dataclass(frozen=True, slots=True)
class Server:
    """Where channels are. host: with its port."""

    host: str
    description: str


@dataclass(slots=True)
class _Parts:
    schemas: dict[str, Any] = field(default_factory=dict)
    messages: dict[str, Any] = field(default_factory=dict)
    channels: dict[str, Any] = field(default_factory=dict)
    operations: dict[str, Any] = field(default_factory=dict)


def document(info: dict[str, Any], servers: dict[str, Server], channels: Sequence[Channel]) -> dict[str, Any]:
    """AsyncAPI 3.0. The server's own messages may be in several channels; they are described once."""
    parts = _Parts()
    for one in channels:
        _add(parts, one)
    return {
        "asyncapi": "3.0.0",
        "info": info,
        "defaultContentType": "application/json",
        "servers": {
            name: {"host": one.host, "protocol": "ws", "description": one.description} for name, one in servers.items()
        },
        "channels": parts.channels,
        "operations": parts.operations,
        "components": {"schemas": parts.schemas, "messages": parts.messages},
    }


def _add(parts: _Parts, channel: Channel) -> None:
    every = list(dict.fromkeys((*channel.receives, *channel.sends)))
    models = [model for said in every if (model := _model(said)) is not None]
    parts.schemas |= _schemas(models, channel.prefix)
    parts.messages |= {_name(said, channel.prefix): _message(said, channel.prefix) for said in every}
    here = f"#/channels/{channel.name}"
    parts.channels[channel.name] = {
        "address": channel.address,
        "description": channel.description,
        "servers": [{"$ref": f"#/servers/{channel.server}"}],
        "messages": {name: {"$ref": f"{_MESSAGES}{name}"} for name in (_name(one, channel.prefix) for one in every)},
    }
    for way, action, told in (("Receives", "receive", channel.receives), ("Sends", "send", channel.sends)):
        parts.operations[f"{channel.name}{way}"] = {
            "action": action,
            "channel": {"$ref": here},
            "messages": [{"$ref": f"{here}/messages/{_name(one, channel.prefix)}"} for one in told],
        }


def _model(said: Said) -> type[BaseModel] | None:
    match said:
        case Text(model=model):
            return model
        case Binary(header=header):
            return header
        case Event():
            return None


def _name(said: Said, prefix: str) -> str:
    match said:
        case Text(model=model):
            return _key(model.__name__, prefix)
        case Binary(name=name):
            return _key(name, prefix)
        case Event(type=kind):
            return _key("".join(part[:1].upper() + part[1:] for part in re.split(r"[._\s]", kind)), prefix)


def _key(name: str, prefix: str) -> str:
    return f"{prefix}{name.lstrip('_')}"


def _message(said: Said, prefix: str) -> dict[str, Any]:
    match said:
        case Text(model=model, summary=summary):
            payload = {"$ref": f"{_SCHEMAS}{_key(model.__name__, prefix)}"}
            return {
                "name": model.__name__.lstrip("_"),
                "summary": summary or (model.__doc__ or "").strip(),
                "payload": payload,
            }
        case Binary(name=name, summary=summary, header=header):
            message: dict[str, Any] = {
                "name": name,
                "summary": summary,
                "contentType": "application/octet-stream",
                "payload": {"type": "string", "format": "binary"},
            }
            return message | (
                {"x-header": {"$ref": f"{_SCHEMAS}{_key(header.__name__, prefix)}"}} if header is not None else {}
            )
        case Event(type=kind, summary=summary, fields=fields, discriminator=key):
            properties: dict[str, Any] = {key: {"const": kind}} if key else {}
            required = [*properties, *fields]
            shape = {"type": "object", "properties": properties, "required": required}
            return {"name": kind, "summary": summary, "payload": shape}


def _schemas(models: Sequence[type[BaseModel]], prefix: str) -> dict[str, Any]:
    if not models:
        return {}
    _, found = models_json_schema([(one, "validation") for one in models], ref_template=_SCHEMAS + "{model}")
    return {_key(name, prefix): _renamed(schema, prefix) for name, schema in found.get("$defs", {}).items()}


def _renamed(node: Any, prefix: str) -> Any:
    """The same schema, with references to the names of the document."""
    match node:
        case dict():
            return {key: _renamed(value, prefix) for key, value in node.items()}
        case list():
            return [_renamed(one, prefix) for one in node]
        case str() if node.startswith(_SCHEMAS):
            return _SCHEMAS + _key(node.removeprefix(_SCHEMAS), prefix)
        case _:
            return node
