"""DeepL and LibreTranslate."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.cloud_peers.faults import KEY, Fault
from tests.cloud_peers.hearing import Powers
from tests.cloud_peers.web import WebPeer, web_peer


class DeepLPeer(WebPeer):
    """At `address`."""

    async def admit(self, request: Request) -> Response | None:
        self.headers.append(dict(request.headers))
        has_key = request.headers.get("authorization") == f"DeepL-Auth-Key {KEY}"
        wrong = await self.fault({"message": "no"}, has_key=has_key)
        if wrong is not None and (not has_key or self.plan.fault is Fault.KEY):
            wrong.status_code = 403  # as DeepL has it
        elif wrong is not None and self.plan.fault is Fault.QUOTA:
            wrong.status_code = 456
        return wrong

    async def languages(self, request: Request) -> Response:
        wrong = await self.admit(request)
        if wrong is not None:
            return wrong
        is_target = request.query_params.get("type") == "target" or b"type=target" in await request.body()
        codes = ("EN-US", "ES", "NL", "PT-BR", "ZH-HANS") if is_target else ("EN", "ES", "NL", "PT", "ZH")
        return JSONResponse([{"language": code, "name": code, "supports_formality": False} for code in codes])

    async def translate(self, request: Request) -> Response:
        if (wrong := await self.admit(request)) is not None:
            return wrong
        wanted = json.loads(await request.body())
        self.asked.append(wanted)
        source, target = wanted["source_lang"].lower(), wanted["target_lang"].lower().partition("-")[0]
        (text,) = wanted["text"]
        translated = await asyncio.to_thread(self.powers.translate, text, source, target)
        answer = {"detected_source_language": source.upper(), "text": translated, "billed_characters": len(text)}
        return JSONResponse({"translations": [answer]})


class LibreTranslatePeer(WebPeer):
    """At `address`."""

    async def languages(self, request: Request) -> Response:
        self.headers.append(dict(request.headers))
        if (wrong := await self.fault()) is not None:
            return wrong
        codes = ["en", "es", "nl"]
        return JSONResponse([{"code": code, "name": code, "targets": codes} for code in codes])

    async def translate(self, request: Request) -> Response:
        self.headers.append(dict(request.headers))
        wanted = json.loads(await request.body())
        self.asked.append(wanted)
        if wanted.get("api_key") != KEY or self.plan.at_once() is Fault.KEY:
            return JSONResponse({"error": "Invalid API key"}, 403)
        if (wrong := await self.fault()) is not None:
            return wrong
        text = await asyncio.to_thread(self.powers.translate, wanted["q"], wanted["source"], wanted["target"])
        return JSONResponse({"translatedText": text})


@contextmanager
def deepl_peer(powers: Powers) -> Iterator[DeepLPeer]:
    peer = DeepLPeer(powers)
    routes = [
        Route("/v2/languages", peer.languages, methods=["GET", "POST"]),
        Route("/v2/translate", peer.translate, methods=["POST"]),
    ]
    with web_peer(peer, routes):
        yield peer


@contextmanager
def libretranslate_peer(powers: Powers) -> Iterator[LibreTranslatePeer]:
    peer = LibreTranslatePeer(powers)
    routes = [
        Route("/languages", peer.languages),
        Route("/translate", peer.translate, methods=["POST"]),
    ]
    with web_peer(peer, routes):
        yield peer
