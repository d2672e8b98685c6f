"""Tokens at rest."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from desktop.engine.errors import EngineError
from desktop.messages import text_of
from desktop.server.database import open_database, prepare
from desktop.server.database.audit import newest
from desktop.server.security.credentials import tokens
from desktop.server.security.principal import Principal, Scope
from desktop.server.security.web.refusal import Refused

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BOTH = frozenset({Scope.LISTEN, Scope.SPEAK})


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    database = open_database(f"sqlite:///{tmp_path}/a.db")
    prepare(database)
    with database.session() as found:
        yield found
    database.close()


def refused(session: Session, secret: str, now: datetime) -> str:
    with pytest.raises(Refused) as caught:
        tokens.check(session, tokens.digest_of(secret), now)
    assert caught.value.status == 401
    assert secret not in f"{caught.value} {text_of(caught.value)}"
    return caught.value.code


def test_a_token_opens_until_it_ends(session: Session) -> None:
    secret = tokens.create(session, "laptop", BOTH, DAY, NOW)
    found = tokens.check(session, tokens.digest_of(secret), NOW + DAY - timedelta(seconds=1))
    assert found == Principal("token:laptop", BOTH, "token", NOW + DAY)
    assert refused(session, secret, NOW + DAY) == "token-expired"
    assert refused(session, secret[:-1], NOW) == "token-unknown"
    assert refused(session, secret + "x", NOW) == "token-unknown"
    assert tokens.one_is_valid(session, NOW)
    assert not tokens.one_is_valid(session, NOW + DAY)
    endless = tokens.create(session, "phone", BOTH, None, NOW)
    assert tokens.check(session, tokens.digest_of(endless), NOW + 9999 * DAY).until is None
    assert tokens.one_is_valid(session, NOW + DAY)


def test_a_refreshed_token_ends_the_old_one(session: Session) -> None:
    first = tokens.create(session, "laptop", BOTH, DAY, NOW)
    second = tokens.refresh(session, "laptop", DAY, NOW + DAY)
    assert tokens.check(session, tokens.digest_of(second), NOW + DAY).scopes == BOTH
    assert refused(session, first, NOW) == "token-replaced"
    tokens.revoke(session, "laptop", NOW)
    assert refused(session, second, NOW) == "token-revoked"
    assert refused(session, first, NOW) == "token-replaced"
    with pytest.raises(EngineError, match="token-is-revoked"):
        tokens.refresh(session, "laptop", DAY, NOW)
    tokens.revoke(session, "laptop", NOW + DAY)
    (row,) = tokens.all_tokens(session)
    assert row.revoked_at == NOW
    assert tokens.were_made(session)
    assert not tokens.one_is_valid(session, NOW)
    assert [one.event for one in newest(session, 9)] == ["token-revoked", "token-refreshed", "token-created"]


def test_names_are_unique_and_can_be_read(session: Session) -> None:
    for name in ("laptop", "Büro 2", "ann@example.org", "a" * 64):
        tokens.create(session, name, BOTH, DAY, NOW)
    with pytest.raises(EngineError, match="token-name-taken"):
        tokens.create(session, "laptop", BOTH, DAY, NOW)
    for name in ("", " a", "a ", "a" * 65, "a\nb", "-a", "a,b", "\x1b", "a/b"):
        with pytest.raises(EngineError, match="token-name "):
            tokens.create(session, name, BOTH, DAY, NOW)
    for change in (tokens.revoke, lambda s, name, now: tokens.refresh(s, name, DAY, now)):
        with pytest.raises(EngineError, match="token-none"):
            change(session, "nobody", NOW)


def test_secrets_are_random_and_long() -> None:
    made = {tokens.new_secret() for _ in range(100)}
    assert len(made) == len({one[:15] for one in made}) == 100
    assert {len(one) for one in made} == {50}
    assert all(one.startswith("parley_") for one in made)
    assert tokens.prefix_of("sk-somebody-elses-secret") == ""
    assert {len(tokens.prefix_of(one)) for one in made} == {15}


def test_last_use_is_noted_to_a_minute(session: Session) -> None:
    tokens.create(session, "laptop", BOTH, DAY, NOW)
    for seconds, noted in ((0, 0), (59, 0), (60, 60), (61, 60)):
        tokens.used(session, "laptop", NOW + timedelta(seconds=seconds))
        (row,) = tokens.all_tokens(session)
        assert row.last_used_at == NOW + timedelta(seconds=noted)
    tokens.used(session, "gone meanwhile", NOW)


@pytest.mark.parametrize(
    ("text", "lasts"),
    [
        ("30d", 30 * DAY),
        ("12h", DAY / 2),
        ("90m", timedelta(minutes=90)),
        ("2w", 14 * DAY),
        ("1y", 365 * DAY),
        ("never", None),
    ],
)
def test_durations(text: str, lasts: timedelta | None) -> None:
    assert tokens.parse_duration(text) == lasts


@pytest.mark.parametrize("text", ["", "30", "d", "-1d", "0d", "1.5d", "30 d", "9999999y", "forever", "1d2h"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError):
        tokens.parse_duration(text)
