"""Which pages may talk to the server, under which names."""

from typing import Any

import pytest

from desktop.server.security.web.origins import check_host, check_origin
from desktop.server.security.web.refusal import Refused

ALLOWED = frozenset({"https://obs.example.org:443"})


def asked(kind: str = "websocket", scheme: str = "", **headers: str) -> dict[str, Any]:
    method = {"post": "POST", "get": "GET"}.get(kind)
    found = {
        "type": "websocket" if kind == "websocket" else "http",
        "scheme": scheme or ("ws" if kind == "websocket" else "http"),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        "server": ("127.0.0.1", 5026),
        "client": ("127.0.0.1", 40_000),
    }
    return found | ({"method": method} if method else {})


@pytest.mark.parametrize(
    ("connection", "is_allowed"),
    [
        (asked(host="a:5026", origin="http://a:5026"), True),
        (asked(host="A:5026", origin="http://a:5026"), True),
        (asked(host="a", origin="http://a"), True),
        (asked(scheme="wss", host="a", origin="https://a"), True),
        (asked(scheme="wss", host="a", origin="http://a"), False),
        (asked(host="a", origin="https://a"), False),
        (asked(host="a:5026", origin="http://a"), False),
        (asked(host="a", origin="https://obs.example.org"), True),
        (asked(host="a", origin="https://obs.example.org.evil.org"), False),
        (asked(host="a", origin="null"), False),
        (asked(host="", origin="http://a"), False),
        (asked(host="a"), True),
        (asked("post", host="a", origin="http://b"), False),
        (asked("post", scheme="https", host="a", origin="https://a"), True),
        (asked("get", host="a", origin="http://b"), True),  # no page of another site reads the answer
    ],
)
def test_origins(connection: dict[str, Any], is_allowed: bool) -> None:
    if is_allowed:
        check_origin(connection, ALLOWED, by_cookie=False)
        return
    with pytest.raises(Refused, match="origin-refused") as caught:
        check_origin(connection, ALLOWED, by_cookie=False)
    assert caught.value.status == 403


def test_a_browser_says_where_it_is() -> None:
    with pytest.raises(Refused, match="origin-missing"):
        check_origin(asked("post", host="a"), ALLOWED, by_cookie=True)
    with pytest.raises(Refused, match="origin-missing"):
        check_origin(asked("post", host="a", sec_fetch_site="same-site"), ALLOWED, by_cookie=True)
    check_origin(asked("post", host="a", sec_fetch_site="same-origin"), ALLOWED, by_cookie=True)
    check_origin(asked("get", host="a"), ALLOWED, by_cookie=True)


def test_two_origins_are_one_too_many() -> None:
    connection = asked(host="a", origin="http://a")
    connection["headers"].append((b"origin", b"https://obs.example.org"))
    with pytest.raises(Refused, match="origin-refused"):
        check_origin(connection, ALLOWED, by_cookie=False)


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("localhost:5026", True),
        ("LOCALHOST", True),
        ("127.0.0.1", True),
        ("[::1]:5026", True),
        ("192.0.2.1", True),
        ("obs.example.org", True),
        ("evil.example.org", False),
        ("", False),
        ("[", False),
    ],
)
def test_names_of_this_machine(host: str, is_ours: bool) -> None:
    if is_ours:
        check_host(asked(host=host), ALLOWED)
        return
    with pytest.raises(Refused, match="host-refused") as caught:
        check_host(asked(host=host), ALLOWED)
    assert caught.value.status == 421


def test_two_names_or_none_are_none() -> None:
    twice = asked(host="localhost")
    twice["headers"].append((b"host", b"127.0.0.1"))
    for connection in (twice, asked()):
        with pytest.raises(Refused, match="host-refused"):
            check_host(connection, ALLOWED)


def test_where_others_reach_it_its_certificate_says_its_name() -> None:
    there = asked(host="captions.example.org") | {"server": ("192.0.2.1", 443), "client": ("203.0.113.9", 4)}
    check_host(there, frozenset())
    with pytest.raises(Refused):
        check_host(there | {"client": ("127.0.0.1", 4)}, frozenset())
    with pytest.raises(Refused):
        check_host(there | {"server": ("::1", 443)}, frozenset())
    check_host(there | {"server": None, "client": None}, frozenset())
