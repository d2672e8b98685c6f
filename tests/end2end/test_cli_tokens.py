"""`parley tokens` and `parley db` as users run them: real processes, a file, a real PostgreSQL."""

import json
from pathlib import Path

from desktop.server.security.credentials.tokens import digest_of
from tests.end2end.test_cli import Outcome, Run, environment, run, sentence  # noqa: F401  # the fixtures
from tests.postgresql_server import PASSWORD, postgresql_server


def made(outcome: Outcome) -> str:
    """The token that a command printed."""
    assert outcome.code == 0, outcome.err
    token = outcome.out.removesuffix("\n")
    assert len(token) == 50
    assert token.startswith("parley_")
    assert "shown this once" in sentence(outcome)
    return token


def test_a_token_from_its_making_to_its_end(run: Run, tmp_path: Path) -> None:  # noqa: F811
    first = made(run("tokens", "create", "laptop"))
    phone = json.loads(run("tokens", "create", "phone", "--scope", "listen", "--expires", "never", "--json").out)[
        "token"
    ]
    second = made(run("tokens", "refresh", "laptop", "--expires", "12h"))
    assert run("tokens", "revoke", "phone").code == 0
    plain = run("tokens", "list").out
    laptop, other = json.loads(run("tokens", "list", "--json").out)
    assert (laptop["name"], laptop["scopes"], laptop["state"]) == ("laptop", ["listen", "speak"], "valid")
    assert (other["name"], other["state"], other["expires"]) == ("phone", "revoked", None)
    assert laptop["prefix"] == second[:15]
    assert laptop["last_used"] is None
    assert "laptop" in plain
    assert "revoked" in plain
    log = json.loads(run("db", "audit", "--json").out)
    expected = ["token-created", "token-created", "token-refreshed", "token-revoked"]
    assert [one["event"] for one in log] == expected
    assert "token-revoked" in run("db", "audit", "--last", 1).out
    assert "token-created" not in run("db", "audit", "--last", 1).out
    files = {one: one.read_bytes() for one in (tmp_path / "home").rglob("*") if one.is_file()}
    database = next(one for one in files if one.name == "parley.db")
    assert database.stat().st_mode & 0o777 == 0o600
    everything = b"".join(files.values()) + plain.encode()
    for token in (first, second, phone):
        assert token[7:].encode() not in everything
        assert token[15:].encode() not in everything
    assert digest_of(second) in everything
    assert any(one.suffix == ".log" for one in files)


REFUSED = (
    (("tokens", "create", "laptop"), 1, "There is a token laptop already"),
    (("tokens", "create", "a,b"), 1, "no name for a token"),
    (("tokens", "revoke", "phone"), 1, "There is no token phone"),
    (("tokens", "refresh", "phone"), 1, "There is no token phone"),
    (("tokens", "create", "b", "--scope", "root"), 2, "choose from listen, speak, admin"),
    (("tokens", "create", "b", "--scope", ""), 2, "choose from listen, speak, admin"),
    (("tokens", "create", "b", "--expires", "soon"), 2, "a number and m, h, d, w or y"),
    (("tokens", "list", "--database", "mysql://x"), 1, "no database that Parley can use"),
    (("tokens", "list", "--database", "postgresql://a:hunter2@b/c"), 1, "can be read by others"),
    (("db", "upgrade", "0815"), 1, "no version 0815; there are base, 0001, 0002"),
    (("db", "restore", "nowhere"), 1, "cannot be read"),
    (("db", "backup", ""), 2, "the name is empty"),
    (("db", "prune", "--days", "-1"), 2, "greater than or equal to 0"),
)


def test_what_cannot_be_is_one_sentence(run: Run) -> None:  # noqa: F811
    made(run("tokens", "create", "laptop"))
    for words, code, said in REFUSED:
        done = run(*words)
        assert (done.code, done.out) == (code, ""), words
        assert said in " ".join(done.err.split())
        assert "hunter2" not in done.err


def test_the_database_goes_down_and_up_and_to_postgresql(run: Run, tmp_path: Path) -> None:  # noqa: F811
    token = made(run("tokens", "create", "laptop"))
    backup = tmp_path / "backup.jsonl"
    assert "2 rows" in sentence(run("db", "backup", backup))
    assert backup.stat().st_mode & 0o777 == 0o600
    assert token[7:] not in backup.read_text(encoding="utf-8")
    assert "version 0001" in sentence(run("db", "downgrade", "0001"))
    assert "version base" in sentence(run("db", "downgrade", "base"))
    assert "no tables" in sentence(run("db", "backup", tmp_path / "empty"))
    assert "version 0002" in sentence(run("db", "upgrade"))
    assert run("tokens", "list").out == ""
    assert "2 rows" in sentence(run("db", "restore", backup))
    with postgresql_server() as server:
        there = ("--database", server.new_database(), "--database-password-file", server.password_file)
        assert "2 rows" in sentence(run("db", "restore", backup, *there))
        assert made(run("tokens", "create", "phone", *there))
        names = [one["name"] for one in json.loads(run("tokens", "list", "--json", *there).out)]
        assert names == ["laptop", "phone"]
        assert "3 entries" not in sentence(run("db", "prune", *there))
        assert sentence(run("db", "prune", "--days", 0, *there)).startswith("2 entries")
        assert "version base" in sentence(run("db", "downgrade", "base", *there))
        wrong = tmp_path / "wrong"
        wrong.write_text("hunter2", encoding="utf-8")
        done = run("tokens", "list", *there[:3], wrong)
        assert done.code == 1
        assert "does not do what it should" in sentence(done)
    log = next((tmp_path / "home").rglob("parley.log")).read_text(encoding="utf-8")
    for secret in (token[7:], "hunter2", PASSWORD):
        assert secret not in log
        assert secret not in done.err
