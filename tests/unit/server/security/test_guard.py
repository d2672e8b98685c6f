"""The door under a real server: who is let in, who is not, and what is written down of it."""

import asyncio
import json
import logging
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as connect_at_once
from websockets.typing import Subprotocol

from desktop.server.database.audit import Event
from desktop.server.security.credentials import tokens
from desktop.server.security.limits import ServerLimits
from desktop.server.security.principal import Scope
from tests.tls_sockets import Line
from tests.unit.server.security.door import Door, door, wait_for

connect = partial(connect_at_once, open_timeout=60)
NEVER = "parley_" + "x" * 43


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Door]:
    with door(tmp_path) as running:
        yield running


def bearer(token: str) -> str:
    return f"Bearer {token}"


def test_this_machine_needs_no_token_until_one_is_made(local: Door) -> None:
    found = json.loads(local.get("/admin").body)
    assert (found["id"], found["kind"]) == ("local", "local")
    assert local.get(authorization="Bearer sk-whatever-a-client-insists-on").status == 200
    assert local.open().status == 101
    token = local.token()
    assert (local.get().status, local.get().code) == (401, "token-missing")
    assert local.open().status == 401
    assert json.loads(local.get(authorization=bearer(token)).body)["id"] == "token:laptop"
    with local.database() as session:
        tokens.revoke(session, "laptop", datetime.now(UTC))
    assert local.get().status == 401


def test_where_guests_alone_may_enter_a_token_is_good_for_nothing(tmp_path: Path) -> None:
    with door(tmp_path, guests_only=True) as here:
        assert here.get("/listen").code == "token-missing"  # from this machine, too
        assert here.get("/listen", authorization=bearer(here.token())).code == "token-unknown"
        cookie = here.get("/enter").headers["set-cookie"].partition(";")[0]
        assert here.get("/listen", cookie=cookie).status == 200
        assert here.get("/speak", cookie=cookie).status == 403


def test_what_is_passed_on_is_not_this_machine(local: Door) -> None:
    for name in ("x_forwarded_for", "forwarded", "x_real_ip"):
        assert local.get(**{name: "203.0.113.9"}).status == 401
    (entry, *_) = wait_for(local, Event.REFUSED)
    assert entry.address == "127.0.0.1"


@pytest.mark.parametrize("way", ["http", "websocket"])
def test_who_is_refused_before_anything_opens_and_in_the_audit_log(local: Door, way: str) -> None:
    ask = local.get if way == "http" else local.open
    path = "/listen" if way == "http" else "/talk"
    valid = local.token("valid")
    late = local.token("late", lasts=timedelta(seconds=-1))
    with local.database() as session:
        revoked = tokens.create(session, "revoked", frozenset(Scope), None, datetime.now(UTC))
        tokens.revoke(session, "revoked", datetime.now(UTC))
        old = tokens.create(session, "replaced", frozenset(Scope), None, datetime.now(UTC))
        new = tokens.refresh(session, "replaced", None, datetime.now(UTC))
    speaker = local.token("speaker", Scope.SPEAK)
    expected = [
        ("", 401, "token-missing"),
        (bearer(NEVER), 401, "token-unknown"),
        (bearer(late), 401, "token-expired"),
        (bearer(revoked), 401, "token-revoked"),
        (bearer(old), 401, "token-replaced"),
        (bearer(speaker), 403, "scope"),
        ("Basic YTpi", 401, "token-form"),
        (bearer("sk-from-somewhere-else"), 401, "token-unknown"),
    ]
    for header, status, code in expected:
        answer = ask(path, **({"authorization": header} if header else {}))
        assert (answer.status, answer.code) == (status, code)
        assert answer.message.endswith(".")
        assert ("www-authenticate" in answer.headers) == (status == 401)
        assert answer.headers["x-content-type-options"] == "nosniff"
    entries = wait_for(local, Event.REFUSED, len(expected))
    assert [one.reason for one in entries] == [code for _, _, code in expected]
    assert {(one.protocol, one.path, one.address) for one in entries} == {(way, path, "127.0.0.1")}
    assert entries[5].principal == "token:speaker"
    for good in (valid, new):
        assert ask(path, authorization=bearer(good)).status in (101, 200)
    assert ask(path, authorization=f"Token {valid}").status in (101, 200)
    assert local.get(x_api_key=valid).status == 200


def test_one_scope_does_not_open_another_and_admin_opens_all(local: Door) -> None:
    for scope, allowed in ((Scope.LISTEN, {"/listen"}), (Scope.SPEAK, {"/speak"}), (Scope.ADMIN, set(PATHS))):
        token = local.token(scope.value, scope)
        assert {path for path in PATHS if local.get(path, authorization=bearer(token)).status == 200} == allowed


PATHS = ("/listen", "/speak", "/admin")


def test_who_connects_is_written_down_with_how_long(local: Door) -> None:
    token = local.token()
    url = f"ws://127.0.0.1:{local.port}/talk?language=en"
    with connect(url, additional_headers={"Authorization": bearer(token)}) as client:
        assert client.recv() == "token:laptop"
        assert [(one.principal, one.path) for one in wait_for(local, Event.OPENED)] == [("token:laptop", "/talk")]
        client.send("a secret that is said")
        assert client.recv() == "a secret that is said"
    (closed,) = wait_for(local, Event.CLOSED)
    assert (closed.principal, closed.protocol, closed.address) == ("token:laptop", "websocket", "127.0.0.1")
    assert closed.seconds is not None
    assert local.get(authorization=bearer(token)).status == 200
    (request,) = wait_for(local, Event.REQUEST)
    assert (request.principal, request.path, request.reason) == ("token:laptop", "/listen", "")
    with local.database() as session:
        (row,) = tokens.all_tokens(session)
        assert row.last_used_at is not None


@pytest.mark.parametrize(
    ("offered", "answered"),
    [
        (("parley", "parley.token.{}"), "parley"),
        (("parley.token.{}", "parley"), "parley"),
        (("realtime", "openai-insecure-api-key.{}", "openai-beta.realtime-v1"), "realtime"),
        (("token", "{}"), "token"),
        (("bearer", "{}"), "bearer"),
    ],
)
def test_browsers_send_it_as_a_subprotocol(local: Door, offered: tuple[str, ...], answered: str) -> None:
    token = local.token()
    protocols = [Subprotocol(one.format(token)) for one in offered]
    with connect(f"ws://127.0.0.1:{local.port}/talk", subprotocols=protocols) as client:
        assert client.recv() == "token:laptop"
        assert client.subprotocol == answered
    assert token not in str(local.seen)
    assert local.open(sec_websocket_protocol=", ".join(offered).format(NEVER)).status == 401


def test_a_token_in_the_address_is_refused_even_if_it_is_valid(local: Door) -> None:
    token = local.token()
    for path in (
        f"/listen?token={token}",
        f"/listen?a=b&access_token={token}",
        f"/listen?anything={token}",
        f"/listen?{token}",
        f"/listen?x=%70arley_{token[7:]}",
        f"/{token}",
        f"/%70arley_{token[7:]}",
        "/listen?api_key=short",
        "/?token=also-where-everybody-may-go",
    ):
        for ask in (local.get, local.open):
            answer = ask(path, authorization=bearer(token))
            assert (answer.status, answer.code) == (400, "token-in-address"), path
    assert local.get("/listen?language=en&model=tiny&token=", authorization=bearer(token)).status == 200


def test_the_app_never_sees_the_credential(local: Door) -> None:
    token = local.token()
    local.get(authorization=bearer(token), cookie="parley=x; other=y")
    local.get(x_api_key=token)
    assert len(local.seen) == 2
    local.get("/free", authorization=bearer(token), cookie="other=y")
    assert local.seen.pop()["cookie"] == "other=y"
    assert not {"authorization", "cookie", "x-api-key"} & {name for seen in local.seen for name in seen}


def test_several_tokens_are_none(local: Door) -> None:
    token = local.token()
    answer = local.get(authorization=bearer(token), x_api_key=NEVER)
    assert (answer.status, answer.code) == (400, "token-twice")
    assert local.get(authorization=bearer(token), x_api_key=token).status == 200


def test_guessing_locks_out_and_who_is_in_stays_in(tmp_path: Path) -> None:
    with door(tmp_path, limits=ServerLimits(failures=3, failure_seconds=600)) as here:
        known, other = here.token("known"), here.token("other")
        assert here.get(authorization=bearer(known)).status == 200
        codes = [here.get(authorization=bearer(f"parley_{number:043}")).status for number in range(5)]
        assert codes == [401, 401, 401, 429, 429]
        answer = here.open(authorization=bearer(other))
        assert (answer.status, answer.code) == (429, "locked-out")
        assert 1 <= int(answer.headers["retry-after"]) <= 600
        assert here.get(authorization=bearer(known)).status == 200
        assert here.get("/").status == 200
        assert len(wait_for(here, Event.LOCKED)) == 1
        assert [one.reason for one in wait_for(here, Event.REFUSED, 5)] == ["token-unknown"] * 2 + ["locked-out"] * 3


def test_guessing_one_token_from_many_addresses_locks_it(tmp_path: Path) -> None:
    with door(tmp_path, limits=ServerLimits(failures=3), proxies=("127.0.0.1",), origins=("http://a.b",)) as here:
        token = here.token()
        guesses = [f"{token[:15]}{number:035}" for number in range(4)]
        asked = [
            here.get(authorization=bearer(guess), x_forwarded_for=f"203.0.113.{number}").status
            for number, guess in enumerate(guesses)
        ]
        assert asked == [401, 401, 401, 429]
        assert here.get(authorization=bearer(token), x_forwarded_for="203.0.113.99").status == 429


def test_too_many_requests_are_told_when_to_come_again(tmp_path: Path) -> None:
    limits = ServerLimits(requests_per_minute=3, address_requests_per_minute=8)
    with door(tmp_path, limits=limits) as here:
        token, other = here.token("one"), here.token("other")
        codes = [here.get(authorization=bearer(token)).status for _ in range(5)]
        assert codes == [200, 200, 200, 429, 429]
        answers = [here.get(authorization=bearer(other)) for _ in range(4)]
        assert [one.status for one in answers] == [200, 200, 200, 429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert here.get("/").status == 429


def test_a_flood_of_refusals_does_not_fill_the_audit_log(tmp_path: Path) -> None:
    with door(tmp_path, limits=ServerLimits(refusals_noted_per_minute=3)) as here:
        here.token()
        for _ in range(10):
            here.get()
        assert [one.reason for one in here.events(Event.REFUSED)] == ["token-missing"] * 2 + ["token-missing, and more"]


def test_a_proxy_is_believed_only_where_it_is_on_the_list(tmp_path: Path) -> None:
    with door(tmp_path, proxies=("127.0.0.0/8",), origins=("https://captions.example.org",)) as here:
        headers = {"x_forwarded_for": "198.51.100.7, 203.0.113.9", "x_forwarded_proto": "https"}
        answer = here.get(host="captions.example.org", **headers)
        assert answer.status == 401
        assert "strict-transport-security" in answer.headers
        (entry,) = wait_for(here, Event.REFUSED)
        assert entry.address == "203.0.113.9"  # what is left of it anybody can have written
        assert "__Host-parley=" in here.get("/enter", host="captions.example.org", **headers).headers["set-cookie"]
    with door(tmp_path / "other", proxies=("10.0.0.0/8",)) as here:
        assert "strict-transport-security" not in here.get(x_forwarded_proto="https").headers
        assert "__Host-" not in here.get("/enter", x_forwarded_proto="https").headers["set-cookie"]


def test_pages_of_other_sites_may_not_use_it(tmp_path: Path) -> None:
    with door(tmp_path, origins=("https://obs.example.org",)) as here:
        own = f"http://127.0.0.1:{here.port}"
        for origin, expected in (
            (own, 101),
            ("https://obs.example.org", 101),
            ("https://obs.example.org:443", 101),
            ("http://obs.example.org", 403),
            ("https://evil.example.org", 403),
            (f"http://localhost:{here.port}", 403),
            ("http://127.0.0.1:1", 403),
            ("null", 403),
            ("", 403),
        ):
            assert here.open(origin=origin).status == expected, origin
        assert here.get("/speak", "POST", b"x", origin="https://evil.example.org").status == 403
        assert here.get("/speak", "POST", b"x", origin=own).status == 200
        assert here.get("/speak", "POST", b"x").status == 200  # a program
        (*_, last) = wait_for(here, Event.REFUSED, 7)
        assert last.reason == "origin"


def test_another_name_for_this_machine_is_refused(local: Door) -> None:
    for host, status in (
        ("localhost", 200),
        (f"localhost:{local.port}", 200),
        ("127.0.0.1", 200),
        ("[::1]:5026", 200),
        ("evil.example.org", 421),
        (f"evil.example.org:{local.port}", 421),
        ("localhost.evil.example.org", 421),
        ("", 421),
    ):
        assert local.get(host=host).status == status, host
    assert local.open(host="evil.example.org", origin="http://evil.example.org").status == 421


def test_a_guests_cookie_opens_what_guests_may_see_while_the_room_is_open(local: Door) -> None:
    local.token()
    cookie = local.get("/enter").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    kept = cookie.partition(";")[0]
    own = f"http://127.0.0.1:{local.port}"
    found = json.loads(local.get(cookie=kept).body)
    assert (found["kind"], found["scopes"]) == ("guest", ["listen"])
    assert found["id"].startswith("guest:")
    assert local.open(cookie=kept, origin=own).status == 101
    assert local.open(cookie=kept).code == "origin"
    assert local.get("/speak", cookie=kept).status == 403
    assert local.get(cookie=kept[:-2] + "xx").code == "token-missing"
    local.rooms.clear()
    assert local.get(cookie=kept).code == "room-closed"


def test_guessing_rooms_locks_out(tmp_path: Path) -> None:
    with door(tmp_path, limits=ServerLimits(room_failures=3)) as here:
        assert [here.get("/enter?room=").status for _ in range(4)] == [404, 404, 404, 429]
        assert "set-cookie" not in here.get("/enter").headers
        (locked,) = wait_for(here, Event.LOCKED)
        assert (locked.path, locked.reason) == ("/enter", "room-unknown")


def test_a_connection_ends_when_its_token_does(tmp_path: Path) -> None:
    with door(tmp_path, limits=ServerLimits(recheck_seconds=0.05)) as here:
        token = here.token()
        url = f"ws://127.0.0.1:{here.port}/talk"
        with connect(url, additional_headers={"Authorization": bearer(token)}) as client:
            assert client.recv() == "token:laptop"
            with here.database() as session:
                tokens.revoke(session, "laptop", datetime.now(UTC))
            with pytest.raises(ConnectionClosed) as caught:
                client.recv(timeout=20)
        assert caught.value.rcvd is not None
        assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (1008, "token-revoked")
        (closed,) = wait_for(here, Event.CLOSED)
        assert closed.reason == "token-revoked"


def test_a_room_that_closes_sends_its_guests_away(tmp_path: Path) -> None:
    with door(tmp_path, limits=ServerLimits(recheck_seconds=0.05)) as here:
        here.token()
        cookie = here.get("/enter").headers["set-cookie"].partition(";")[0]
        headers = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{here.port}"}
        with connect(f"ws://127.0.0.1:{here.port}/talk", additional_headers=headers) as client:
            assert str(client.recv()).startswith("guest:")
            here.rooms.clear()
            with pytest.raises(ConnectionClosed):
                client.recv(timeout=20)


def test_with_tls_pages_and_cookies_are_bound_to_it(tmp_path: Path) -> None:
    with door(tmp_path, self_signed=True) as here:
        answer = here.get("/")
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "microphone=(self)" in answer.headers["permissions-policy"]
        cookie = here.get("/enter").headers["set-cookie"]
        assert cookie.startswith("__Host-parley=")
        assert "Secure" in cookie
        assert "strict-transport-security" not in here.get("/", host=f"localhost:{here.port}").headers
        assert here.security.tls is not None
        trusting = ssl.create_default_context(cafile=str(here.security.tls.pair.certificate))
        with Line(f"wss://localhost:{here.port}/talk", ssl=trusting) as client:
            assert client.recv() == "local"


def test_a_token_appears_in_nothing_that_is_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "uvicorn")
    caplog.set_level(logging.INFO)
    with door(tmp_path) as here:
        token = here.token()
        answers = [
            ask(path, **headers)
            for ask in (here.get, here.open)
            for path in (f"/listen?token={token}", f"/{token}", "/listen", "/admin")
            for headers in (
                {"authorization": bearer(token)},
                {"authorization": bearer(token[:-1] + "~")},
                {"authorization": token},
                {"sec_websocket_protocol": f"parley.token.{token}"},
                {"x_api_key": token, "authorization": bearer(token)},
                {},
            )
        ]
        assert {one.status for one in answers} >= {200, 400, 401, 403}
        assert here.entries()
    said = "".join(f"{one.headers} {one.body}" for one in answers) + caplog.text
    written = b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file())
    assert "uvicorn" in caplog.text
    assert token[:15] in written.decode("utf-8", "replace")  # what may be seen of it
    for part in (token, token[7:], token[16:]):
        assert part not in said
        assert part.encode() not in written


def test_a_database_that_fails_lets_nobody_in(local: Door) -> None:
    token = local.token()
    assert local.get(authorization=bearer(token)).status == 200
    with local.security.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE tokens RENAME TO gone")
    answer = local.get(authorization=bearer(token))
    assert (answer.status, answer.code) == (503, "database")
    assert "sqlite" not in answer.body.lower()
    assert local.open(authorization=bearer(token)).status == 503


def test_each_day_old_entries_are_forgotten_and_the_certificate_is_renewed(tmp_path: Path) -> None:
    with door(tmp_path, self_signed=True, audit_days=30) as here:
        here.token()
        assert here.security.tls is not None
        before = here.security.tls.pair.fingerprint
        asyncio.run(here.security.tend(datetime.now(UTC) + timedelta(days=29)))
        assert here.entries()
        assert here.security.tls.pair.fingerprint == before
        asyncio.run(here.security.tend(datetime.now(UTC) + timedelta(days=340)))
        assert not here.entries()
        assert here.security.tls.pair.fingerprint != before
