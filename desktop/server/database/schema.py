"""Which version the tables have, and bringing them to another one. On any thread that may wait.

Alembic does it, in one transaction; it is imported, which takes a while, when there is something to do."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from desktop.server.database.connection import READING, Database, DatabaseError

if TYPE_CHECKING:
    from alembic.config import Config

CURRENT = "0002"
"""of the newest migration, and of `tables`"""
NOTHING = "base"
"""the version of a database without our tables"""
NEWEST = "head"
_MIGRATIONS = Path(__file__).parent / "migrations"


def prepare(database: Database) -> None:
    """Make the tables where there are none, and bring those of SQLite to this version; PostgreSQL, which other servers
    may be using, is brought there by `parley db upgrade` alone. Raises DatabaseError."""
    before = version(database)
    if before == CURRENT:
        return
    if before == NOTHING or database.is_sqlite:
        upgrade(database)
    else:
        raise DatabaseError("database-old", place=database.place)


def version(database: Database) -> str:
    """Of the tables that are there. Raises DatabaseError, also if a newer Parley made them."""
    with database.translated(), database.engine.execution_options(**READING).connect() as connection:
        is_there = inspect(connection).has_table("alembic_version")
        found = connection.scalar(text("SELECT version_num FROM alembic_version")) if is_there else None
    found = str(found or NOTHING)
    if found not in (CURRENT, NOTHING) and found not in _script_versions():
        raise DatabaseError("database-newer", place=database.place)
    return found


def upgrade(database: Database, to: str = NEWEST) -> str:
    """Bring the tables to a version, but to no older one; returns which they have now. Raises DatabaseError."""
    return _migrate(database, to, is_down=False)


def downgrade(database: Database, to: str) -> str:
    """Bring the tables to an older version, which loses what that one has no place for; returns which they have now.
    Raises DatabaseError."""
    return _migrate(database, to, is_down=True)


def begin_again(connection: Connection, to: str) -> None:
    """Drop the tables and make them anew, empty, in a version; within the connection's transaction.
    Raises DatabaseError."""
    from alembic import command

    _check(to)
    command.downgrade(_config(connection), NOTHING)
    if to != NOTHING:
        command.upgrade(_config(connection), to)


def _migrate(database: Database, to: str, *, is_down: bool) -> str:
    from alembic import command

    _check(to)
    before, order = version(database), [*_script_versions(), NOTHING]
    goal = CURRENT if to == NEWEST else to
    if goal == before:
        return before
    if is_down != (order.index(goal) > order.index(before)):
        raise DatabaseError("database-direction", version=goal, before=before)
    with database.translated(), database.engine.begin() as connection:
        (command.downgrade if is_down else command.upgrade)(_config(connection), goal)
    return goal


def _check(to: str) -> None:
    versions = _script_versions()
    if to not in (*versions, NOTHING, NEWEST):
        raise DatabaseError("database-version", version=to, versions=(NOTHING, *reversed(versions)))


def _config(connection: Connection | None = None) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _script_versions() -> list[str]:
    """Every version there is, newest first."""
    from alembic.script import ScriptDirectory

    return [one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()]
