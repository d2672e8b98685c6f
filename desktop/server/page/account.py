"""Who came in, for the page: it cannot read its own cookie. On the event loop."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from desktop.engine.errors import EngineError
from desktop.messages import text_of
from desktop.server.security.principal import Principal, Scope

_UNSTORED = {"cache-control": "no-store"}


def account_route(name_of: Callable[[Principal], Awaitable[str]]) -> Route:
    """`/whoami`, behind the guard: {kind, name, scopes}. name_of: what people call them; raises EngineError."""

    async def whoami(request: Request) -> Response:
        principal: Principal = request.state.principal
        try:
            name = await name_of(principal)
        except EngineError as error:
            return JSONResponse({"code": error.code, "message": text_of(error)}, 503, _UNSTORED)
        scopes = [one.value for one in Scope if principal.may(one)]
        return JSONResponse({"kind": principal.kind, "name": name, "scopes": scopes}, headers=_UNSTORED)

    return Route("/whoami", whoami)
