"""The issuer of users (OpenID Connect): where its things are, its keys, and what it signed. On the event loop.

Its keys change; a token that is signed by one that is not known makes us look again, at most every `_LOOK` seconds, so
that nobody can make us ask without end."""

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx2
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry

from desktop.engine.errors import EngineError
from desktop.server.secret_files import read_secret
from desktop.server.security.options import OidcOptions
from desktop.server.security.web.refusal import Refused
from desktop.server.security.web.requests import is_loopback

log = logging.getLogger(__name__)

_LOOK = 30.0
"""seconds between two looks at the keys"""
_KEPT = 3600.0
"""seconds that keys are believed in without a look"""
_PAUSE = 5.0
"""seconds after a look that brought nothing"""
_LARGEST = 500_000
"""bytes of an answer"""
_PATIENCE = 10.0
"""seconds"""
_LEEWAY = 30
"""seconds that clocks may differ by"""
_LONGEST = 255
"""characters of a subject, as OpenID Connect has it"""


class Issuer:
    """Asked when needed. Raises EngineError if its address is none that can be trusted."""

    def __init__(self, options: OidcOptions) -> None:
        if not _is_trustworthy(options.issuer):
            raise EngineError("issuer-address", code="oidc", issuer=options.issuer)
        self.options = options
        self._secret = read_secret(options.secret_file) if options.secret_file else None
        self._client = httpx2.AsyncClient(timeout=_PATIENCE, follow_redirects=False)
        self._lock = asyncio.Lock()
        self._about: dict[str, Any] | None = None
        self._keys: KeySet | None = None
        self._looked_at = float("-inf")
        self._jws = JWSRegistry(algorithms=list(options.algorithms))

    async def close(self) -> None:
        await self._client.aclose()

    async def address_of(self, what: str) -> str:
        """One of its addresses, by its name in the issuer's own description. Raises Refused, 503."""
        if self._about is None:
            url = self.options.issuer.rstrip("/") + "/.well-known/openid-configuration"
            about = await self._asked("GET", url)
            if about.get("issuer") != self.options.issuer:
                raise _unusable()
            self._about = about
        address = self._about.get(what)
        if not isinstance(address, str) or not _is_trustworthy(address):
            raise _unusable()
        return address

    async def exchange(self, code: str, verifier: str, redirect: str) -> str:
        """The ID token for a code that the issuer gave a browser. Raises Refused."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": verifier,
            "client_id": self.options.client,
        }
        auth = (self.options.client, self._secret) if self._secret is not None else None
        answer = await self._asked("POST", await self.address_of("token_endpoint"), form, auth)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise Refused("login-failed", status=403, code="login-failed")
        return token

    async def claims(self, token: str, audience: str) -> Mapping[str, Any]:
        """What a token says that the issuer signed for that audience and that is valid now. Raises Refused."""
        try:
            try:
                found = self._decoded(token, await self._known_keys())
            except InvalidKeyIdError:
                found = self._decoded(token, await self._known_keys(is_needed=True))
            JWTClaimsRegistry(
                leeway=_LEEWAY,
                iss={"essential": True, "value": self.options.issuer},
                aud={"essential": True, "value": audience},
                exp={"essential": True},
                sub={"essential": True},
            ).validate(found)
        except (JoseError, ValueError, TypeError) as error:
            is_late = type(error).__name__ == "ExpiredTokenError"
            code = "token-expired" if is_late else "token-unknown"
            raise Refused("user-token-expired" if is_late else "token-unknown", status=401, code=code) from None
        if not 0 < len(found["sub"]) <= _LONGEST or not isinstance(found["exp"], int | float):
            raise Refused("token-unknown", status=401, code="token-unknown")
        return found

    def _decoded(self, token: str, keys: KeySet) -> dict[str, Any]:
        return jwt.decode(token, keys, registry=self._jws).claims

    async def _known_keys(self, *, is_needed: bool = False) -> KeySet:
        """is_needed: there is one that we do not know yet. Raises Refused, 503: there are none at all."""
        wanted = _LOOK if is_needed else _KEPT
        if self._keys is not None and self._age() <= wanted:
            return self._keys
        async with self._lock:  # many may wait for the same look
            if self._keys is None and self._age() <= _PAUSE:
                raise _unusable()
            if self._keys is None or self._age() > wanted:
                self._looked_at = time.monotonic()
                try:
                    found: Any = await self._asked("GET", await self.address_of("jwks_uri"))
                    self._keys = KeySet.import_key_set(found)
                except (Refused, JoseError, ValueError, TypeError, KeyError) as error:
                    log.warning("the issuer's keys cannot be read: %s", type(error).__name__)
            if self._keys is None:
                raise _unusable()
            return self._keys

    def _age(self) -> float:
        return time.monotonic() - self._looked_at

    async def _asked(
        self, method: str, url: str, form: dict[str, str] | None = None, auth: tuple[str, str] | None = None
    ) -> dict[str, Any]:
        """The JSON object that is there. Raises Refused: 403 if a form is refused, 503."""
        try:
            async with asyncio.timeout(_PATIENCE), self._client.stream(method, url, data=form, auth=auth) as response:
                content = b""
                async for piece in response.aiter_bytes():
                    content += piece
                    if len(content) > _LARGEST:
                        raise _unusable()
                if form is not None and 400 <= response.status_code < 500:
                    raise Refused("login-failed", status=403, code="login-failed")
                if response.status_code != 200:
                    raise _unusable()
            answer = json.loads(content)
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, ValueError, RecursionError):
            raise _unusable() from None
        if not isinstance(answer, dict):
            raise _unusable()
        return answer


def _is_trustworthy(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    host = parts.hostname or ""
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def _unusable() -> Refused:
    return Refused("issuer-unreachable", status=503, code="issuer", after=5.0)
