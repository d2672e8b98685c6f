"""A program of the tests on a screen: commands in, what happens out, as lines of JSON."""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Program:
    """A program of the tests, with its lines of output."""

    def __init__(self, environment: Mapping[str, str], *arguments: str) -> None:
        """environment: beside this process's; arguments: a module and what it gets."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line.strip())

    def line(self, timeout: float = 20) -> str:
        return self._lines.get(timeout=timeout)

    def lines(self) -> list[str]:
        """What came so far."""
        found = []
        while not self._lines.empty():
            found.append(self._lines.get())
        return found

    def tell(self, **command: object) -> dict[str, Any]:
        """Give the subtitles a command; what they report afterwards."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        while True:
            answer: dict[str, Any] = json.loads(self.line())
            if answer.get("done"):
                return answer

    def message(self, key: str, timeout: float = 10) -> Any:
        """The value of the next message with that key."""
        deadline = time.monotonic() + timeout
        while True:
            answer = json.loads(self.line(max(0.01, deadline - time.monotonic())))
            if key in answer:
                return answer[key]

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._reader.join(5)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            pipe.close()
