"""`parley tokens`: who may use the server. A token goes to standard output once, when it is made. Main thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.cli.commands.config import print_json
from desktop.cli.commands.serving.database import opened
from desktop.cli.messages import say, shown

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from desktop.server.security.principal import Scope


def create(
    url: str,
    password_file: Path | None,
    name: str,
    scopes: "frozenset[Scope]",
    lasts: timedelta | None,
    *,
    as_json: bool,
) -> int:
    """Make one and print it."""
    from desktop.server.security.credentials import tokens

    with _session(url, password_file) as session:
        secret = tokens.create(session, name, scopes, lasts, datetime.now(UTC))
    return _show(name, secret, as_json=as_json)


def refresh(url: str, password_file: Path | None, name: str, lasts: timedelta | None, *, as_json: bool) -> int:
    """Replace one and print the new one."""
    from desktop.server.security.credentials import tokens

    with _session(url, password_file) as session:
        secret = tokens.refresh(session, name, lasts, datetime.now(UTC))
    return _show(name, secret, as_json=as_json)


def revoke(url: str, password_file: Path | None, name: str) -> int:
    """End one."""
    from desktop.server.security.credentials import tokens

    with _session(url, password_file) as session:
        tokens.revoke(session, name, datetime.now(UTC))
    say(f"the token {name} is revoked; connections that it opened end within a minute.")
    return 0


def show_list(url: str, password_file: Path | None, *, as_json: bool) -> int:
    """Print name, beginning, scopes and state of each; the tokens themselves nobody knows."""
    from desktop.server.security.credentials import tokens

    now = datetime.now(UTC)
    with _session(url, password_file) as session:
        rows = [
            {
                "name": one.name,
                "prefix": one.prefix,
                "scopes": one.scopes.split(","),
                "state": _state(one.revoked_at, one.expires_at, now),
                "created": one.created_at.isoformat(),
                "expires": one.expires_at.isoformat() if one.expires_at else None,
                "last_used": one.last_used_at.isoformat() if one.last_used_at else None,
            }
            for one in tokens.all_tokens(session)
        ]
    if as_json:
        print_json(rows)
        return 0
    for row in rows:
        ends, used = (str(row[name] or "never")[:16].replace("T", " ") for name in ("expires", "last_used"))
        scopes = ",".join(row["scopes"] or ())
        line = f"{row['name']:20} {row['prefix']}…  {scopes:18} {row['state']:8} until {ends}, last used {used}"
        print(shown(line))
    return 0


@contextmanager
def _session(url: str, password_file: Path | None) -> "Iterator[Session]":
    from desktop.server.database import prepare

    with opened(url, password_file) as database:
        prepare(database)
        with database.session() as session:
            yield session


def _show(name: str, secret: str, *, as_json: bool) -> int:
    if as_json:
        print_json({"name": name, "token": secret})
    else:
        print(secret)
    say(f"this is the token {name}; it is shown this once and kept nowhere.")
    return 0


def _state(revoked: datetime | None, expires: datetime | None, now: datetime) -> str:
    if revoked is not None:
        return "revoked"
    return "expired" if expires is not None and expires <= now else "valid"
