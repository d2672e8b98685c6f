"""What orchestrators and scrapers ask of every process: does it live, is it ready, what is measured of it."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


def probe_routes(
    state: Callable[[], dict[str, Any]], metrics: Callable[[Request], Awaitable[Response]]
) -> list[BaseRoute]:
    """`/health`, `/health/ready`, `/health/live`, `/metrics`. state: what `/health` tells; `ready` is among it."""

    async def health(_: Request) -> Response:
        told = state()
        return JSONResponse({"live": True, **told}, 200 if told["ready"] else 503)

    async def live(_: Request) -> Response:
        return JSONResponse({"live": True})

    return [
        Route("/health", health),
        Route("/health/ready", health),
        Route("/health/live", live),
        Route("/metrics", metrics),
    ]


def status_of(*, is_ready: bool, is_ending: bool) -> str:
    """In one word."""
    return "ready" if is_ready else "ending" if is_ending else "loading"


def scraped(text: bytes) -> Response:
    """Metrics in Prometheus' text format."""
    return Response(text, media_type=_PROMETHEUS)
