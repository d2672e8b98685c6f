"""The documents of the server's interfaces hold together."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import numpy as np
from pydantic import BaseModel
from starlette.routing import WebSocketRoute

from desktop.engine.errors import EngineError
from desktop.engine.events import Word
from desktop.engine.recognition.backends.base import Hypothesis, RecognitionRequest, RecognizerCapabilities
from desktop.engine.recognition.work import Decode
from desktop.engine.remote import framing, wire
from desktop.engine.remote.deltas import Part
from desktop.engine.requests import Kind
from desktop.engine.translation.work import Translate
from desktop.server.protocols.native import messages
from desktop.server.protocols.openai.document import open_api
from desktop.server.protocols.turns import Turns
from desktop.server.running.application import application
from desktop.server.running.async_document import Channel, Event, Server, Text
from desktop.server.running.async_document import document as made_document
from desktop.server.running.documents import async_api
from desktop.server.streams.admission import Admission
from desktop.server.streams.hub import Hub
from tests.unit.server.protocols.updates import update
from tests.unit.server.test_hub import Desk


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def found(document: Any, reference: str) -> Any:
    for part in reference.removeprefix("#/").split("/"):
        document = document[part]
    return document


def test_every_reference_leads_somewhere() -> None:
    document = json.loads(json.dumps(async_api()))
    every = set(references(document))
    assert len(every) > 30
    for reference in every:
        assert found(document, reference) is not None, reference


def test_the_schemas_take_the_founding_messages_and_nothing_wrong() -> None:
    document = async_api()
    schemas = document["components"]["schemas"]

    def check(name: str, message: Any) -> bool:
        schema = {**schemas[name], "components": {"schemas": schemas}}
        return bool(jsonschema.Draft202012Validator(schema).is_valid(message))

    assert check("SetLanguages", {"type": "set_langs", "source_language": "en", "target_language": "vi"})
    assert not check("SetLanguages", {"type": "set_langs", "source_language": 1})
    realtime = {"type": "realtime", "text": "Hello", "translation": "Hola", "segment_id": "0", "processing_time": 0.2}
    assert check("Realtime", realtime | {"seq": 1, "is_final": False})
    assert not check("Realtime", realtime)


def test_each_message_is_described() -> None:
    for name, message in async_api()["components"]["messages"].items():
        assert message["summary"].endswith((".", "!")), name


def test_every_address_of_the_document_is_served_and_described() -> None:
    from starlette.routing import Route

    from desktop.server.protocols.deepgram import deepgram_routes
    from desktop.server.protocols.openai.rest import openai_routes
    from desktop.server.running.health import health_routes

    hub = Hub(Desk(), Admission(1, 0.1))
    routes = [*openai_routes(hub), *deepgram_routes(hub), *health_routes(hub)]
    served = {
        (one.path.replace(":path", ""), method.lower())
        for one in routes
        if isinstance(one, Route)
        for method in (one.methods or set()) - {"HEAD"}
    }
    document = json.loads(json.dumps(open_api()))
    assert served == {(path, method) for path, methods in document["paths"].items() for method in methods}
    for reference in set(references(document)):
        assert found(document, reference) is not None, reference
    speech = {**document["components"]["schemas"]["Speech"], "components": document["components"]}
    assert jsonschema.Draft202012Validator(speech).is_valid({"input": "Hello", "voice": {"id": "es"}})
    assert not jsonschema.Draft202012Validator(speech).is_valid({"input": ""})


def test_every_websocket_is_in_the_document_and_nothing_else() -> None:
    served = {one.path for one in application(Hub(Desk(), Admission(1, 0.1))).routes if isinstance(one, WebSocketRoute)}
    channels = async_api()["channels"]
    at = {name: one["address"] for name, one in channels.items() if one["servers"][0]["$ref"] == "#/servers/main"}
    assert len(at) == len(set(at.values()))
    assert set(at.values()) == served
    assert set(channels) - set(at) == {"whisperLive"}  # at its own port, whatever the path


def test_each_message_belongs_to_a_channel_and_each_operation_to_its_own() -> None:
    document = async_api()
    used: set[str] = set()
    for operation in document["operations"].values():
        channel = operation["channel"]["$ref"]
        for message in operation["messages"]:
            assert message["$ref"].startswith(f"{channel}/messages/")
            used.add(found(document, message["$ref"])["$ref"].rpartition("/")[2])
    assert used == set(document["components"]["messages"])
    assert {one["action"] for one in document["operations"].values()} == {"send", "receive"}
    for name in (*document["components"]["messages"], *document["components"]["schemas"]):
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", name), name


def valid(name: str, value: Any) -> bool:
    """Whether the document's schema of that name takes it."""
    components = async_api()["components"]
    return bool(
        jsonschema.Draft202012Validator({**components["schemas"][name], "components": components}).is_valid(value)
    )


def header(message: bytes) -> Any:
    split = framing.unpacked(message)
    assert split is not None
    return json.loads(split[0])


def test_work_is_as_the_document_says() -> None:
    sound = np.linspace(-0.5, 0.5, 1600, dtype=np.float32)
    decode = Decode(sound, RecognitionRequest(language="en"), 1.0)
    asked = header(wire.asked(3, 1, Kind.FINAL, decode, Part(place=0, start=0, end=1600)))
    assert valid("WorkDecode", asked)
    assert not valid("WorkDecode", asked | {"audio": None})
    assert valid(
        "WorkTranslate", header(wire.asked(4, 0, Kind.FINAL, Translate("Hello", "en", "es", "", is_final=True)))
    )
    heard = Hypothesis("en", (Word("Hello", 0.0, 0.4, 0.9),))
    assert valid("WorkAnswered", header(wire.answered(3, heard)))
    assert valid("WorkAnswered", header(wire.answered(3, EngineError("model-missing"))))
    able = RecognizerCapabilities(frozenset({"en"}), detects_language=False, streaming=False, needs_network=False)
    assert valid("WorkHello", header(wire.hello("base", able, 1, 0.2)))


def test_realtime_events_are_those_of_the_document() -> None:
    every = {one["name"]: one for one in async_api()["components"]["messages"].values()}
    turns = Turns(is_detected=True)
    told = [
        *turns.heard(update(1, "hello", "there")),
        *turns.heard(update(1, "hello there", final=True)),
        *turns.committed(2.0),
    ]
    assert len({name for name, _ in told}) == 6
    for name, fields in told:
        event = {"type": name, "event_id": "event_1", **fields}
        jsonschema.validate(event, every[name]["payload"], jsonschema.Draft202012Validator)


def test_names_of_protocols_do_not_meet() -> None:
    class _Hello(BaseModel):
        """Somebody's."""

        inner: "messages.Ping"

    _Hello.model_rebuild(_types_namespace={"messages": messages})
    made = made_document(
        {},
        {"main": Server("localhost", "Here.")},
        [
            Channel("a", "/a", "", (Text(messages.Hello),), (Event("x.y", "One.", ("z",)),)),
            Channel("b", "/b", "", (Text(_Hello),), (Event("x.y", "One.", ()),), prefix="Other"),
        ],
    )
    assert set(made["components"]["schemas"]) == {"Hello", "OtherHello", "OtherPing"}
    assert set(made["components"]["messages"]) == {"Hello", "XY", "OtherHello", "OtherXY"}
    for reference in set(references(made)):
        assert found(made, reference) is not None, reference
