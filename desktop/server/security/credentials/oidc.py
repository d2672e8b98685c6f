"""Logging in with OpenID Connect: the page's way to the issuer and back (code flow with PKCE), and programs that bring
a token of the issuer's. On the event loop."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request, cookie_parser
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from desktop.engine.errors import EngineError
from desktop.server.database import Database
from desktop.server.security.credentials import users
from desktop.server.security.credentials.cookies import Cookies
from desktop.server.security.credentials.issuer import Issuer
from desktop.server.security.principal import Principal, Scope, scopes_from
from desktop.server.security.web.refusal import Refused, as_refused, refuse
from desktop.server.security.web.requests import address_of, is_secure

_AWAY = timedelta(minutes=10)
"""that somebody may take at the issuer"""
_STAYS = timedelta(hours=12)
_REMEMBERED = 4096
"""of the ways back that have been gone"""
PATHS = ("/login", "/callback", "/logout")


class Oidc:
    """One issuer. `routes` are to be reachable without a token."""

    def __init__(self, issuer: Issuer, database: Database, cookies: Cookies) -> None:
        self.issuer = issuer
        self._database = database
        self._cookies = cookies
        self._gone: OrderedDict[str, None] = OrderedDict()

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/login", self._answering(self._login), methods=["GET"]),
            Route("/callback", self._answering(self._callback), methods=["GET"]),
            Route("/logout", self._answering(self._logout), methods=["POST"]),
        ]

    async def bearer(self, token: str) -> Principal:
        """Who brings a token of the issuer's. Raises Refused."""
        options = self.issuer.options
        claims = await self.issuer.claims(token, options.audience or options.client)
        until = datetime.fromtimestamp(claims["exp"], UTC)
        return Principal(users.principal_id(claims["sub"]), self._scopes(claims), "user", until)

    async def check(self, principal: Principal, begun: datetime) -> None:
        """Whether the user of a cookie from then may still come in. Raises Refused."""
        subject, issuer = principal.id.partition(":")[2], self.issuer.options.issuer
        await self._database.run(lambda session: users.check(session, issuer, subject, begun), reads_only=True)

    async def _login(self, request: Request) -> Response:
        now, secure = datetime.now(UTC), is_secure(request.scope)
        verifier = secrets.token_urlsafe(48)
        away = {
            "state": secrets.token_urlsafe(24),
            "nonce": secrets.token_urlsafe(24),
            "verifier": verifier,
            "next": _own_path(request.query_params.get("next", "/")),
        }
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.issuer.options.client,
            "redirect_uri": _redirect(request),
            "scope": "openid profile",
            "state": away["state"],
            "nonce": away["nonce"],
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        address = await self.issuer.address_of("authorization_endpoint")
        response = RedirectResponse(f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", 302)
        response.headers.append("set-cookie", self._cookies.issue_login(away, now, is_secure=secure, lasts=_AWAY))
        return _unstored(response)

    async def _callback(self, request: Request) -> Response:
        now, secure = datetime.now(UTC), is_secure(request.scope)
        kept = cookie_parser(request.headers.get("cookie", "")).get(self._cookies.login_name(is_secure=secure), "")
        away = self._cookies.read_login(kept, now)
        state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        if away is None or not hmac.compare_digest(away["state"].encode(), state.encode()):
            raise Refused("login-lost", status=403, code="login-lost")
        if state in self._gone:
            raise Refused("login-lost", status=403, code="login-replayed")
        self._gone[state] = None
        if len(self._gone) > _REMEMBERED:
            self._gone.popitem(last=False)
        options = self.issuer.options
        if not code or request.query_params.get("iss", options.issuer) != options.issuer:
            raise Refused("login-failed", status=403, code="login-failed")
        token = await self.issuer.exchange(code, away["verifier"], _redirect(request))
        claims = await self.issuer.claims(token, options.client)
        is_ours = claims.get("azp", options.client) == options.client
        if not is_ours or not hmac.compare_digest(str(claims.get("nonce", "")).encode(), away["nonce"].encode()):
            raise Refused("login-failed", status=403, code="login-failed")
        subject, name, address = claims["sub"], str(claims.get("name", "")), address_of(request.scope)
        await self._database.run(lambda s: users.logged_in(s, options.issuer, subject, name, now, address))
        principal = Principal(users.principal_id(subject), self._scopes(claims), "user")
        # A page, not a redirect: browsers send no strict cookie where another site has sent them.
        onward = escape(away["next"], quote=True)
        response = HTMLResponse(
            f'<!doctype html><title>Parley</title><meta http-equiv="refresh" content="0;url={onward}">'
            f'<a href="{onward}">Parley</a>'
        )
        response.headers.append(
            "set-cookie", self._cookies.issue(principal, datetime.now(UTC), is_secure=secure, lasts=_STAYS)
        )
        response.headers.append("set-cookie", self._cookies.end_login(is_secure=secure))
        return _unstored(response)

    async def _logout(self, request: Request) -> Response:
        now, secure = datetime.now(UTC), is_secure(request.scope)
        value = cookie_parser(request.headers.get("cookie", "")).get(self._cookies.name(is_secure=secure), "")
        session = self._cookies.read(value, now)
        if session is not None and session.principal.kind == "user":
            subject, issuer = session.principal.id.partition(":")[2], self.issuer.options.issuer
            address = address_of(request.scope)
            await self._database.run(lambda s: users.logged_out(s, issuer, subject, now, address))
        response = RedirectResponse("/", 303)
        response.headers.append("set-cookie", self._cookies.end(is_secure=secure))
        return _unstored(response)

    def _scopes(self, claims: Mapping[str, Any]) -> frozenset[Scope]:
        """What the issuer says, else what is set for all of its users."""
        found = claims.get(self.issuer.options.scope_claim)
        if found is None:
            return self.issuer.options.scopes
        names = found.split() if isinstance(found, str) else found
        return scopes_from(one for one in names if isinstance(one, str)) if isinstance(names, list) else frozenset()

    def _answering(self, answer: Any) -> Any:
        """An endpoint that says no in the way that all others do."""

        async def endpoint(request: Request) -> Any:
            try:
                return await answer(request)
            except EngineError as error:
                return _Refusing(as_refused(error))

        return endpoint


class _Refusing(Response):
    def __init__(self, refused: Refused) -> None:
        super().__init__()
        self._refused = refused

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await refuse(self._refused, scope, receive, send)


def _own_path(path: str) -> str:
    """Where to go on; never to another site."""
    is_own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if is_own and len(path) <= 500 else "/"


def _redirect(request: Request) -> str:
    return f"{'https' if is_secure(request.scope) else 'http'}://{request.headers.get('host', '')}/callback"


def _unstored(response: Response) -> Response:
    response.headers["cache-control"] = "no-store"
    return response
