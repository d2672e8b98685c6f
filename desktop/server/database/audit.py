"""The audit log: who connected, from where, how, for how long, and who was refused why. Never what was said, never a
secret. On any thread that may wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from desktop.engine.text.visible import visible
from desktop.server.database.tables import TEXT, AuditEntry


class Event(StrEnum):
    """What happened."""

    REQUEST = "request"
    """an HTTP request was answered"""
    OPENED = "opened"
    """a connection that stays"""
    CLOSED = "closed"
    REFUSED = "refused"
    LOCKED = "locked"
    """an address or a token has failed too often"""
    LOGGED_IN = "login"
    LOGGED_OUT = "logout"
    TOKEN_CREATED = "token-created"
    TOKEN_REFRESHED = "token-refreshed"
    TOKEN_REVOKED = "token-revoked"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is written down. address: of the client; path: without its query; reason: a code; seconds: how long."""

    event: Event
    at: datetime
    principal: str = ""
    address: str = ""
    protocol: str = ""
    path: str = ""
    reason: str = ""
    seconds: float | None = None


def write(session: Session, entry: Entry) -> None:
    """Keep an entry. What comes from outside is cut, and harmless for a terminal."""
    session.add(
        AuditEntry(
            event=entry.event.value,
            at=entry.at,
            principal=_cut(entry.principal, TEXT),
            address=_cut(entry.address, 64),
            protocol=_cut(entry.protocol, 16),
            path=_cut(entry.path, TEXT),
            reason=_cut(entry.reason, 64),
            seconds=entry.seconds,
        )
    )


def newest(session: Session, most: int) -> Sequence[AuditEntry]:
    """The newest entries, newest first."""
    return session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(most)).all()


def prune(session: Session, now: datetime, days: float) -> int:
    """Forget what is older than so many days; returns how many entries that were."""
    gone = session.execute(delete(AuditEntry).where(AuditEntry.at < now - timedelta(days=days)))
    assert isinstance(gone, CursorResult)
    return gone.rowcount


def _cut(text: str, most: int) -> str:
    return visible(text)[:most]
