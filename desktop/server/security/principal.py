"""Who asks, and what they may do. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


class Scope(StrEnum):
    """What may be done."""

    LISTEN = "listen"
    """follow what others say: captions, and the translation spoken"""
    SPEAK = "speak"
    """send audio or text, and get what is made of it"""
    ADMIN = "admin"
    """everything, and figures of the whole server"""


Kind = Literal["local", "token", "user", "guest"]
"""local: on this machine, where nobody made a token; token: a client of `parley tokens`; user: logged in with OpenID
Connect; guest: by a room's code"""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    id: unique among all kinds ("token:laptop"), and not secret. until: when it ends; None: it does not.
    room: the one that a guest may follow."""

    id: str
    scopes: frozenset[Scope]
    kind: Kind
    until: datetime | None = None
    room: str = ""

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes or Scope.ADMIN in self.scopes


LOCAL = Principal("local", frozenset(Scope), "local")


def scopes_from(names: Iterable[str]) -> frozenset[Scope]:
    """Those that there are; other names are somebody else's."""
    known = {one.value for one in Scope}
    return frozenset(Scope(name) for name in names if name in known)


def scopes_text(scopes: Iterable[Scope]) -> str:
    """As they are written: listen,speak."""
    return ",".join(one.value for one in Scope if one in set(scopes))
