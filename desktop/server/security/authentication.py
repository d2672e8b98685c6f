"""Who is it that asks: by a token, an issuer's token, the page's cookie, or because it is this machine. On the event
loop; the database is asked on its threads."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from starlette.types import Scope as Connection

from desktop.server.database import Database
from desktop.server.security.attempts import Attempts
from desktop.server.security.credentials import tokens
from desktop.server.security.credentials.cookies import Cookies
from desktop.server.security.credentials.oidc import Oidc
from desktop.server.security.principal import LOCAL, Principal
from desktop.server.security.web.redaction import PREFIX
from desktop.server.security.web.refusal import Refused
from desktop.server.security.web.requests import Presented, address_of, is_forwarded, is_loopback


class Authenticator:
    """is_local: the server listens on this machine alone, so that its programs need no token until one is made.
    is_open: whether a room, by its name, is still there for its guests. guests_only: nobody else is let in, from this
    machine neither."""

    def __init__(
        self,
        database: Database,
        cookies: Cookies,
        attempts: Attempts,
        oidc: Oidc | None = None,
        *,
        is_local: bool,
        is_open: Callable[[str], Awaitable[bool]],
        guests_only: bool = False,
    ) -> None:
        self._database = database
        self._cookies = cookies
        self._attempts = attempts
        self._oidc = oidc
        self._is_local = is_local and oidc is None and not guests_only
        self._is_open = is_open
        self._guests_only = guests_only
        self._were_made = False

    async def principal(self, connection: Connection, presented: Presented) -> Principal:
        """Who asks; wrong credentials are counted. Raises Refused, EngineError."""
        address = address_of(connection)
        secret = presented.secret or presented.cookie
        prefix, digest = tokens.prefix_of(secret), tokens.digest_of(secret)
        if presented.secret:  # nobody can guess what we signed
            await self._attempts.check(address, prefix, digest)
        try:
            found = await self.valid(presented)
        except Refused as refused:
            # Those that once were right are no guesses.
            if refused.code == "token-unknown" and await self._attempts.failed(address, prefix):
                raise Refused("token-unknown", status=401, code="locked-out") from None
            raise
        await self._attempts.succeeded(address, digest)
        if found.kind == "token":
            name = found.id.partition(":")[2]
            await self._database.run(lambda session: tokens.used(session, name, datetime.now(UTC)))
        return found

    async def valid(self, presented: Presented) -> Principal:
        """Whose credential it is; counts nothing. Raises Refused, EngineError."""
        now = datetime.now(UTC)
        if presented.secret and self._guests_only:
            raise Refused("token-unknown", status=401, code="token-unknown")
        if presented.secret.startswith(PREFIX):
            digest = tokens.digest_of(presented.secret)
            return await self._database.run(lambda session: tokens.check(session, digest, now), reads_only=True)
        if presented.secret:
            if self._oidc is None or presented.secret.count(".") != 2:
                raise Refused("token-unknown", status=401, code="token-unknown")
            return await self._oidc.bearer(presented.secret)
        session = self._cookies.read(presented.cookie, now) if presented.cookie else None
        if session is None:
            raise Refused("token-missing", status=401, code="token-missing")
        if session.principal.kind == "guest" and not await self._is_open(session.principal.room):
            raise Refused("room-closed", status=401, code="room-closed")
        if session.principal.kind == "user":
            if self._oidc is None:
                raise Refused("logged-out", status=401, code="logged-out")
            await self._oidc.check(session.principal, session.begun)
        return session.principal

    async def still(self, principal: Principal, presented: Presented) -> None:
        """Whether somebody who was let in may stay. Raises Refused, EngineError."""
        if principal != LOCAL:
            await self.valid(presented)

    async def is_this_machine(self, connection: Connection) -> bool:
        """Whether it is a program here, and none needs a token: what it shows is not looked at. Raises EngineError."""
        if not self._is_local or not is_loopback(address_of(connection)) or is_forwarded(connection):
            return False
        if not self._were_made:
            self._were_made = await self._database.run(tokens.were_made, reads_only=True)
        return not self._were_made
