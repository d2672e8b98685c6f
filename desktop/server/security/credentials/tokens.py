"""Tokens of clients: made, looked up, refreshed, revoked. With a session of the database, on any thread that may wait.

A token is 256 random bits. At rest there is only its SHA-256: nobody can guess or search 256 random bits, so that a
slow, salted hash, as passwords of people need, would add nothing but work for each request. It is looked up by that
hash, so that how long it takes says nothing of how much of a guess was right.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from desktop.engine.errors import EngineError
from desktop.server.database.audit import Entry, Event, write
from desktop.server.database.tables import NAME, Token
from desktop.server.security.principal import Principal, Scope, scopes_from, scopes_text
from desktop.server.security.web.redaction import PREFIX
from desktop.server.security.web.refusal import Refused

_BYTES = 32
_SHOWN = 8
"""characters of a token, behind its prefix, that may be seen: 48 bits, and 208 are left"""
_NAME = re.compile(r"[^\W_][\w.@ -]*")
_NOTED = timedelta(minutes=1)
"""how exact it is when a token was last used; each note is a write"""
_DURATION = re.compile(r"([1-9][0-9]{0,5})([mhdwy])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_UNITS["y"] = timedelta(days=365)


def new_secret() -> str:
    """A token that nobody has seen yet."""
    return PREFIX + secrets.token_urlsafe(_BYTES)


def digest_of(secret: str) -> bytes:
    """What is kept of a token, 32 bytes."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def prefix_of(secret: str) -> str:
    """What may be seen of a token; empty for what is none of ours, which may be anything."""
    return secret[: len(PREFIX) + _SHOWN] if secret.startswith(PREFIX) else ""


def parse_duration(text: str) -> timedelta | None:
    """30d, 12h, 1y; `never` is None. Raises ValueError."""
    if text == "never":
        return None
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return int(found[1]) * _UNITS[found[2]]


def create(session: Session, name: str, scopes: frozenset[Scope], lasts: timedelta | None, now: datetime) -> str:
    """Make a token and return it: the only time that anybody sees it. Raises EngineError: the name cannot be used."""
    if len(name) > NAME or not _NAME.fullmatch(name) or name != name.strip():
        raise EngineError("token-name", code="token-name", most=NAME)
    if session.scalar(select(Token.id).where(Token.name == name)) is not None:
        raise EngineError("token-name-taken", code="token-name", name=name)
    secret = new_secret()
    session.add(
        Token(
            name=name,
            prefix=prefix_of(secret),
            digest=digest_of(secret),
            scopes=scopes_text(scopes),
            created_at=now,
            expires_at=_end(now, lasts),
        )
    )
    write(session, Entry(Event.TOKEN_CREATED, now, f"token:{name}"))
    return secret


def all_tokens(session: Session) -> Sequence[Token]:
    """By name, revoked ones, too."""
    return session.scalars(select(Token).order_by(Token.name)).all()


def refresh(session: Session, name: str, lasts: timedelta | None, now: datetime) -> str:
    """Another secret for a token, which is valid for so long from now; the old one ends at once. Returns it: the only
    time that anybody sees it. Raises EngineError: there is none of that name, or it was revoked."""
    token = _named(session, name)
    if token.revoked_at is not None:
        raise EngineError("token-is-revoked", code="token-revoked", name=name)
    secret = new_secret()
    token.previous_digest, token.digest, token.prefix = token.digest, digest_of(secret), prefix_of(secret)
    token.expires_at = _end(now, lasts)
    write(session, Entry(Event.TOKEN_REFRESHED, now, f"token:{name}"))
    return secret


def revoke(session: Session, name: str, now: datetime) -> None:
    """End a token; open connections end soon after. Raises EngineError: there is none of that name."""
    token = _named(session, name)
    if token.revoked_at is None:
        token.revoked_at = now
        write(session, Entry(Event.TOKEN_REVOKED, now, f"token:{name}"))


def were_made(session: Session) -> bool:
    """Whether there ever was a token: then this machine's programs need one, too, also when the last one is revoked."""
    return session.scalar(select(Token.id).limit(1)) is not None


def one_is_valid(session: Session, now: datetime) -> bool:
    """Whether anybody could come in with a token."""
    expires = or_(Token.expires_at.is_(None), Token.expires_at > now)
    return session.scalar(select(Token.id).where(Token.revoked_at.is_(None), expires).limit(1)) is not None


def check(session: Session, digest: bytes, now: datetime) -> Principal:
    """Whose token that is; reads only. Raises Refused: nobody's, or not valid any more."""
    token = session.scalar(select(Token).where(or_(Token.digest == digest, Token.previous_digest == digest)))
    if token is None:
        raise Refused("token-unknown", status=401, code="token-unknown")
    if not hmac.compare_digest(token.digest, digest):
        raise Refused("token-replaced", status=401, code="token-replaced", name=token.name)
    if token.revoked_at is not None:
        raise Refused("token-was-revoked", status=401, code="token-revoked", name=token.name)
    if token.expires_at is not None and token.expires_at <= now:
        raise Refused("token-expired", status=401, code="token-expired", name=token.name)
    return Principal(f"token:{token.name}", scopes_from(token.scopes.split(",")), "token", token.expires_at)


def used(session: Session, name: str, now: datetime) -> None:
    """Note that a token is used, to a minute."""
    token = session.scalar(select(Token).where(Token.name == name))
    if token is not None and (token.last_used_at is None or now - token.last_used_at >= _NOTED):
        token.last_used_at = now


def _named(session: Session, name: str) -> Token:
    token = session.scalar(select(Token).where(Token.name == name))
    if token is None:
        raise EngineError("token-none", code="token-none", name=name)
    return token


def _end(now: datetime, lasts: timedelta | None) -> datetime | None:
    return None if lasts is None else now + lasts
