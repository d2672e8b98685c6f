"""One Parley for a settings file and a screen: a second start shows the first one's window and ends.

Two of them would type everything twice and lay their subtitles over each other. Other settings or another screen
make an instance of its own. GUI thread only; QtNetwork (local sockets, nothing of the network) is imported late.
"""

import hashlib
import logging
import os
import sys
from pathlib import Path

from PyQt6.QtCore import QDir, QObject, pyqtSignal

log = logging.getLogger(__name__)

SHOW, START = "show", "start"
"""What a later start wants: the window, or also that Parley listens."""
_PATIENCE = 1000
"""Milliseconds to wait for the other instance; one that does not answer is left alone."""


class SingleInstance(QObject):
    """Local socket server and client: forwards a second start to the instance that runs already."""

    asked = pyqtSignal(str)
    """a later start wants this: SHOW or START"""

    def __init__(self, file: Path, parent: QObject | None = None) -> None:
        """file: where the settings are."""
        super().__init__(parent)
        screen = os.environ.get("WAYLAND_DISPLAY", "") + os.environ.get("DISPLAY", "")
        user = os.getuid() if sys.platform != "win32" else os.environ.get("USERNAME", "")
        key = f"{user} {screen} {file.expanduser().absolute()}"
        self._name = f"parley-{hashlib.sha256(key.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"
        self._server: object | None = None

    @property
    def may_be_there(self) -> bool:
        """Whether another instance runs, or crashed. Costs nothing where that can be seen."""
        return sys.platform == "win32" or Path(QDir.tempPath(), self._name).exists()

    def hand_over(self, wish: str) -> bool:
        """Whether another instance runs and took the wish."""
        if not self.may_be_there:
            return False
        from PyQt6.QtNetwork import QLocalSocket

        line = QLocalSocket()
        line.connectToServer(self._name)
        if not line.waitForConnected(_PATIENCE):
            return False
        line.write(wish.encode("ascii"))
        line.waitForBytesWritten(_PATIENCE)
        taken = line.waitForReadyRead(_PATIENCE)
        line.disconnectFromServer()
        return taken

    def listen(self) -> None:
        """From now on later starts are heard. Where that is impossible every start is an instance of its own."""
        from PyQt6.QtNetwork import QLocalServer

        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._answer)
        QLocalServer.removeServer(self._name)  # of an instance that crashed: a living one had answered
        if not server.listen(self._name):
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
            line.write(b"ok")
            line.flush()
            if wish in (SHOW, START):
                self.asked.emit(wish)

        line.readyRead.connect(read)
        line.disconnected.connect(line.deleteLater)
        if line.bytesAvailable():
            read()
