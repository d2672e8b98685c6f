"""The door: nothing reaches the app that was not let in, and a WebSocket is refused before it is opened. On the event
loop.

A pure ASGI middleware. Behind it `scope["state"]` has the `principal`, who asks, and the `room` that a guest may
follow; the credential itself is taken away."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Connection

from desktop.engine.errors import EngineError
from desktop.server.database import Database
from desktop.server.database.audit import Entry, Event
from desktop.server.security.attempts import Attempts
from desktop.server.security.authentication import Authenticator
from desktop.server.security.credentials.cookies import Cookies
from desktop.server.security.limits import ServerLimits
from desktop.server.security.notes import Notes
from desktop.server.security.principal import LOCAL, Principal, Scope
from desktop.server.security.watch import run_watched
from desktop.server.security.web.origins import check_host, check_origin
from desktop.server.security.web.redaction import redacted
from desktop.server.security.web.refusal import Refused, as_refused, refuse
from desktop.server.security.web.requests import Presented, address_of, is_secure, presented, split, without_secrets

_FILES = "/static/"
"""what the page consists of: some thirty files that cost nothing, for each of those who sit behind one address"""

Needed = Scope | tuple[Scope, ...] | None
"""What one must be allowed; of several, one is enough; None: it is open to everybody, such as the page itself and
`/health`"""
Required = Callable[[Connection], Needed]
"""for a request"""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the guard goes by. origins: other sites, as `normal_origin` writes them."""

    required: Required
    limits: ServerLimits
    origins: frozenset[str] = frozenset()


class Guard:
    """Before the app, and inside whatever believes a proxy's headers."""

    def __init__(
        self,
        app: ASGIApp,
        rules: Rules,
        authenticator: Authenticator,
        attempts: Attempts,
        cookies: Cookies,
        database: Database,
    ) -> None:
        self._app = app
        self._rules = rules
        self._authenticator = authenticator
        self._attempts = attempts
        self._cookies = cookies
        self._notes = Notes(database, attempts)

    async def __call__(self, connection: Connection, receive: Receive, send: Send) -> None:
        if connection["type"] not in ("http", "websocket"):
            await self._app(connection, receive, send)
            return
        about = Entry(
            Event.REFUSED,
            datetime.now(UTC),
            address=address_of(connection),
            protocol=connection["type"],
            path=redacted(connection["path"]),
        )
        principal: Principal | None = None
        try:
            is_local = await self._authenticator.is_this_machine(connection)
            shown = await self._checked(connection, is_local=is_local)
            required = self._rules.required(connection)
            if required is not None:
                principal = LOCAL if is_local else await self._authenticator.principal(connection, shown)
                about = replace(about, principal=principal.id)
                await self._check_principal(principal, required)
        except EngineError as error:
            refused = as_refused(error)
            await self._notes.refused(about, refused)
            await refuse(refused, connection, receive, send)
            return
        if principal is None:
            await self._app(without_secrets(connection, keeps_cookies=True), receive, send)
        elif connection["type"] == "http":
            await self._request(about, principal, connection, receive, send)
        else:
            await self._stay(about, principal, shown, connection, receive, send)

    async def _checked(self, connection: Connection, *, is_local: bool) -> Presented:
        """What the request shows, if it may be looked at. Raises Refused."""
        if not is_local and not connection["path"].startswith(_FILES):
            await self._attempts.request_from(address_of(connection))
        check_host(connection, self._rules.origins)
        shown = presented(connection, self._cookies.name(is_secure=is_secure(connection)))
        check_origin(connection, self._rules.origins, by_cookie=bool(shown.cookie) and not shown.secret)
        return shown

    async def _check_principal(self, principal: Principal, required: Scope | tuple[Scope, ...]) -> None:
        if principal != LOCAL:
            await self._attempts.request_of(principal.id)
        every = required if isinstance(required, tuple) else (required,)
        if not any(principal.may(one) for one in every):
            raise Refused("not-allowed", status=403, code="scope", scope=every[0].value)

    async def _request(
        self, about: Entry, principal: Principal, connection: Connection, receive: Receive, send: Send
    ) -> None:
        began, reason = time.monotonic(), "failed"
        try:
            await self._app(_inside(connection, principal), receive, send)
            reason = ""
        finally:
            await self._notes.ended(about, Event.REQUEST, reason, began)

    async def _stay(
        self,
        about: Entry,
        principal: Principal,
        shown: Presented,
        connection: Connection,
        receive: Receive,
        send: Send,
    ) -> None:
        await self._notes.keep(replace(about, event=Event.OPENED))
        began, reason = time.monotonic(), "failed"
        try:
            reason = await run_watched(
                self._app,
                _inside(connection, principal),
                receive,
                _answering_subprotocols(connection, send),
                partial(self._authenticator.still, principal, shown),
                self._rules.limits.recheck_seconds,
            )
        finally:
            await self._notes.ended(about, Event.CLOSED, reason, began)


def _inside(connection: Connection, principal: Principal) -> Connection:
    state = {**connection.get("state", {}), "principal": principal, "room": principal.room}
    return {**without_secrets(connection), "state": state}


def _answering_subprotocols(connection: Connection, send: Send) -> Send:
    """A browser that sent its token as a subprotocol hangs up unless one of the others is answered with."""
    secrets, plain = split(connection.get("subprotocols", ()))
    if not secrets or not plain:
        return send

    async def answering(message: Message) -> None:
        if message["type"] == "websocket.accept" and not message.get("subprotocol"):
            message = {**message, "subprotocol": plain[0]}
        await send(message)

    return answering
