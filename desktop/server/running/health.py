"""Whether the server lives and is ready, and what is measured of it; without tokens and without a word of speech."""

import time

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from desktop.server.streams.hub import Hub

_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


def health_routes(hub: Hub) -> list[BaseRoute]:
    """`/health` (live, ready), `/health/live`, `/health/ready`, `/metrics`: JSON of the founding documents, or text for
    scrapers that ask for it."""

    def state() -> tuple[bool, dict[str, object]]:
        recogniser = hub.broker.recogniser
        is_ready = recogniser is not None and hub.broker.workers > 0 and not hub.is_draining
        return is_ready, {
            "status": "ready" if is_ready else "ending" if hub.is_draining else "loading",
            "live": True,
            "ready": is_ready,
            "uptime": round(time.time() - hub.metrics.began, 1),
            "model": recogniser.name if recogniser is not None else "",
            "streams": hub.streams,
            "speaking": hub.admission.speaking,
            "most_speaking": hub.admission.most,
        }

    async def health(_: Request) -> Response:
        is_ready, told = state()
        return JSONResponse(told, 200 if is_ready else 503)

    async def live(_: Request) -> Response:
        return JSONResponse({"live": True})

    async def metrics(request: Request) -> Response:
        accepted = request.headers.get("accept", "*/*")
        if "text/plain" in accepted or "openmetrics" in accepted:
            return Response(hub.metrics.text(hub), media_type=_PROMETHEUS)
        return JSONResponse(hub.metrics.founding(hub, hub.limits.queued))

    return [
        Route("/health", health),
        Route("/health/ready", health),
        Route("/health/live", live),
        Route("/metrics", metrics),
    ]
