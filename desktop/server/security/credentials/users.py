"""Who logged in with OpenID Connect. With a session of the database, on any thread that may wait."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.engine.text.visible import visible
from desktop.server.database.audit import Entry, Event, write
from desktop.server.database.tables import TEXT, User
from desktop.server.security.web.refusal import Refused


def principal_id(subject: str) -> str:
    """The id of a user's Principal; there is one issuer."""
    return f"user:{subject}"


def logged_in(session: Session, issuer: str, subject: str, name: str, now: datetime, address: str) -> None:
    """Note it, for the first time or again."""
    user = _found(session, issuer, subject)
    if user is None:
        user = User(issuer=issuer, subject=subject, first_seen_at=now)
        session.add(user)
    user.name, user.last_seen_at = visible(name)[:TEXT], now
    write(session, Entry(Event.LOGGED_IN, now, principal_id(subject), address))


def logged_out(session: Session, issuer: str, subject: str, now: datetime, address: str) -> None:
    """All cookies that the user has got until now are worth nothing, whoever has kept one."""
    user = _found(session, issuer, subject)
    if user is not None:
        user.logged_out_at = now
        write(session, Entry(Event.LOGGED_OUT, now, principal_id(subject), address))


def check(session: Session, issuer: str, subject: str, begun: datetime) -> None:
    """Raises Refused: the user, who got a cookie then, is not known or has logged out since."""
    user = _found(session, issuer, subject)
    if user is None or (user.logged_out_at is not None and user.logged_out_at >= begun):
        raise Refused("logged-out", status=401, code="logged-out")


def name_of(session: Session, issuer: str, subject: str) -> str:
    """What the issuer calls the user; the subject, where it has no name for it."""
    user = _found(session, issuer, subject)
    return (user.name if user is not None else "") or subject


def _found(session: Session, issuer: str, subject: str) -> User | None:
    return session.scalar(select(User).where(User.issuer == issuer, User.subject == subject))
