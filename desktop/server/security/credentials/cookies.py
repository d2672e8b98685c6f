"""The page's cookie: who was let in by a room's code or by logging in. Pure, but for the key.

It is signed (HMAC with SHA-256, a JSON Web Signature) and says all by itself, so that several gateways with the same
key know it. HttpOnly: no script reads it; SameSite=Strict: no other site's page sends it; Secure and the prefix __Host-
where the connection is encrypted.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any, Literal, cast

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.jws import JWSRegistry

from desktop.server.security.principal import Kind, Principal, scopes_from

_ALGORITHM = "HS256"
_NAME = "parley"
_LOGIN = "parley-login"
_JWS = JWSRegistry(algorithms=[_ALGORITHM])


@dataclass(frozen=True, slots=True)
class Session:
    """What a cookie says. begun: since when, so that logging out can end those from before."""

    principal: Principal
    begun: datetime


class Cookies:
    """Makes and reads them. key: 32 random bytes, the same as long as cookies are to last."""

    def __init__(self, key: bytes) -> None:
        self._key = OctKey.import_key(key)

    def name(self, *, is_secure: bool) -> str:
        return f"__Host-{_NAME}" if is_secure else _NAME

    def issue(self, principal: Principal, now: datetime, *, is_secure: bool, lasts: timedelta) -> str:
        """The header Set-Cookie for somebody who was let in. A principal that ends sooner takes it along."""
        until = now + lasts if principal.until is None else min(principal.until, now + lasts)
        claims = {
            "for": "session",
            "sub": principal.id,
            "kind": principal.kind,
            "scopes": sorted(principal.scopes),
            "room": principal.room,
            "iat": now.timestamp(),
            "exp": until.timestamp(),
            "jti": secrets.token_urlsafe(9),
        }
        return self._header(self.name(is_secure=is_secure), self._signed(claims), until - now, is_secure=is_secure)

    def read(self, value: str, now: datetime) -> Session | None:
        """What a cookie says, or None if it is not ours or has ended."""
        claims = self._verified(value, "session", now)
        if claims is None:
            return None
        principal = Principal(
            str(claims["sub"]),
            scopes_from(claims["scopes"]),
            cast(Kind, claims["kind"]),
            datetime.fromtimestamp(claims["exp"], UTC),
            str(claims["room"]),
        )
        return Session(principal, datetime.fromtimestamp(claims["iat"], UTC))

    def end(self, *, is_secure: bool) -> str:
        """The header Set-Cookie that makes a browser forget it."""
        return self._header(self.name(is_secure=is_secure), "", timedelta(0), is_secure=is_secure)

    def login_name(self, *, is_secure: bool) -> str:
        return f"__Host-{_LOGIN}" if is_secure else _LOGIN

    def issue_login(self, claims: dict[str, str], now: datetime, *, is_secure: bool, lasts: timedelta) -> str:
        """The header Set-Cookie for somebody who is away at the issuer and comes back from there: Lax, since that is
        another site."""
        value = self._signed({"for": "login", "exp": (now + lasts).timestamp(), **claims})
        return self._header(self.login_name(is_secure=is_secure), value, lasts, is_secure=is_secure, same_site="Lax")

    def read_login(self, value: str, now: datetime) -> dict[str, Any] | None:
        """What such a cookie says, or None."""
        return self._verified(value, "login", now)

    def end_login(self, *, is_secure: bool) -> str:
        return self._header(
            self.login_name(is_secure=is_secure), "", timedelta(0), is_secure=is_secure, same_site="Lax"
        )

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": _ALGORITHM}, claims, self._key, registry=_JWS)

    def _verified(self, value: str, purpose: str, now: datetime) -> dict[str, Any] | None:
        try:
            claims = jwt.decode(value, self._key, registry=_JWS).claims
        except (JoseError, ValueError):
            return None
        # Signed by us, so that its form is known.
        return claims if claims["for"] == purpose and claims["exp"] > now.timestamp() else None

    def _header(
        self,
        name: str,
        value: str,
        lasts: timedelta,
        *,
        is_secure: bool,
        same_site: Literal["Strict", "Lax"] = "Strict",
    ) -> str:
        cookie = SimpleCookie()
        cookie[name] = value
        cookie[name]["path"] = "/"
        cookie[name]["max-age"] = int(lasts.total_seconds())
        cookie[name]["httponly"] = True
        cookie[name]["samesite"] = same_site
        if is_secure:
            cookie[name]["secure"] = True
        return cookie[name].OutputString()
