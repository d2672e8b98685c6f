"""Logging in with OpenID Connect: the real door, a real issuer on this machine, and a browser's cookies."""

import http.client
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey
from sqlalchemy import select

from desktop.engine.errors import EngineError
from desktop.server.database.audit import Event
from desktop.server.database.tables import User
from desktop.server.security.credentials import issuer as issuer_module
from desktop.server.security.credentials.issuer import Issuer
from desktop.server.security.limits import ServerLimits
from desktop.server.security.options import OidcOptions
from desktop.server.security.principal import Scope
from tests.oidc_provider import CLIENT, OidcProvider, oidc_provider
from tests.unit.server.security.door import Answer, Door, door, wait_for


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[OidcProvider]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with oidc_provider() as running:
        yield running


@pytest.fixture
def here(tmp_path: Path, provider: OidcProvider) -> Iterator[Door]:
    with door(tmp_path, oidc=OidcOptions(provider.address, CLIENT)) as running:
        yield running


class Browser:
    """Keeps cookies of the server's, and goes where it is sent."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self.cookies: dict[str, str] = {}

    @property
    def kept(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        answer = self._door.get(path, method, **({"cookie": self.kept} if self.cookies else {}), **headers)
        for one in (one for header in answer.cookies for one in SimpleCookie(header).values()):
            if one["max-age"] == "0":
                self.cookies.pop(one.key, None)
            else:
                self.cookies[one.key] = one.value
        return answer

    def way_to_the_issuer(self, path: str = "/login") -> str:
        """Where the issuer sends it back to."""
        answer = self.get(path)
        assert answer.status == 302
        parts = urlsplit(answer.headers["location"])
        connection = http.client.HTTPConnection(parts.netloc, timeout=20)
        connection.request("GET", f"{parts.path}?{parts.query}")
        back = urlsplit(connection.getresponse().headers["location"])
        connection.close()
        assert back.netloc == f"127.0.0.1:{self._door.port}"
        return f"{back.path}?{back.query}"

    def log_in(self) -> Answer:
        return self.get(self.way_to_the_issuer())


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_somebody_logs_in_and_out_again(here: Door, tmp_path: Path) -> None:
    browser = Browser(here)
    assert browser.get("/listen").status == 401  # also on this machine
    way = browser.way_to_the_issuer("/login?next=/listen%3Foverlay")
    answer = browser.get(way)
    assert answer.status == 200
    assert 'content="0;url=/listen?overlay"' in answer.body
    assert answer.headers["cache-control"] == "no-store"
    assert list(browser.cookies) == ["parley"]
    found = json.loads(browser.get("/listen").body)
    assert found == {"id": "user:ann", "kind": "user", "scopes": ["listen", "speak"]}
    assert browser.get("/admin").status == 403
    origin = f"http://127.0.0.1:{here.port}"
    assert here.open(cookie=browser.kept, origin=origin).status == 101
    kept = dict(browser.cookies)
    assert browser.get("/logout").status == 405  # a link or a picture logs nobody out
    assert browser.get("/logout", "POST").status == 403
    assert browser.get("/logout", "POST", origin=origin).status == 303
    assert browser.cookies == {}
    browser.cookies = kept  # whoever has kept it
    assert browser.get("/listen").code == "logged-out"
    (came,) = wait_for(here, Event.LOGGED_IN)
    assert (came.principal, came.address) == ("user:ann", "127.0.0.1")
    assert len(here.events(Event.LOGGED_OUT)) == 1
    browser.cookies = {}
    browser.log_in()
    assert browser.get("/listen").status == 200
    value = kept["parley"]
    assert value.encode() not in b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file())


def test_a_way_back_is_gone_once_by_whom_it_belongs_to(here: Door, provider: OidcProvider) -> None:
    browser, other = Browser(here), Browser(here)
    way = browser.way_to_the_issuer()
    before = dict(browser.cookies)
    assert other.get(way).code == "login-lost"  # somebody else's link
    other.way_to_the_issuer()
    assert other.get(way).code == "login-lost"
    assert browser.get(way.replace("state=", "state=x")).code == "login-lost"
    assert browser.get(way).status == 200
    browser.cookies = before
    assert browser.get(way).code == "login-replayed"
    assert provider.refused == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody-else"},
        {"aud": ["somebody-else", CLIENT], "azp": "somebody-else"},
        {"iss": "https://evil.example.org"},
        {"exp": 1},
        {"exp": None},
        {"nbf": 2**33},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 7},
    ],
)
def test_an_id_token_that_is_not_ours_logs_nobody_in(here: Door, provider: OidcProvider, wrong: dict[str, Any]) -> None:
    provider.extra = wrong
    browser = Browser(here)
    answer = browser.log_in()
    assert answer.status in (401, 403)
    assert "parley" not in browser.cookies
    assert not here.events(Event.LOGGED_IN)


def test_a_code_is_worth_nothing_without_its_verifier_or_from_another_issuer(
    here: Door, provider: OidcProvider
) -> None:
    browser = Browser(here)
    way = browser.way_to_the_issuer()
    assert browser.get(way.replace("&iss=http", "&iss=https")).code == "login-failed"
    browser = Browser(here)
    first = browser.way_to_the_issuer()
    code = first.partition("code=")[2].partition("&")[0]
    second = browser.way_to_the_issuer()
    assert browser.get(second.replace(second.partition("code=")[2].partition("&")[0], code)).code == "login-failed"
    assert provider.refused == "verifier"
    assert browser.get("/callback?error=access_denied&state=x").status == 403


@pytest.mark.parametrize(
    "onward",
    ["https://evil.example.org", "//evil.example.org", "/\\evil.example.org", "javascript:alert(1)", "/\x0d\x0a", ""],
)
def test_a_login_leads_to_no_other_site(here: Door, onward: str) -> None:
    browser = Browser(here)
    assert 'content="0;url=/"' in browser.get(browser.way_to_the_issuer(f"/login?next={quote(onward)}")).body


def test_what_is_in_the_next_address_is_text(here: Door) -> None:
    browser = Browser(here)
    body = browser.get(browser.way_to_the_issuer("/login?next=/%22%3E%3Cscript%3E")).body
    assert "<script" not in body


def test_programs_bring_a_token_of_the_issuers(tmp_path: Path, provider: OidcProvider) -> None:
    options = OidcOptions(provider.address, CLIENT, audience="parley-api")
    with door(tmp_path, oidc=options) as here:
        token = provider.sign(aud=["parley-api", "other"])
        assert json.loads(here.get(**bearer(token)).body)["id"] == "user:robot"
        assert here.open(**bearer(token)).status == 101
        admin = provider.sign(aud="parley-api", parley_scopes="admin nonsense")
        assert here.get("/admin", **bearer(admin)).status == 200
        listener = provider.sign(aud="parley-api", parley_scopes=["listen", 7])
        assert [here.get(path, **bearer(listener)).status for path in ("/listen", "/speak")] == [200, 403]
        assert here.get(**bearer(provider.sign(aud="parley-api", parley_scopes=7))).status == 403
        assert here.get(**bearer(provider.sign())).code == "token-unknown"  # an ID token is for the page
        assert here.get(**bearer(provider.sign(aud="parley-api", exp=1))).code == "token-expired"
        entry = wait_for(here, Event.REFUSED)[0]
        assert token not in str(here.entries())
        assert (entry.principal, entry.reason) == ("user:robot", "scope")


Forge = Callable[[OidcProvider], str]


def _signed_with_the_public_key(provider: OidcProvider) -> str:
    public = json.dumps(provider.public_keys()["keys"][0]).encode()
    return provider.sign(
        key=OctKey.import_key(public), header={"alg": "HS256", "kid": provider.public_keys()["keys"][0]["kid"]}
    )


FORGED: dict[str, Forge] = {
    "another key": lambda provider: provider.sign(
        key=ECKey.generate_key("P-256", {"kid": provider.public_keys()["keys"][0]["kid"]})
    ),
    "an unknown key": lambda provider: provider.sign(key=ECKey.generate_key("P-256", {"kid": "x"})),
    "a key in the token": lambda provider: provider.sign(
        key=(own := ECKey.generate_key("P-256", {"kid": "x"})), header={"jwk": own.as_dict(private=False)}
    ),
    "a shared secret": _signed_with_the_public_key,
    "no algorithm": lambda provider: ".".join(["eyJhbGciOiJub25lIn0", provider.sign().split(".")[1], ""]),
    "changed": lambda provider: provider.sign()[:-4] + "AAAA",
    "another kind of key": lambda provider: provider.sign(
        key=RSAKey.generate_key(2048, {"kid": "x"}), header={"alg": "RS256"}
    ),
    "another issuer": lambda provider: provider.sign(iss="https://evil.example.org"),
    "not yet": lambda provider: provider.sign(nbf=int(time.time()) + 600),
    "without end": lambda provider: provider.sign(exp=None),
    "without subject": lambda provider: provider.sign(sub=None),
    "with a subject that is a number": lambda provider: provider.sign(sub=7),
    "nonsense": lambda provider: "a.b.c",
    "half characters": lambda provider: "é.é.é",
}


def test_what_the_issuer_did_not_sign_is_worth_nothing_and_is_a_guess(tmp_path: Path, provider: OidcProvider) -> None:
    options = OidcOptions(provider.address, CLIENT)
    with door(tmp_path, oidc=options, limits=ServerLimits(failures=len(FORGED))) as here:
        for name, forge in FORGED.items():
            answer = here.get(**bearer(forge(provider).encode("utf-8").decode("latin-1")))
            assert (answer.status, "Nobody knows" in answer.message) == (401, True), name
        assert len(wait_for(here, Event.LOCKED)) == 1
        assert here.get(**bearer(provider.sign())).status == 429
    assert provider.looks == 1  # an unknown key makes nobody ask again and again


def test_new_keys_are_found_and_old_ones_forgotten(
    here: Door, provider: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer_module, "_LOOK", 0.0)
    old = provider.sign()
    assert here.get(**bearer(old)).status == 200
    provider.change_keys()
    assert here.get(**bearer(provider.sign())).status == 200
    assert here.get(**bearer(old)).status == 401
    assert provider.looks == 3


def test_an_issuer_that_is_down_is_not_the_clients_fault(here: Door, provider: OidcProvider) -> None:
    provider.is_down = True
    answer = here.get(**bearer(provider.sign()))
    assert (answer.status, answer.code) == (503, "issuer")
    assert "retry-after" in answer.headers
    assert here.get("/login").status == 503
    token = here.token("own", Scope.LISTEN)
    assert here.get(**bearer(token)).status == 200


def test_an_address_that_cannot_be_trusted_is_refused_at_the_start(tmp_path: Path) -> None:
    for address in ("http://id.example.org", "id.example.org", "ftp://127.0.0.1", "https://", "http://[", ""):
        with pytest.raises(EngineError, match="issuer-address"):
            Issuer(OidcOptions(address, CLIENT))
    with pytest.raises(EngineError, match="secret-file"):
        Issuer(OidcOptions("https://id.example.org", CLIENT, secret_file=tmp_path / "none"))


def test_users_are_kept(here: Door, provider: OidcProvider) -> None:
    before = datetime.now(UTC)
    Browser(here).log_in()
    provider.user["name"] = "Ann\x1b B."
    Browser(here).log_in()
    with here.database() as session:
        user = session.scalars(select(User)).one()
    assert (user.issuer, user.subject, user.name) == (provider.address, "ann", "Ann\\x1b B.")
    assert before <= user.first_seen_at < user.last_seen_at
