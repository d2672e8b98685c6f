"""Whether the server lives and is ready, and what is measured of it; without tokens and without a word of speech."""

import time

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from desktop.server.brokers.local import LocalBroker
from desktop.server.operation.clouds import as_json
from desktop.server.operation.probes import probe_routes, scraped, status_of
from desktop.server.streams.hub import Hub


def health_routes(hub: Hub) -> list[BaseRoute]:
    """`/health` (live, ready), `/health/live`, `/health/ready`, `/metrics`: JSON of the founding documents, or text for
    scrapers that ask for it."""

    def state() -> dict[str, object]:
        recogniser = hub.broker.recogniser
        is_ready = recogniser is not None and hub.broker.workers > 0 and not hub.is_draining
        return {
            "status": status_of(is_ready=is_ready, is_ending=hub.is_draining),
            "ready": is_ready,
            "uptime": round(time.time() - hub.metrics.began, 1),
            "model": recogniser.name if recogniser is not None else "",
            "streams": hub.streams,
            "speaking": hub.admission.speaking,
            "most_speaking": hub.admission.most,
        }

    async def metrics(request: Request) -> Response:
        accepted = request.headers.get("accept", "*/*")
        if "text/plain" in accepted or "openmetrics" in accepted:
            return scraped(hub.metrics.text(hub))
        found = hub.metrics.founding(hub, hub.limits.queued)
        if isinstance(hub.broker, LocalBroker) and (figures := hub.broker.models.clouds.figures()):
            found["clouds"] = as_json(figures)
        return JSONResponse(found)

    return probe_routes(state, metrics)
