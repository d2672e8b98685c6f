"""The same on both kinds of database: SQLite, and a real PostgreSQL that is begun here."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, select, text

from desktop.engine.errors import EngineError
from desktop.messages import text_of
from desktop.server.database import Database, audit, open_database, prepare, schema
from desktop.server.database.audit import Entry, Event
from desktop.server.database.backup import backup, restore
from desktop.server.database.connection import DatabaseError
from desktop.server.database.tables import AuditEntry, Base, Token, User
from tests.postgresql_server import PASSWORD, PostgresqlServer, postgresql_server

NOW = datetime(2026, 11, 27, 12, 0, 0, 123456, tzinfo=UTC)
Make = Callable[[], Database]


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgresqlServer]:
    with postgresql_server() as server:
        yield server


def maker(kind: str, folder: Path, request: pytest.FixtureRequest, opened: list[Database]) -> Make:
    def make() -> Database:
        if kind == "sqlite":
            found = open_database(f"sqlite:///{folder}/some/{len(opened)}.db")
        else:
            server: PostgresqlServer = request.getfixturevalue("postgresql")
            found = open_database(server.new_database(), server.password_file)
        opened.append(found)
        return found

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """make() -> an empty database of the kind that the test runs for"""
    opened: list[Database] = []
    yield maker(request.param, tmp_path, request, opened)
    for one in opened:
        one.close()


@pytest.fixture
def database(make: Make) -> Database:
    found = make()
    prepare(found)
    return found


def tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def token(name: str) -> Token:
    return Token(name=name, prefix="parley_x", digest=name.encode() * 8, scopes="listen", created_at=NOW)


def fill(database: Database) -> None:
    with database.session() as session:
        session.add_all([token("phone"), token("läptop")])
        session.add(User(issuer="https://id", subject="1", name="Ann", first_seen_at=NOW, last_seen_at=NOW))
        for number in range(3):
            audit.write(session, Entry(Event.OPENED, NOW + timedelta(days=number), f"token:{number}", seconds=1.5))


def content(database: Database) -> list[tuple[object, ...]]:
    with database.session(reads_only=True) as session:
        return [
            tuple(getattr(row, column.name) for column in table.__table__.columns)
            for table in (Token, User, AuditEntry)
            for row in session.scalars(select(table).order_by(table.id))
        ]


def test_up_down_and_up_again(make: Make) -> None:
    database = make()
    assert schema.version(database) == "base"
    assert schema.upgrade(database, "0001") == "0001"
    assert tables(database) == {"tokens", "audit"}
    with database.session() as session:
        session.add(token("phone"))
    assert schema.upgrade(database) == "0002"
    assert tables(database) == {"tokens", "audit", "users"}
    assert schema.downgrade(database, "0001") == "0001"
    assert tables(database) == {"tokens", "audit"}
    assert content_of_tokens(database) == ["phone"]
    assert schema.downgrade(database, "base") == "base"
    assert tables(database) == set()
    assert schema.upgrade(database) == "0002"
    assert content(database) == []


def content_of_tokens(database: Database) -> list[str]:
    with database.session(reads_only=True) as session:
        return [*session.scalars(select(Token.name).order_by(Token.id))]


def test_the_migrations_make_the_tables_that_the_code_uses(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
        assert context.get_current_revision() == schema.CURRENT


def test_a_migration_that_fails_changes_nothing(make: Make) -> None:
    database = make()
    schema.upgrade(database, "0001")
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE users (id INTEGER)"))
        connection.execute(text("CREATE VIEW tokens_too AS SELECT id FROM tokens"))
    with pytest.raises(DatabaseError) as caught:
        schema.upgrade(database)
    assert schema.version(database) == "0001"
    assert "users" not in text_of(caught.value)  # what libraries say may hold values


def test_a_way_that_does_not_lead_there_is_one_sentence(database: Database) -> None:
    for way, to, word in (
        (schema.upgrade, "0001", "other"),
        (schema.upgrade, "0815", "0815"),
        (schema.downgrade, "9", "9"),
    ):
        with pytest.raises(DatabaseError) as caught:
            way(database, to)
        assert word in text_of(caught.value)
    assert schema.version(database) == "0002"


def test_what_a_newer_parley_made_is_left_alone(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for use in (prepare, schema.upgrade):
        with pytest.raises(DatabaseError, match="database-newer"):
            use(database)


def test_an_older_one_is_brought_up_only_where_no_other_server_uses_it(make: Make) -> None:
    database = make()
    schema.upgrade(database, "0001")
    if database.is_sqlite:
        prepare(database)
        assert schema.version(database) == "0002"
    else:
        with pytest.raises(DatabaseError, match="database-old"):
            prepare(database)


def test_times_come_back_as_they_went_in(database: Database) -> None:
    there = NOW.astimezone(timezone(timedelta(hours=7)))
    with database.session() as session:
        session.add(Token(name="a", prefix="", digest=b"1", scopes="", created_at=there, expires_at=None))
    with database.session(reads_only=True) as session:
        found = session.scalars(select(Token)).one()
        assert (found.created_at, found.created_at.tzinfo, found.expires_at) == (NOW, UTC, None)
        assert session.scalars(select(Token).where(Token.created_at <= NOW)).one() is found


def test_a_backup_is_restored_and_numbers_go_on(database: Database, make: Make, tmp_path: Path) -> None:
    fill(database)
    file = tmp_path / "backup.jsonl"
    assert backup(database, file) == 6
    assert file.stat().st_mode & 0o777 == 0o600
    other = make()  # empty
    assert restore(other, file) == 6
    assert content(other) == content(database)
    with other.session() as session:
        session.add(token("new"))
        audit.write(session, Entry(Event.CLOSED, NOW))
    with database.session() as session:  # what came later is gone afterwards
        session.add(token("later"))
    assert restore(database, file) == 6
    assert content_of_tokens(database) == ["phone", "läptop"]


def test_a_backup_moves_from_one_kind_to_the_other(
    database: Database, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    fill(database)
    backup(database, tmp_path / "backup")
    opened: list[Database] = []
    other = maker("postgresql" if database.is_sqlite else "sqlite", tmp_path / "other", request, opened)()
    restore(other, tmp_path / "backup")
    assert content(other) == content(database)
    other.close()


def test_a_backup_of_an_older_version_is_brought_up(make: Make, tmp_path: Path) -> None:
    database, file = make(), tmp_path / "backup"
    schema.upgrade(database, "0001")
    with database.session() as session:
        session.add(token("phone"))
    backup(database, file)
    schema.upgrade(database)
    fill_users = User(issuer="i", subject="s", name="", first_seen_at=NOW, last_seen_at=NOW)
    with database.session() as session:
        session.add(fill_users)
    restore(database, file)
    assert schema.version(database) == "0002"
    assert [row[1] for row in content(database)] == ["phone"]


DAMAGES: tuple[Callable[[list[bytes]], list[bytes]], ...] = (
    lambda lines: [*lines[:3], lines[3][:20]],
    lambda lines: [*lines, b'["tokens",{"id":1}]'],
    lambda lines: [*lines, b'["nothing",{}]'],
    lambda lines: [*lines, lines[-1]],
    lambda lines: [b'{"kind":"parley database","version":"0815"}', *lines[1:]],
    lambda lines: [b'{"kind":"a letter"}', *lines[1:]],
    lambda lines: [b"[]", *lines[1:]],
    lambda lines: [lines[0], b"7"],
    lambda lines: [*lines, b"\xff"],
    lambda lines: [*lines, lines[-1].replace(b"2026-", b"year ")],
    lambda lines: [],
)


def test_a_backup_that_is_not_whole_changes_nothing(database: Database, tmp_path: Path) -> None:
    fill(database)
    file = tmp_path / "backup"
    backup(database, file)
    before, whole = content(database), file.read_bytes().splitlines()
    for damage in DAMAGES:
        file.write_bytes(b"\n".join(damage(whole)))
        with pytest.raises(EngineError) as caught:
            restore(database, file)
        assert text_of(caught.value).endswith(".")
        assert content(database) == before


def test_old_entries_are_forgotten(database: Database) -> None:
    fill(database)
    with database.session() as session:
        assert audit.prune(session, NOW + timedelta(days=2), 1.5) == 1
        assert [one.principal for one in audit.newest(session, 9)] == ["token:2", "token:1"]
        assert [one.principal for one in audit.newest(session, 1)] == ["token:2"]


def test_what_comes_from_outside_fits_and_steers_nothing(database: Database) -> None:
    odd = "\x1b[31m\0\udce9‮" + "x" * 1000
    with database.session() as session:
        audit.write(session, Entry(Event.REFUSED, NOW, odd, odd, odd, odd, odd))
    with database.session(reads_only=True) as session:
        (found,) = audit.newest(session, 1)
    assert found.path.startswith("\\x1b[31m\\x00\\udce9\\u202e")
    assert (len(found.path), len(found.address)) == (255, 64)


def test_what_fails_leaves_nothing_and_says_no_values(database: Database) -> None:
    fill(database)
    with pytest.raises(DatabaseError) as caught, database.session() as session:
        session.add_all([token("other"), token("phone")])
    assert content_of_tokens(database) == ["phone", "läptop"]
    assert "phone" not in f"{caught.value} {text_of(caught.value)}"


def test_many_write_at_once_from_an_event_loop(database: Database) -> None:
    def note(number: int) -> Callable[[object], None]:
        def work(session: object) -> None:
            audit.newest(session, 1)  # type: ignore[arg-type]  # reads first, as a look-up does
            audit.write(session, Entry(Event.REQUEST, NOW, str(number)))  # type: ignore[arg-type]

        return work

    async def all_of_them() -> None:
        await asyncio.gather(*(database.run(note(number)) for number in range(50)))

    asyncio.run(all_of_them())
    with database.session(reads_only=True) as session:
        assert {one.principal for one in audit.newest(session, 99)} == {str(number) for number in range(50)}


def test_an_empty_database_has_no_backup(make: Make, tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="database-empty"):
        backup(make(), tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_a_backup_that_cannot_be_written_or_read_says_so(database: Database, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="backup-not-written"):
        backup(database, tmp_path / "nowhere" / "backup")
    with pytest.raises(EngineError, match="backup-unreadable"):
        restore(database, tmp_path / "nowhere")


def test_the_password_comes_from_the_file_and_is_repeated_nowhere(
    postgresql: PostgresqlServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("hunter2", encoding="utf-8")
    database = open_database(postgresql.new_database(), wrong)
    with pytest.raises(DatabaseError) as caught:
        prepare(database)
    said = f"{caught.value!r} {text_of(caught.value)} {database.engine.url} {database.place} {caplog.text}"
    assert "hunter2" not in said
    assert PASSWORD not in said
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    database.close()
    nowhere = open_database(f"postgresql://parley@/x?host={tmp_path}", wrong)
    with pytest.raises(DatabaseError):
        schema.version(nowhere)
    nowhere.close()


def test_what_is_json_lines_stays_readable(database: Database, tmp_path: Path) -> None:
    fill(database)
    backup(database, tmp_path / "backup")
    first, *rows = [json.loads(line) for line in (tmp_path / "backup").read_text(encoding="utf-8").splitlines()]
    assert first == {"kind": "parley database", "version": "0002"}
    assert {name for name, _ in rows} == {"tokens", "users", "audit"}
