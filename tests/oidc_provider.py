"""An issuer for OpenID Connect on this machine, as strict as real ones: codes that are used once and belong to a
client, an address and a PKCE challenge; keys that change; tokens signed by them. Whoever comes is logged in at once."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

CLIENT = "parley"


class OidcProvider:
    """address: the issuer. user: the claims of whoever comes. extra: claims that are put over those of an ID token.
    looks: how often the keys were read; refused: why a code was not exchanged."""

    def __init__(self) -> None:
        self.user: dict[str, Any] = {"sub": "ann", "name": "Ann"}
        self.extra: dict[str, Any] = {}
        self.looks = 0
        self.refused = ""
        self.is_down = False
        self._keys = [self._new_key()]
        self._codes: dict[str, dict[str, str]] = {}
        handler = type("Handler", (_Handler,), {"provider": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def change_keys(self) -> None:
        """The old one is gone."""
        self._keys = [self._new_key()]

    def sign(self, *, key: Any = None, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A token of the issuer's; claims that are None are left out."""
        now = int(time.time())
        every = {"iss": self.address, "aud": CLIENT, "sub": "robot", "iat": now, "exp": now + 300} | claims
        used = key or self._keys[0]
        every = {name: value for name, value in every.items() if value is not None}
        return jwt.encode({"alg": "ES256", "kid": used.kid} | (header or {}), every, used, ["ES256", "RS256", "HS256"])

    def public_keys(self) -> dict[str, Any]:
        return KeySet(self._keys).as_dict(private=False)  # type: ignore[return-value]

    def begin(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="issuer").start()

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _new_key(self) -> ECKey:
        return ECKey.generate_key("P-256", {"kid": secrets.token_hex(4), "use": "sig", "alg": "ES256"})

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.address})}"

    def exchange(self, form: dict[str, str]) -> dict[str, Any] | None:
        asked = self._codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if asked is None:
            self.refused = "code"
        elif base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() != asked["code_challenge"]:
            self.refused = "verifier"
        elif form.get("redirect_uri") != asked["redirect_uri"] or form.get("client_id") != CLIENT:
            self.refused = "client"
        else:
            claims = {"nonce": asked["nonce"], **self.user, **self.extra}
            return {"access_token": "x", "token_type": "Bearer", "id_token": self.sign(**claims)}
        return None


class _Handler(BaseHTTPRequestHandler):
    provider: OidcProvider

    def do_GET(self) -> None:
        here, parts = self.provider, urlsplit(self.path)
        if here.is_down:
            self._answer(500, {})
        elif parts.path == "/.well-known/openid-configuration":
            places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            self._answer(200, {"issuer": here.address} | {name: f"{here.address}/{at}" for name, at in places.items()})
        elif parts.path == "/keys":
            here.looks += 1
            self._answer(200, here.public_keys())
        elif parts.path == "/authorize":
            self.send_response(302)
            self.send_header("location", here.authorize({name: one[0] for name, one in parse_qs(parts.query).items()}))
            self.end_headers()
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["content-length"])).decode()
        answer = self.provider.exchange({name: one[0] for name, one in parse_qs(content).items()})
        self._answer(200 if answer else 400, answer or {"error": "invalid_grant"})

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@contextmanager
def oidc_provider() -> Iterator[OidcProvider]:
    """It runs meanwhile."""
    provider = OidcProvider()
    provider.begin()
    try:
        yield provider
    finally:
        provider.end()
