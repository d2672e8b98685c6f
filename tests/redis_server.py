"""A real Redis for tests: a process of its own on a free port of loopback, in a folder of its own."""

import shutil
import signal
import socket
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from redis import Redis
from redis.exceptions import AuthenticationError
from redis.exceptions import ConnectionError as RedisConnectionError

from tests.waiting import wait_until


class RedisServer:
    """Context manager. keeps: writes are on disk within a second, as `appendfsync everysec` has it.
    users: an ACL file."""

    def __init__(self, *, keeps: bool = False, users: str = "") -> None:
        self._keeps = keeps
        self._users = users
        self._folder = TemporaryDirectory(prefix="parley-redis-")
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port: int = one.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self._folder.cleanup()

    def start(self) -> None:
        """Up when it returns; with what was kept."""
        program = shutil.which("redis-server")
        assert program is not None, "redis-server is not installed"
        keeps = ["--appendonly", "yes", "--appendfsync", "everysec"] if self._keeps else ["--appendonly", "no"]
        acl: list[str] = []
        if self._users:
            (self.folder / "users.acl").write_text(self._users, encoding="utf-8")
            acl = ["--aclfile", str(self.folder / "users.acl")]
        self.process = subprocess.Popen(
            [
                program,
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                *keeps,
                *acl,
                "--dir",
                self._folder.name,
            ],
            stdout=subprocess.DEVNULL,
        )
        with Redis(port=self.port) as client:

            def is_up() -> bool:
                try:
                    return bool(client.ping())
                except AuthenticationError:
                    return True
                except RedisConnectionError:
                    return False

            assert wait_until(is_up, 20)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """As a machine that fails."""
        self.process.send_signal(number)
        self.process.wait(20)

    @property
    def folder(self) -> Path:
        return Path(self._folder.name)
