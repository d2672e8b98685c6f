"""The whole database as one file of JSON lines, the same for SQLite and PostgreSQL, so that it also moves one to the
other. It holds no secret that could be used, but who connected: it is written for its user's eyes only.

First line: what it is and its version; then a row on each line: [table, {column: value}]. On any thread that may wait.
"""

import base64
import binascii
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Column, Connection, DateTime, Engine, LargeBinary, MetaData, Table, insert, select, text

from desktop.engine.errors import EngineError
from desktop.server.database.connection import READING, Database, DatabaseError
from desktop.server.database.schema import NEWEST, NOTHING, begin_again, upgrade, version
from desktop.system.files import Replacement

_KIND = "parley database"
_BATCH = 1000


def backup(database: Database, file: Path) -> int:
    """Write everything, as it is at one moment, to a file that appears when it is whole; returns how many rows.
    Raises DatabaseError, EngineError."""
    found = version(database)
    if found == NOTHING:
        raise DatabaseError("database-empty", place=database.place)
    count = 0
    try:
        new = Replacement(file, mode=0o600)
    except OSError as error:
        raise _not_written(file, error) from None
    try:
        new.file.write(_line({"kind": _KIND, "version": found}))
        with database.translated(), _at_one_moment(database).connect() as connection:
            for table in _tables(connection):
                for row in connection.execute(select(table).order_by(*table.primary_key)):
                    values = {column.name: _as_json(getattr(row, column.name)) for column in table.columns}
                    new.file.write(_line([table.name, values]))
                    count += 1
        if hasattr(os, "fchmod"):
            os.fchmod(new.file.fileno(), 0o600)  # also where an older backup lay open
        new.commit(durable=True)
    except OSError as error:
        raise _not_written(file, error) from None
    finally:
        new.discard()
    return count


def restore(database: Database, file: Path) -> int:
    """Replace everything by what a backup holds, or nothing if it cannot be read to its end; returns how many rows.
    An older version's is brought to this one. Raises DatabaseError, EngineError."""
    version(database)
    try:
        with file.open("rb") as lines, database.translated(), database.engine.begin() as connection:
            made_by = _version_of(lines.readline())
            begin_again(connection, made_by)
            tables = {table.name: table for table in _tables(connection)}
            count = 0
            for table, rows in _batches(lines, tables):
                connection.execute(insert(table), rows)
                count += len(rows)
            if not database.is_sqlite:
                _continue_numbers(connection, tables)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise EngineError("backup-unreadable", code="backup", file=file, reason=reason) from None
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error):
        raise EngineError("backup-broken", code="backup", file=file) from None
    upgrade(database, NEWEST)
    return count


def _tables(connection: Connection) -> list[Table]:
    """As they are, not as this version would have them."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def _at_one_moment(database: Database) -> Engine:
    """For reading while others go on writing. SQLite's readers see one moment in any case."""
    level = {} if database.is_sqlite else {"isolation_level": "REPEATABLE READ"}
    return database.engine.execution_options(**READING, **level)


def _batches(lines: IO[bytes], tables: dict[str, Table]) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    current, rows = "", list[dict[str, Any]]()
    for line in lines:
        name, values = json.loads(line)
        if rows and (name != current or len(rows) == _BATCH):
            yield tables[current], rows
            rows = []
        current = name
        rows.append({column.name: _from_json(values[column.name], column) for column in tables[name].columns})
    if rows:
        yield tables[current], rows


def _version_of(line: bytes) -> str:
    about = json.loads(line)
    if about["kind"] != _KIND:
        raise ValueError
    return str(about["version"])


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _from_json(value: Any, column: "Column[Any]") -> Any:
    if value is None:
        return None
    if isinstance(column.type, DateTime):
        moment = datetime.fromisoformat(value)
        return moment if column.type.timezone else moment.replace(tzinfo=None)
    return base64.b64decode(value, validate=True) if isinstance(column.type, LargeBinary) else value


def _continue_numbers(connection: Connection, tables: dict[str, Table]) -> None:
    """PostgreSQL counts on from its own numbers, not from those that were put in."""
    for name in tables:
        connection.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), COALESCE(MAX(id), 0) + 1, false) FROM {name}")
        )


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _not_written(file: Path, error: OSError) -> EngineError:
    return EngineError("backup-not-written", code="backup", file=file, reason=error.strerror or "unknown reason")
