"""Which pages of other origins may read what the server answers, and with what."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.server.security.door import Answer, Door, door

THERE = "https://obs.example.org"
OTHERS = ("https://evil.example.org", "http://obs.example.org", "https://obs.example.org:444", "null", "", "*")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Door]:
    with door(tmp_path, origins=(THERE,)) as one:
        yield one


def allowances(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


def preflight(here: Door, origin: str, path: str = "/speak", method: str = "POST", headers: str = "") -> Answer:
    wanted = {"access_control_request_headers": headers} if headers else {}
    return here.get(path, "OPTIONS", b"", origin=origin, access_control_request_method=method, **wanted)


def test_a_page_of_an_allowed_origin_asks_first_and_needs_no_token_for_that(here: Door) -> None:
    here.token()
    answer = preflight(here, THERE, headers="authorization,content-type,x-stainless-lang")
    assert answer.status == 200
    assert allowances(answer) == {
        "access-control-allow-origin": THERE,
        "access-control-allow-methods": "GET, HEAD, POST",
        "access-control-allow-headers": "authorization,content-type,x-stainless-lang",
        "access-control-max-age": "600",
    }
    assert "Origin" in answer.headers["vary"]
    assert preflight(here, THERE, method="DELETE").status == 400


def test_it_reads_answers_and_refusals(here: Door) -> None:
    token = here.token()
    told = here.get("/listen", origin=THERE, authorization=f"Bearer {token}")
    refused = here.get("/speak", "POST", b"x", origin=f"{THERE}:443")
    assert (told.status, refused.status) == (200, 401)
    assert told.headers["access-control-allow-origin"] == THERE
    assert refused.headers["access-control-allow-origin"] == f"{THERE}:443"  # as the browser wrote it
    for answer in (told, refused):
        assert "access-control-allow-credentials" not in answer.headers
        assert "retry-after" in answer.headers["access-control-expose-headers"]
        assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize("origin", OTHERS)
def test_others_get_nothing(here: Door, origin: str) -> None:
    for answer in (
        preflight(here, origin, headers="authorization"),
        preflight(here, origin, "/free"),
        here.get("/listen", origin=origin),
        here.get("/speak", "POST", b"x", origin=origin),
    ):
        assert allowances(answer) == {}
        assert "Origin" in answer.headers["vary"]  # so that no cache gives them what was answered to others


def test_without_allowed_origins_nobody_gets_any(tmp_path: Path) -> None:
    with door(tmp_path) as here:
        for origin in (THERE, f"http://127.0.0.1:{here.port}", *OTHERS):
            assert allowances(preflight(here, origin)) == allowances(here.get("/free", origin=origin)) == {}


def test_two_origins_are_none(here: Door) -> None:
    assert allowances(here.get("/free", origin=f"{THERE}, {THERE}")) == {}


def test_cookies_are_for_rooms_alone(here: Door) -> None:
    assert preflight(here, THERE, "/room").headers["access-control-allow-credentials"] == "true"
    assert here.get("/room", "POST", b"{}", origin=THERE).headers["access-control-allow-credentials"] == "true"
    assert allowances(preflight(here, OTHERS[0], "/room")) == {}
    for path in ("/speak", "/login", "/logout", "/"):
        assert "access-control-allow-credentials" not in preflight(here, THERE, path).headers


@pytest.mark.parametrize("name", ["X-Forwarded-For", "x-forwarded-proto", "Forwarded", "x-real-ip"])
def test_a_page_does_not_pass_for_a_proxy(here: Door, name: str) -> None:
    assert allowances(preflight(here, THERE, headers=f"authorization, {name}")) == {}
