"""What is a database, where its file is, and where its password comes from."""

import os
from pathlib import Path

import keyring
import pytest
from sqlalchemy import text

from desktop.engine.errors import EngineError
from desktop.messages import text_of
from desktop.server.database import open_database, prepare
from desktop.server.database.connection import DatabaseError
from desktop.system import paths, secrets
from tests.kept_keyring import KeptKeyring


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://x@y/z", "sqlite://", "sqlite:///:memory:", "oracle://a", "http://x"]
)
def test_what_is_no_database_is_one_sentence(url: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        open_database(url)
    assert "postgresql://USER@HOST/NAME" in text_of(caught.value)


def test_a_password_in_the_address_is_refused() -> None:
    with pytest.raises(DatabaseError) as caught:
        open_database("postgresql://ann:hunter2@host/name")
    assert "hunter2" not in text_of(caught.value)
    assert "--database-password-file" in text_of(caught.value)


def test_the_file_is_for_its_user_alone_whatever_the_umask() -> None:
    before = os.umask(0)
    try:
        database = open_database()
        prepare(database)
        with database.engine.connect() as connection:
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            connection.commit()
            files = [*paths.server_dir().iterdir()]
            assert {one.name for one in files} >= {"parley.db", "parley.db-wal"}
            assert {one.stat().st_mode & 0o777 for one in files} == {0o600}
        assert paths.server_dir().stat().st_mode & 0o777 == 0o700
        database.close()
    finally:
        os.umask(before)


def test_a_file_that_lay_open_is_closed(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    file.touch(0o644)
    open_database(f"sqlite:///{file}").close()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseError, match="database-file"):
        open_database(f"sqlite:///{tmp_path}/file/a.db")


def test_the_password_comes_from_the_keyring_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEPT_KEYRING", str(tmp_path / "keyring"))
    monkeypatch.setattr(keyring, "get_keyring", KeptKeyring)
    secrets.set(secrets.DATABASE, "hunter2")
    database = open_database("postgresql://ann@db.example.org/parley")
    assert database.engine.url.password == "hunter2"
    assert database.engine.url.query["sslmode"] == "require"
    assert "hunter2" not in f"{database.engine!r} {database.place}"
    database.close()
    (tmp_path / "file").write_text("other\r\n", encoding="utf-8")
    database = open_database("postgresql://ann@localhost/parley?sslmode=prefer", tmp_path / "file")
    assert database.engine.url.password == "other"
    assert database.engine.url.query["sslmode"] == "prefer"
    database.close()


@pytest.mark.parametrize("content", [b"", b"\n", b"one\ntwo\n", b"\xe4"])
def test_a_file_without_one_line_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(EngineError, match="secret-file"):
        open_database("postgresql://ann@localhost/parley", tmp_path / "file")
    with pytest.raises(EngineError, match="secret-file"):
        open_database("postgresql://ann@localhost/parley", tmp_path / "none")
