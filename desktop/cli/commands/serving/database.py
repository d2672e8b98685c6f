"""`parley db`, and what other commands of the server need: its tables, copies of it, its audit log. Main thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.cli.commands.config import print_json
from desktop.cli.messages import say, shown

if TYPE_CHECKING:
    from desktop.server.database import Database


@contextmanager
def opened(url: str, password_file: Path | None) -> "Iterator[Database]":
    """The database, closed in the end. Raises DatabaseError."""
    from desktop.server.database import open_database

    database = open_database(url, password_file)
    try:
        yield database
    finally:
        database.close()


def upgrade(url: str, password_file: Path | None, to: str) -> int:
    """Bring the tables to a newer version, or make them."""
    from desktop.server.database import schema

    with opened(url, password_file) as database:
        say(f"the database {database.place} has version {schema.upgrade(database, to)}.")
    return 0


def downgrade(url: str, password_file: Path | None, to: str) -> int:
    """Bring the tables to an older version."""
    from desktop.server.database import schema

    with opened(url, password_file) as database:
        say(f"the database {database.place} has version {schema.downgrade(database, to)}.")
    return 0


def backup(url: str, password_file: Path | None, file: Path) -> int:
    """Write everything to a file."""
    from desktop.server.database.backup import backup as write

    with opened(url, password_file) as database:
        say(f"{write(database, file)} rows of the database {database.place} are kept in {file}.")
    return 0


def restore(url: str, password_file: Path | None, file: Path) -> int:
    """Replace everything by what a backup holds."""
    from desktop.server.database.backup import restore as read

    with opened(url, password_file) as database:
        say(f"the database {database.place} holds the {read(database, file)} rows of {file}.")
    return 0


def prune(url: str, password_file: Path | None, days: float) -> int:
    """Forget old entries of the audit log."""
    from desktop.server.database import audit, prepare

    with opened(url, password_file) as database:
        prepare(database)
        with database.session() as session:
            gone = audit.prune(session, datetime.now(UTC), days)
    say(f"{gone} entries of the audit log that were older than {days:g} days are forgotten.")
    return 0


def show_audit(url: str, password_file: Path | None, most: int, *, as_json: bool) -> int:
    """Print the newest entries of the audit log, oldest first."""
    from desktop.server.database import audit, prepare

    with opened(url, password_file) as database:
        prepare(database)
        with database.session(reads_only=True) as session:
            entries = [*reversed(audit.newest(session, most))]
    if as_json:
        names = ("event", "principal", "address", "protocol", "path", "reason", "seconds")
        print_json([{"at": one.at.isoformat()} | {name: getattr(one, name) for name in names} for one in entries])
        return 0
    for one in entries:
        took = "" if one.seconds is None else f"{one.seconds:.1f} s"
        words = (one.event, one.principal or "-", one.address or "-", one.protocol, one.path, took, one.reason)
        print(shown(f"{one.at:%Y-%m-%d %H:%M:%S}  {'  '.join(word for word in words if word)}"))
    return 0
