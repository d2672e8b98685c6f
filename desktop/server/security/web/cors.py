"""Lets pages of the allowed origins, and no others, read what the server answers (CORS, of the Fetch standard).
On the event loop."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Connection

from desktop.server.security.web.origins import normal_origin

_METHODS = ("GET", "HEAD", "POST")
_OF_PROXIES = ("forwarded", "x-forwarded", "x-real-ip")
"""how headers begin that a page has no business to send"""
_EXPOSED = ("content-disposition", "dg-request-id", "retry-after", "www-authenticate", "x-trace-id")
"""headers of an answer that such a page may read, too"""
_MAY_BRING_COOKIES = frozenset({"/room"})
"""where a page of another origin sends and gets a cookie: that of a room, which it then follows. Everything else it
asks for with a token"""


class Cors:
    """Before the guard, whose refusals such a page is to read, too. origins: as `normal_origin` writes them."""

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        self._app = app
        self._origins = origins
        self._with_token = _Allowing(app, may_bring_cookies=False)
        self._with_cookie = _Allowing(app, may_bring_cookies=True)

    async def __call__(self, connection: Connection, receive: Receive, send: Send) -> None:
        if connection["type"] != "http" or not self._origins:
            await self._app(connection, receive, send)
        elif not self._is_allowed(Headers(scope=connection)):
            await self._app(connection, receive, _varying(send))
        elif connection["path"] in _MAY_BRING_COOKIES:
            await self._with_cookie(connection, receive, send)
        else:
            await self._with_token(connection, receive, send)

    def _is_allowed(self, headers: Headers) -> bool:
        try:
            origins = {normal_origin(one) for one in headers.getlist("origin")}
        except ValueError:
            return False
        wanted = headers.get("access-control-request-headers", "").lower()
        is_proxy = any(one.strip().startswith(_OF_PROXIES) for one in wanted.split(","))
        return len(origins) == 1 and origins <= self._origins and not is_proxy


class _Allowing(CORSMiddleware):
    """For those that are on the list: what they ask for is named to them, never `*`."""

    def __init__(self, app: ASGIApp, *, may_bring_cookies: bool) -> None:
        super().__init__(
            app,
            allow_methods=_METHODS,
            allow_headers=("*",),  # repeats those that the page's library wants to send
            allow_credentials=may_bring_cookies,
            allow_private_network=True,
            expose_headers=_EXPOSED,
        )

    def is_allowed_origin(self, origin: str) -> bool:
        return True


def _varying(send: Send) -> Send:
    """No cache may give to one origin what was answered to another."""

    async def varying(message: Message) -> None:
        if message["type"] == "http.response.start":
            message.setdefault("headers", [])
            MutableHeaders(scope=message).add_vary_header("Origin")
        await send(message)

    return varying
