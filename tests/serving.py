"""A real `parley serve` for tests: a process of its own on free ports."""

import atexit
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Self

from desktop.engine.remote.client import Server as RemoteServer
from desktop.engine.remote.client import ServerClient
from desktop.settings.declaration import ServerSettings
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[1]
_ALONE = ("--whisper-live-port", "-1", "--wyoming-port", "-1")
"""the usual ports of other protocols are one for all tests"""
_READY = r"serving .* at (\S+), for (\d+) speakers at a time; health at (\S+)health\."
_WORKING = r"working as (\S+) .*; health at (\S+)health\."


class Program:
    """A `parley` that runs until it is told to end; a context manager. pattern: what it says when it is up."""

    module = "desktop"

    def __init__(self, arguments: Sequence[str], pattern: str, environment: Mapping[str, str] | None = None) -> None:
        self._arguments = arguments
        self._pattern = re.compile(pattern)
        self._environment = {**(environment or os.environ), "PYTHONPATH": str(ROOT)}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait(20)
        self._errors.close()

    def start(self) -> None:
        """Up when it returns."""
        self._errors = TemporaryFile()  # noqa: SIM115
        command = [sys.executable, "-m", self.module, *self._arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=self._errors, env=self._environment)
        found: list[re.Match[str]] = []

        def is_up() -> bool:
            assert self.process.poll() is None, self.said
            found[:] = filter(None, [self._pattern.search(self.said)])
            return bool(found)

        assert wait_until(is_up, 60), self.said
        self.ready(found[0])

    def ready(self, match: re.Match[str]) -> None:
        """It is up, and said so."""

    @property
    def said(self) -> str:
        """What it wrote for its operator."""
        # Not by `seek`: the program writes at the same position, and would write over what it said before.
        file = self._errors.fileno()
        return os.pread(file, os.fstat(file).st_size, 0).decode(errors="replace")

    def end(self, number: signal.Signals = signal.SIGTERM, timeout: float = 30.0) -> int:
        """Send a signal and wait for the end: the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout)


class Server(Program):
    """`parley serve` on free ports."""

    def __init__(
        self, *arguments: str, model: str = "starter", environment: Mapping[str, str] | None = None, port: int = 0
    ) -> None:
        super().__init__(
            ["serve", "--model", model, "--port", str(port), "--health-port", "0", *_ALONE, *arguments],
            _READY,
            environment,
        )

    def ready(self, match: re.Match[str]) -> None:
        self.url, most, self.health_url = match.groups()
        self.most_speaking = int(most)
        self.socket_url = self.url.replace("http", "ws", 1)

    def get(self, path: str, **headers: str) -> str:
        """What the health port answers."""
        return _got(self.health_url + path, headers)

    def json(self, path: str) -> Any:
        return json.loads(self.get(path))


class Worker(Program):
    """`parley worker`."""

    def __init__(self, kind: str, redis: str, *arguments: str, model: str = "starter") -> None:
        super().__init__(
            [
                "worker",
                kind,
                *(("--redis", redis) if redis else ()),
                "--health-port",
                "0",
                "--model",
                model,
                *arguments,
            ],
            _WORKING,
        )

    def ready(self, match: re.Match[str]) -> None:
        self.id, self.health_url = match.groups()

    def get(self, path: str) -> str:
        """What the health port answers."""
        return _got(self.health_url + path, {})


def _got(url: str, headers: Mapping[str, str]) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers)), timeout=10) as answer:
        return str(answer.read().decode())


@cache
def shared_server() -> Server:
    """One with the starter models for all tests of a process, until that ends."""
    server = Server().__enter__()
    atexit.register(server.__exit__, None, None, None)
    return server


def shared_client() -> ServerClient:
    """What a stage uses of that server, with a connection of its own."""
    return RemoteServer(ServerSettings(url=shared_server().url)).client()


def final_texts(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    """The final text of each utterance, in order."""
    finals = {int(one["segment_id"]): one["final_text"] for one in messages if one.get("final_text")}
    return [finals[key] for key in sorted(finals)]
