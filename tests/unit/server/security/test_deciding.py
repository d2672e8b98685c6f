"""Small decisions of the door: origins, limits, cookies, what is written of tokens, counting."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import EngineError
from desktop.server.security import attempts as attempts_module
from desktop.server.security.attempts import Attempts
from desktop.server.security.credentials.cookies import Cookies
from desktop.server.security.credentials.tokens import new_secret
from desktop.server.security.limits import AudioAllowance, Seats, ServerLimits
from desktop.server.security.principal import LOCAL, Principal, Scope, scopes_from, scopes_text
from desktop.server.security.web.origins import normal_origin
from desktop.server.security.web.redaction import Redacting, redact_logs, redacted
from desktop.server.security.web.refusal import Refused

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
GUEST = Principal("guest:1", frozenset({Scope.LISTEN}), "guest", room="blue")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("https://A.example.org", "https://a.example.org:443"),
        ("http://a:80/", "http://a:80"),
        ("http://[::1]:5026", "http://[::1]:5026"),
        ("chrome-extension://abc", "chrome-extension://abc"),
    ],
)
def test_origins_are_compared_in_one_form(text: str, same: str) -> None:
    assert normal_origin(text) == same


@pytest.mark.parametrize(
    "text", ["", "null", "*", "a.example.org", "https://", "https://a/b", "https://a?b", "http://a:b"]
)
def test_what_is_no_origin(text: str) -> None:
    with pytest.raises(ValueError):
        normal_origin(text)


def test_scopes_are_names() -> None:
    assert scopes_from(["listen", "root", ""]) == {Scope.LISTEN}
    assert scopes_text({Scope.ADMIN, Scope.LISTEN}) == "listen,admin"
    assert [GUEST.may(one) for one in Scope] == [True, False, False]
    assert all(LOCAL.may(one) for one in Scope)


def test_requests_and_notes_are_counted() -> None:
    async def run() -> None:
        attempts = Attempts(
            ServerLimits(requests_per_minute=1, address_requests_per_minute=2, refusals_noted_per_minute=2)
        )
        await attempts.request_of("token:a")
        with pytest.raises(Refused, match="too-many-requests") as caught:
            await attempts.request_of("token:a")
        assert 1 <= caught.value.after <= 60
        await attempts.request_of("token:b")
        for _ in range(2):
            await attempts.request_from("2001:db8::1")
        with pytest.raises(Refused):
            await attempts.request_from("2001:db8::2")
        assert [await attempts.notes_left("192.0.2.1") for _ in range(4)] == [1, 0, -1, -1]

    asyncio.run(run())


def test_wrong_codes_of_rooms_are_counted_by_themselves() -> None:
    async def run() -> None:
        attempts = Attempts(ServerLimits(failures=1, room_failures=2))
        await attempts.check_room("192.0.2.1")
        assert [await attempts.failed_room("192.0.2.1") for _ in range(2)] == [False, True]
        with pytest.raises(Refused, match="locked-out"):
            await attempts.check_room("192.0.2.1")
        await attempts.check_room("192.0.2.2")
        await attempts.check("192.0.2.1", "", b"token")

    asyncio.run(run())


def test_who_was_let_in_long_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts_module, "_REMEMBERED", 2)

    async def run() -> None:
        attempts = Attempts(ServerLimits(failures=1))
        for secret in (b"1", b"2", b"1", b"3"):
            await attempts.succeeded("192.0.2.1", secret)
        await attempts.failed("192.0.2.1", "")
        await attempts.check("192.0.2.1", "", b"1")
        await attempts.check("192.0.2.1", "", b"3")
        with pytest.raises(Refused, match="locked-out"):
            await attempts.check("192.0.2.1", "", b"2")

    asyncio.run(run())


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5)), max_size=50))
def test_audio_comes_at_most_so_fast(pieces: list[tuple[float, float]]) -> None:
    """Whoever waits as long as told never sends more than the burst and the rate."""
    limits = ServerLimits(audio_rate=2.0, audio_burst=10.0)
    allowance, now, sent = AudioAllowance(limits, 0.0), 0.0, 0.0
    for pause, seconds in pieces:
        now += pause
        sent += seconds
        now += allowance.wait(seconds, now)
        assert sent <= limits.audio_burst + limits.audio_rate * now + 1e-6


def test_audio_in_real_time_never_waits_and_a_flood_does() -> None:
    allowance = AudioAllowance(ServerLimits(), 0.0)
    assert [allowance.wait(0.1, 0.1 * number) for number in range(100)] == [0.0] * 100
    assert allowance.wait(100.0, 10.0) == pytest.approx(35.0)


def test_each_principal_has_so_many_seats() -> None:
    seats = Seats(ServerLimits(sessions=2, local_sessions=3))
    for principal, most in ((GUEST.id, 2), (LOCAL.id, 3), ("", 3)):
        for _ in range(most):
            seats.take(principal)
        with pytest.raises(EngineError, match="too-many-sessions"):
            seats.take(principal)
        seats.give(principal)
        seats.take(principal)


def value_of(header: str) -> str:
    return header.partition("=")[2].partition(";")[0]


def test_a_cookie_says_who_it_is_until_it_ends() -> None:
    cookies = Cookies(b"k" * 32)
    header = cookies.issue(GUEST, NOW, is_secure=True, lasts=HOUR)
    session = cookies.read(value_of(header), NOW + HOUR - timedelta(seconds=1))
    assert session is not None
    assert (session.principal.id, session.principal.scopes, session.principal.room) == ("guest:1", {"listen"}, "blue")
    assert (session.begun, session.principal.until) == (NOW, NOW + HOUR)
    assert cookies.read(value_of(header), NOW + HOUR) is None
    assert Cookies(b"x" * 32).read(value_of(header), NOW) is None
    assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/", "Max-Age=3600"} <= {*header.split("; ")}
    plain = cookies.issue(GUEST, NOW, is_secure=False, lasts=HOUR)
    assert plain.startswith("parley=")
    assert "Secure" not in plain
    short = Principal("token:a", frozenset(), "token", NOW + timedelta(minutes=1))
    assert "Max-Age=60" in cookies.issue(short, NOW, is_secure=False, lasts=HOUR)


def test_a_cookie_of_one_kind_is_none_of_the_other() -> None:
    cookies = Cookies(b"k" * 32)
    login = value_of(cookies.issue_login({"state": "x"}, NOW, is_secure=True, lasts=HOUR))
    session = value_of(cookies.issue(GUEST, NOW, is_secure=True, lasts=HOUR))
    assert cookies.read(login, NOW) is None
    assert cookies.read_login(session, NOW) is None
    kept = cookies.read_login(login, NOW)
    assert kept is not None
    assert kept["state"] == "x"


COOKIES = Cookies(b"k" * 32)
VALUE = value_of(COOKIES.issue(GUEST, NOW, is_secure=False, lasts=HOUR))


@given(st.text(max_size=40), st.integers(0, 400), st.characters(min_codepoint=33, max_codepoint=126))
def test_what_we_did_not_sign_is_no_cookie(text: str, place: int, letter: str) -> None:
    cookies, value = COOKIES, VALUE
    place %= len(value) - 1  # bits of the last letter stand for nothing
    changed = value[:place] + letter + value[place + 1 :]
    assert cookies.read(text, NOW) is None
    assert (cookies.read(changed, NOW) is None) == (changed != value)


def test_what_is_logged_holds_no_token() -> None:
    token = new_secret()
    record = logging.LogRecord(
        "uvicorn", logging.INFO, "", 1, f"{token} %s - %s %d", (token, f"/a?b={token[7:]}", 401), None
    )
    assert Redacting().filter(record)
    assert record.getMessage() == "[token] [token] - /a 401"
    assert redacted(f"x{token}y") == "x[token]"
    assert redacted("parley_short, and parley serve") == "parley_short, and parley serve"


def test_the_filter_is_attached_once() -> None:
    logger = logging.getLogger("uvicorn.error")
    for _ in range(2):
        redact_logs()
    assert sum(isinstance(one, Redacting) for one in logger.filters) == 1
    record = logging.LogRecord("uvicorn", logging.INFO, "", 1, "%(a)s", ({"a": 1},), None)
    record.msg, record.args = ValueError("x"), None
    assert Redacting().filter(record)


def test_failures_lock_and_success_is_remembered() -> None:
    async def run() -> None:
        attempts = Attempts(ServerLimits(failures=2))
        await attempts.succeeded("192.0.2.1", b"known")
        assert not await attempts.failed("192.0.2.1", "")
        await attempts.check("192.0.2.1", "", b"new")
        assert await attempts.failed("192.0.2.1", "")
        with pytest.raises(Refused, match="locked-out") as caught:
            await attempts.check("192.0.2.1", "", b"new")
        assert 0 < caught.value.after <= 900
        await attempts.check("192.0.2.1", "", b"known")
        await attempts.check("192.0.2.2", "", b"new")
        for number in range(2):
            await attempts.failed(f"192.0.2.{number + 10}", "parley_ab")
        with pytest.raises(Refused, match="locked-out"):
            await attempts.check("192.0.2.99", "parley_ab", b"new")

    asyncio.run(run())
