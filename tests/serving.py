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
_READY = re.compile(r"serving .* at (\S+), for (\d+) speakers at a time; health at (\S+)health\.")


class Server:
    """Context manager: up when it is entered, gone when it is left."""

    def __init__(
        self, *arguments: str, model: str = "starter", environment: Mapping[str, str] | None = None, port: int = 0
    ) -> None:
        self._arguments = ["--model", model, "--port", str(port), "--health-port", "0", *arguments]
        self._environment = {**(environment or os.environ), "PYTHONPATH": str(ROOT)}

    def __enter__(self) -> Self:
        self._errors = TemporaryFile("w+")
        command = [sys.executable, "-m", "desktop", "serve", *self._arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=self._errors, env=self._environment)
        found: list[re.Match[str]] = []

        def is_up() -> bool:
            assert self.process.poll() is None, self.said
            found[:] = filter(None, [_READY.search(self.said)])
            return bool(found)

        assert wait_until(is_up, 60), self.said
        self.url, most, self.health_url = found[0].groups()
        self.most_speaking = int(most)
        self.socket_url = self.url.replace("http", "ws", 1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait(20)
        self._errors.close()

    @property
    def said(self) -> str:
        """What it wrote for its operator."""
        self._errors.flush()
        position = self._errors.tell()
        self._errors.seek(0)
        text = self._errors.read()
        self._errors.seek(position)
        return text

    def end(self, number: signal.Signals = signal.SIGTERM, timeout: float = 30.0) -> int:
        """Send a signal and wait for the end: the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout)

    def get(self, path: str, **headers: str) -> str:
        """What the health port answers."""
        request = urllib.request.Request(self.health_url + path, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(answer.read().decode())

    def json(self, path: str) -> Any:
        return json.loads(self.get(path))


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
