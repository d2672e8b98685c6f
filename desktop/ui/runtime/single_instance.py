"""Hears later starts and commands for this instance; `system.instance` is the other end. GUI thread only; QtNetwork
(local sockets, nothing of the network) is imported late."""

import logging
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject

from desktop.system.instance import WISHES, address_of

log = logging.getLogger(__name__)


class SingleInstance(QObject):
    """Local socket server."""

    def __init__(self, file: Path, answer: Callable[[str], str], parent: QObject | None = None) -> None:
        """file: where the settings are; answer: does one of `WISHES` and says how things stand then."""
        super().__init__(parent)
        self._address = str(address_of(file))
        self._answer_to = answer
        self._server: object | None = None

    def listen(self) -> None:
        """From now on later starts are heard. Where that is impossible every start is an instance of its own."""
        from PyQt6.QtNetwork import QLocalServer

        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._answer)
        QLocalServer.removeServer(self._address)  # of an instance that crashed: a living one had answered
        if not server.listen(self._address):
            log.warning("later starts cannot be heard: %s", server.serverError().name)
            return
        self._server = server

    def close(self) -> None:
        """Later starts are instances of their own again."""
        server, self._server = self._server, None
        if server is not None:
            server.close()  # type: ignore[attr-defined]

    def _answer(self) -> None:
        line = self._server.nextPendingConnection() if self._server is not None else None  # type: ignore[attr-defined]
        if line is None:
            return

        def read() -> None:
            wish = bytes(line.readAll()).decode("ascii", "replace")
            said = self._answer_to(wish) if wish in WISHES else ""
            line.write((said or "ok").encode())
            line.flush()

        line.readyRead.connect(read)
        line.disconnected.connect(line.deleteLater)
        if line.bytesAvailable():
            read()
