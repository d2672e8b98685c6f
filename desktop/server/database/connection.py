"""One database and its connections. `session` and what it gives: on any thread that may wait; `run`: from an event
loop."""

import asyncio
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session

from desktop.engine.errors import EngineError
from desktop.server.secret_files import private_directory, read_secret
from desktop.system import paths, secrets

T = TypeVar("T")
_THREADS = 4
_PATIENCE = 5
"""seconds that a connection may take, and a lock of another process"""
READING = {"reads_only": True}
"""option of a connection that changes nothing"""
_LOCAL = ("", "localhost", "127.0.0.1", "::1")


class DatabaseError(EngineError):
    """The database cannot be used."""

    code = "database"


class Database:
    """Tokens, users and the audit log.

    place: what users know it by, a file or a host; never a password."""

    def __init__(self, engine: Engine, place: str) -> None:
        self.engine = engine
        self.place = place
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="parley-database")

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def session(self, *, reads_only: bool = False) -> Iterator[Session]:
        """What is done in it is kept together, or not at all if it raises. reads_only: it changes nothing, and nobody
        waits for it. Raises DatabaseError."""
        engine = self.engine.execution_options(**READING) if reads_only else self.engine
        with self.translated(), Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    async def run(self, work: Callable[[Session], T], *, reads_only: bool = False) -> T:
        """Do it in a session on a thread of the database's. Raises DatabaseError, and what `work` raises."""

        def in_session() -> T:
            with self.session(reads_only=reads_only) as session:
                return work(session)

        return await asyncio.get_running_loop().run_in_executor(self._threads, in_session)

    @contextmanager
    def translated(self) -> Iterator[None]:
        """What the libraries raise becomes DatabaseError; their own words may hold values, and are left out."""
        try:
            yield
        except DBAPIError as error:
            raise DatabaseError("database-failed", place=self.place, error=type(error.orig).__name__) from None
        except SQLAlchemyError as error:
            raise DatabaseError("database-failed", place=self.place, error=type(error).__name__) from None

    def close(self) -> None:
        """Wait for what is being done, then let go of all connections."""
        self._threads.shutdown()
        self.engine.dispose()


def open_database(url: str = "", password_file: Path | None = None) -> Database:
    """The database at that URL (empty: SQLite in the data folder); nothing is connected yet. Its password comes from
    the file or, if none is named, from the keyring, where there is one. Raises DatabaseError, EngineError."""
    if not url:
        return _sqlite(paths.server_dir() / "parley.db")
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseError("database-url") from None
    kind = parsed.get_backend_name()
    if kind == "sqlite" and parsed.database and parsed.database != ":memory:":
        return _sqlite(Path(parsed.database))
    if kind not in ("postgresql", "postgres"):
        raise DatabaseError("database-url")
    if parsed.password is not None:
        raise DatabaseError("database-password-in-url")
    return _postgresql(parsed, _password(password_file))


def _sqlite(file: Path) -> Database:
    place = str(file)
    try:
        private_directory(file.parent)
        # SQLite gives its other files the permissions of this one.
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        if hasattr(os, "chmod"):
            file.chmod(0o600)
    except OSError as error:
        raise DatabaseError("database-file", file=place, reason=error.strerror or "unknown reason") from None
    engine = create_engine(
        URL.create("sqlite", database=place), hide_parameters=True, connect_args={"timeout": _PATIENCE}
    )

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _: object) -> None:
        connection.isolation_level = None  # Python would begin no transaction before tables are changed
        # NORMAL: with a write-ahead log nothing breaks, and a power failure may cost the last entries only.
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        # Who reads first and then writes could not wait for another writer: it would fail at once.
        is_reading = connection.get_execution_options().get("reads_only")
        connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")

    return Database(engine, place)


def _postgresql(url: URL, password: str | None) -> Database:
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise DatabaseError("database-no-driver") from None
    query = dict(url.query)
    host = url.host or str(query.get("host", ""))
    if "sslmode" not in query and host not in _LOCAL and not host.startswith("/"):
        query["sslmode"] = "require"
    url = url.set(drivername="postgresql+psycopg", password=password, query=query)
    try:
        engine = create_engine(
            url, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": _PATIENCE}
        )
    except (ArgumentError, NoSuchModuleError):
        raise DatabaseError("database-url") from None
    return Database(engine, f"{url.database or 'postgresql'} at {host or 'localhost'}")


def _password(file: Path | None) -> str | None:
    if file is not None:
        return read_secret(file)
    try:
        return secrets.get(secrets.DATABASE)
    except secrets.SecretsUnavailable:
        return None  # servers mostly have no keyring; PostgreSQL may trust this user without one
