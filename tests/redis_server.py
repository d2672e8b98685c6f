"""A real Redis for tests: a process of its own on a free port of loopback, in a folder of its own."""

import contextlib
import random
import shutil
import signal
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from redis import Redis
from redis.exceptions import AuthenticationError
from redis.exceptions import ConnectionError as RedisConnectionError

from tests.waiting import wait_until


def free_port() -> int:
    """One of loopback, below those that the system gives to clients: a cluster's servers talk 10,000 above theirs."""
    chance = random.SystemRandom()
    while True:
        port = chance.randrange(10_000, 22_000)
        with socket.socket() as one, socket.socket() as other, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            other.bind(("127.0.0.1", port + 10_000))
            return port


class RedisServer:
    """Context manager. keeps: writes are on disk within a second, as `appendfsync everysec` has it.
    users: an ACL file. options: more of them."""

    def __init__(self, *, keeps: bool = False, users: str = "", options: Sequence[str] = ()) -> None:
        self._keeps = keeps
        self._users = users
        self._options = tuple(options)
        self._folder = TemporaryDirectory(prefix="parley-redis-")
        self.port = free_port()
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
                *self._options,
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
