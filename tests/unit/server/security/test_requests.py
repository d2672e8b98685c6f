"""What a request says of itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.server.security.credentials.tokens import new_secret
from desktop.server.security.web.redaction import holds_secret
from desktop.server.security.web.refusal import Refused
from desktop.server.security.web.requests import (
    Presented,
    address_of,
    counted_as,
    is_forwarded,
    is_loopback,
    is_secure,
    presented,
    split,
    without_secrets,
)

TOKEN = "parley_" + "a" * 43
TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=",\\'\""), min_size=1, max_size=30)


def request(kind: str = "http", query: bytes = b"", path: str = "/", **headers: str) -> dict[str, Any]:
    subprotocols = [one.strip() for one in headers.get("sec_websocket_protocol", "").split(",") if one.strip()]
    pairs = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    made = {"type": kind, "path": path, "query_string": query, "headers": pairs}
    return made | ({"subprotocols": subprotocols} if kind == "websocket" else {"method": "GET"})


@pytest.mark.parametrize(
    ("headers", "secret"),
    [
        ({}, ""),
        ({"authorization": f"Bearer {TOKEN}"}, TOKEN),
        ({"authorization": f"bearer   {TOKEN} "}, TOKEN),
        ({"authorization": f"Token {TOKEN}"}, TOKEN),
        ({"x_api_key": TOKEN}, TOKEN),
        ({"api_key": TOKEN}, TOKEN),
        ({"authorization": f"Bearer {TOKEN}", "api_key": TOKEN}, TOKEN),
    ],
)
def test_where_a_token_stands(headers: dict[str, str], secret: str) -> None:
    assert presented(request(**headers), "parley") == Presented(secret)


@pytest.mark.parametrize("value", ["Basic YTpi", "Bearer", "Bearer ", TOKEN, "", "Digest x=y"])
def test_an_authorization_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(Refused, match="token-form"):
        presented(request(authorization=value), "parley")


def test_the_cookie_is_found_among_others() -> None:
    found = presented(request(cookie="a=b; __Host-parley=x.y.z; parley=w; broken"), "__Host-parley")
    assert found == Presented("", "x.y.z")


def test_subprotocols_count_for_websockets_only() -> None:
    assert presented(request(sec_websocket_protocol=f"parley.token.{TOKEN}"), "parley").secret == ""
    found = presented(request("websocket", sec_websocket_protocol=f"a, parley.token.{TOKEN}"), "parley")
    assert found.secret == TOKEN


@pytest.mark.parametrize(
    ("offered", "secrets", "plain"),
    [
        ([], [], []),
        (["parley", "parley.token.x"], ["x"], ["parley"]),
        (["parley.token."], [], ["parley.token."]),
        (["realtime", "openai-insecure-api-key.x", "openai-beta.v1"], ["x"], ["realtime", "openai-beta.v1"]),
        (["token", "x"], ["x"], ["token"]),
        (["Token", "x", "y"], ["x"], ["Token", "y"]),
        (["token"], [], ["token"]),
        (["token", "token"], ["token"], ["token"]),
    ],
)
def test_which_subprotocols_are_tokens(offered: list[str], secrets: list[str], plain: list[str]) -> None:
    assert split(offered) == (secrets, plain)


@given(st.lists(TEXT, max_size=4), TEXT, st.sampled_from(["parley.token.{}", "openai-insecure-api-key.{}"]))
def test_no_credential_reaches_the_app(others: list[str], secret: str, form: str) -> None:
    secret = f"parley_{secret}"
    offered = ", ".join([*others, "x", form.format(secret)])
    connection = request(
        "websocket", sec_websocket_protocol=offered, authorization=f"Bearer {secret}", cookie=secret, x_api_key=secret
    )
    inside = without_secrets(connection)
    assert secret not in str(inside)
    assert secret in str(connection)


@pytest.mark.parametrize(
    "query", [TOKEN, f"a={TOKEN}", f"a=b&{TOKEN}=c", f"x=%70arley_{TOKEN[7:]}", "a" * 70_000 + TOKEN]
)
def test_a_token_in_the_query_is_refused(query: str) -> None:
    with pytest.raises(Refused, match="token-in-address"):
        presented(request(query=query.encode()), "parley")
    with pytest.raises(Refused, match="token-in-address"):
        presented(request(path=f"/a/{TOKEN}/b"), "parley")


def test_what_a_proxy_says_and_what_is_encrypted() -> None:
    assert [is_forwarded(request(**{name: "x"})) for name in ("forwarded", "x_forwarded_for", "via")] == [
        True,
        True,
        False,
    ]
    assert [is_secure({"scheme": one}) for one in ("https", "wss", "http", "ws")] == [True, True, False, False]


def test_cookies_are_kept_where_they_must_be_read() -> None:
    connection = request(cookie="a=b", authorization=f"Bearer {TOKEN}", accept="x")
    assert [name for name, _ in without_secrets(connection)["headers"]] == [b"accept"]
    assert [name for name, _ in without_secrets(connection, keeps_cookies=True)["headers"]] == [b"cookie", b"accept"]
    offered = request("websocket", sec_websocket_protocol=f"a, parley.token.{TOKEN}, b")
    inside = without_secrets(offered)
    assert inside["subprotocols"] == ["a", "b"]
    assert inside["headers"] == [(b"sec-websocket-protocol", b"a, b")]


def test_several_tokens_are_none() -> None:
    with pytest.raises(Refused, match="token-twice"):
        presented(request(authorization=f"Bearer {TOKEN}", x_api_key="other"), "parley")


@given(TEXT, TEXT)
def test_a_token_in_the_address_is_found_wherever_it_stands(name: str, other: str) -> None:
    secret = new_secret()
    for query in (f"{secret}", f"{name}={secret}", f"a=b&{secret}={other}", f"x={other}%20{secret}", f"{secret}%00"):
        with pytest.raises(Refused, match="token-in-address"):
            presented(request(query=query.encode()), "parley")
    with pytest.raises(Refused, match="token-in-address"):
        presented(request(path=f"/a/{secret}/b"), "parley")


@pytest.mark.parametrize(
    "name", ["token", "TOKEN", "access_token", "api_key", "api-key", "key", "jwt", "authorization"]
)
def test_names_of_tokens_are_known_whatever_they_hold(name: str) -> None:
    with pytest.raises(Refused, match="token-in-address"):
        presented(request(query=f"a=b&{name}=x".encode()), "parley")


@pytest.mark.parametrize(
    "query",
    [b"", b"language=en&model=nova-2&token=", b"keyterm=parley", b"keywords=token", b"q=parley_short", b"\xff=%ff"],
)
def test_other_queries_are_left_alone(query: bytes) -> None:
    assert presented(request(query=query), "parley") == Presented()


def test_a_token_that_is_endless_is_none() -> None:
    with pytest.raises(Refused, match="token-unknown"):
        presented(request(authorization="Bearer " + "x" * 9000), "parley")


def test_json_web_tokens_are_seen_too() -> None:
    assert holds_secret("x=eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln")
    assert not holds_secret("https://example.org/eyJ/a.b.c")


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("192.0.2.1", 5), "192.0.2.1"),
        (("::ffff:192.0.2.1", 5), "192.0.2.1"),
        (("2001:DB8::1", 5), "2001:db8::1"),
        (("nonsense", 0), ""),
        (None, ""),
    ],
)
def test_the_clients_address(client: tuple[str, int] | None, address: str) -> None:
    assert address_of({"client": client}) == address


def test_neighbours_within_ipv6_are_one() -> None:
    assert counted_as("2001:db8:1:2:3::4") == counted_as("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert counted_as("192.0.2.1") == "192.0.2.1"
    assert counted_as("") == ""
    assert counted_as("a:b") == "a:b"
    assert [is_loopback(one) for one in ("127.9.9.9", "::1", "192.0.2.1", "", "localhost")] == [True, True] + [
        False
    ] * 3
