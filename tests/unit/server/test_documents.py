"""The documents of the server's interfaces hold together."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema

from desktop.server.protocols.openai.document import open_api
from desktop.server.running.documents import async_api


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
    from desktop.server.streams.admission import Admission
    from desktop.server.streams.hub import Hub
    from tests.unit.server.test_hub import Desk

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
