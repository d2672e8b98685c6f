"""What stages use of a server: one connection for all, opened by the first and closed by the last. Any thread."""

import logging
import threading
from itertools import count
from pathlib import Path
from typing import Any

from desktop.engine.errors import EngineAway
from desktop.engine.preference import Standing
from desktop.engine.recognition.backends.base import RecognizerCapabilities
from desktop.engine.remote import address, headers, wire
from desktop.engine.remote.connection import Connection, Token
from desktop.engine.requests import Kind
from desktop.settings.declaration import ServerSettings
from desktop.system import secrets

log = logging.getLogger(__name__)


class Server:
    """One Parley server, as the settings name it. Nothing is connected before the first `take`."""

    def __init__(self, settings: ServerSettings, token: Token | None = None) -> None:
        """token: gives it; None: the keyring does."""
        self.settings = settings
        self._token = token or kept_token
        self.standing = Standing()
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._users: set[int] = set()
        self._numbers = count()

    def client(self) -> "ServerClient":
        """For one stage."""
        return ServerClient(self, next(self._numbers))

    @property
    def name(self) -> str:
        """As users know it."""
        try:
            return address.read(self.settings.url).label
        except EngineAway:
            return self.settings.url

    @property
    def connection(self) -> Connection | None:
        """None: nobody uses it."""
        return self._connection

    def take(self, user: int) -> Connection:
        """The connection, for a user. Raises EngineAway for an address that cannot be."""
        with self._lock:
            if self._connection is None:
                certificate = Path(self.settings.certificate) if self.settings.certificate else None
                self._connection = Connection(address.read(self.settings.url), self._token, certificate)
            self._users.add(user)
            return self._connection

    def give_back(self, user: int) -> None:
        """The user needs it no more."""
        with self._lock:
            self._users.discard(user)
            connection = self._connection
            if self._users or connection is None:
                return
            self._connection = None
        connection.close()


class ServerClient:
    """A `Client` (recognition/backends/remote.py)."""

    def __init__(self, server: Server, number: int) -> None:
        self._server = server
        self._number = number
        self._known: wire.Hello | None = None

    @property
    def name(self) -> str:
        return self._server.name

    @property
    def recogniser(self) -> str:
        hello = self._hello()
        return hello.name if hello is not None else ""

    @property
    def capabilities(self) -> RecognizerCapabilities | None:
        hello = self._hello()
        return hello.capabilities if hello is not None else None

    @property
    def is_connected(self) -> bool:
        connection = self._server.connection
        return connection is not None and connection.hello is not None

    def open(self) -> None:
        self._server.take(self._number).open()

    def ask(self, work: Any, kind: Kind) -> Any:
        connection = self._server.connection
        if connection is None:
            raise EngineAway("server-gone", name=self.name)
        return connection.ask(self._number % headers.OWNERS, kind, work)

    def close(self) -> None:
        self._server.give_back(self._number)

    def _hello(self) -> wire.Hello | None:
        connection = self._server.connection
        self._known = (connection.known if connection is not None else None) or self._known
        return self._known


def kept_token() -> str | None:
    """That of the keyring, which may take a while."""
    try:
        return secrets.get(secrets.SERVER)
    except secrets.SecretsUnavailable:
        log.info("the server gets no token: the keyring cannot be used")
        return None
