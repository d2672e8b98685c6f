"""All of it together, for a server: what is checked at its start, what stands before its app, what is closed at its
end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from limits.aio.storage import Storage
from starlette.routing import Route
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from desktop.engine.errors import EngineError
from desktop.engine.text.visible import visible
from desktop.server.database import audit, open_database, prepare
from desktop.server.secret_files import kept_key, shared_key
from desktop.server.security.address import check_address, is_local
from desktop.server.security.attempts import Attempts
from desktop.server.security.authentication import Authenticator
from desktop.server.security.credentials import tokens, users
from desktop.server.security.credentials.cookies import Cookies
from desktop.server.security.credentials.issuer import Issuer
from desktop.server.security.credentials.oidc import Oidc
from desktop.server.security.guard import Guard, Required, Rules
from desktop.server.security.network_guard import Network, NetworkGuard
from desktop.server.security.notes import Notes
from desktop.server.security.options import SecurityOptions
from desktop.server.security.principal import Principal
from desktop.server.security.tls import Tls
from desktop.server.security.web.cors import Cors
from desktop.server.security.web.headers import SecurityHeaders
from desktop.server.security.web.origins import normal_origin
from desktop.server.security.web.redaction import redact_logs
from desktop.system import paths

log = logging.getLogger(__name__)

_DAY = 86_400.0
_GUEST_STAYS = timedelta(hours=12)


class Security:
    """database: to note in the audit log what the guard does not see. cookies, attempts: for the app's own ways in, as
    a room's code. tls: None is plaintext, on this machine only."""

    def __init__(self, options: SecurityOptions, counters: Storage | None = None) -> None:
        """Opens the database and looks at everything before anything listens; on any thread that may wait. counters:
        those that several gateways share. Raises EngineError, DatabaseError."""
        redact_logs()
        folder = options.folder or paths.server_dir()
        self.options = options
        self.database = open_database(options.database, options.password_file)
        try:
            prepare(self.database)
            with self.database.session(reads_only=True) as session:
                has_token = tokens.one_is_valid(session, datetime.now(UTC))
            check_address(options, anyone_may_enter=has_token or options.oidc is not None or options.guests_only)
            self.tls = Tls(options) if options.has_tls else None
            given = options.cookie_key_file
            self.cookies = Cookies(shared_key(given) if given is not None else kept_key(folder / "cookies.key"))
            self.attempts = Attempts(options.limits, counters)
            issuer = Issuer(options.oidc) if options.oidc is not None else None
        except BaseException:
            self.database.close()
            raise
        self._oidc = Oidc(issuer, self.database, self.cookies) if issuer is not None else None

    @property
    def routes(self) -> list[Route]:
        """For the app; none of them may need a token."""
        return self._oidc.routes if self._oidc is not None else []

    def protect(self, app: ASGIApp, required: Required, is_open: Callable[[str], Awaitable[bool]]) -> ASGIApp:
        """What is to be served instead of the app. uvicorn's own `proxy_headers` must be off.

        required: what one must be allowed for a request; is_open: whether the room of that name is still there for its
        guests."""
        options = self.options
        authenticator = Authenticator(
            self.database,
            self.cookies,
            self.attempts,
            self._oidc,
            is_local=is_local(options.address),
            is_open=is_open,
            guests_only=options.guests_only,
        )
        rules = Rules(required, options.limits, frozenset(normal_origin(one) for one in options.origins))
        guard = Guard(app, rules, authenticator, self.attempts, self.cookies, self.database)
        believing = ProxyHeadersMiddleware(Cors(guard, rules.origins), trusted_hosts=list(options.proxies))  # type: ignore[arg-type]
        return SecurityHeaders(believing)  # type: ignore[arg-type]

    async def name_of(self, principal: Principal) -> str:
        """What people call somebody who was let in: a token's name, or a user's. Raises EngineError."""
        kind, _, name = principal.id.partition(":")
        if kind != "user" or self.options.oidc is None:
            return visible(name)
        issuer = self.options.oidc.issuer
        return await self.database.run(lambda session: users.name_of(session, issuer, name), reads_only=True)

    def network_guard(self, networks: Sequence[Network], protocol: str) -> NetworkGuard:
        """The door of a protocol without tokens, at a port of its own."""
        notes = Notes(self.database, self.attempts)
        return NetworkGuard(networks, self.options.limits, self.attempts, notes, protocol)

    async def note_locked(self, address: str, path: str) -> None:
        """In the audit log: an address is locked out, as it guessed codes of rooms."""
        entry = audit.Entry(audit.Event.LOCKED, datetime.now(UTC), "", address, "http", path, "room-unknown")
        await self.database.run(lambda session: audit.write(session, entry))

    async def keep(self, every: float = _DAY) -> None:
        """To be run as a task beside the server, until it is cancelled: each day the audit log is pruned, and a
        certificate that is near its end, or was replaced, is read anew. every: seconds."""
        while True:
            await self.tend(datetime.now(UTC))
            await asyncio.sleep(every)

    async def tend(self, now: datetime) -> None:
        """Do so once. What fails is logged, and tried again the next time."""
        days = self.options.audit_days
        try:
            gone = await self.database.run(lambda session: audit.prune(session, now, days))
            log.info("%d entries of the audit log are forgotten", gone)
            if self.tls is not None:
                await self.tls.renew(now)
        except EngineError as error:
            log.error("the security could not be tended: %s", error)

    async def close(self) -> None:
        """When nothing is served any more."""
        if self._oidc is not None:
            await self._oidc.issuer.close()
        self.database.close()
