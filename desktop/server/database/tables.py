"""The tables. Times are UTC with their zone, on every database. `migrations` makes them; a test holds both equal."""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, Dialect, Float, Index, Integer, LargeBinary, MetaData, String, UniqueConstraint
from sqlalchemy import DateTime as StoredTime
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAME = 64
"""longest name of a token"""
TEXT = 255
"""longest text from outside: subjects, issuers, names, scopes"""


class Moment(TypeDecorator[datetime]):
    """A time with its zone. SQLite keeps none, so what goes in is UTC, and so is what comes out."""

    impl = StoredTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    # Constraints have names, so that later migrations can name them on every database.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Token(Base):
    """A token of a client; the secret itself is kept nowhere."""

    __tablename__ = "tokens"
    __table_args__ = (UniqueConstraint("name"), UniqueConstraint("digest"), Index(None, "previous_digest"))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME))
    prefix: Mapped[str] = mapped_column(String(32))
    """how the secret begins: by it users and the audit log tell tokens apart"""
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    """SHA-256 of the secret"""
    previous_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """of the secret before the last refresh: who still sends it is told, and noted, as such"""
    scopes: Mapped[str] = mapped_column(String(TEXT))
    """names with commas between them"""
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    last_used_at: Mapped[datetime | None] = mapped_column(Moment)


class User(Base):
    """Somebody who logged in with OpenID Connect."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer: Mapped[str] = mapped_column(String(TEXT))
    subject: Mapped[str] = mapped_column(String(TEXT))
    """who it is, as the issuer says"""
    name: Mapped[str] = mapped_column(String(TEXT))
    first_seen_at: Mapped[datetime] = mapped_column(Moment)
    last_seen_at: Mapped[datetime] = mapped_column(Moment)
    logged_out_at: Mapped[datetime | None] = mapped_column(Moment)
    """cookies from before are worth nothing"""


class AuditEntry(Base):
    """Something that happened at the door."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    event: Mapped[str] = mapped_column(String(16))
    principal: Mapped[str] = mapped_column(String(TEXT))
    """who; empty: unknown"""
    address: Mapped[str] = mapped_column(String(64))
    """from where; empty: this machine's command line"""
    protocol: Mapped[str] = mapped_column(String(16))
    path: Mapped[str] = mapped_column(String(TEXT))
    reason: Mapped[str] = mapped_column(String(64))
    """why it was refused or ended, as a code; empty: nothing special"""
    seconds: Mapped[float | None] = mapped_column(Float)
    """how long it lasted"""
