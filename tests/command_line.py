"""The command line for tests that run it many times: each command is a process of its own, forked from one that has
imported Parley already, which is most of what starting costs.

What a start itself does, what a terminal or a signal does to it, is shown by tests that start `python -m desktop`.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_LIBRARIES = (
    "alembic.command",
    "av",
    "ctranslate2",
    "desktop.server.database.backup",
    "desktop.server.security.credentials.tokens",
)
_LIBRARIES += ("faster_whisper", "psycopg", "rich.table", "soxr", "tokenizers", "tomlkit")


def run_parley(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    folder: Path = ROOT,
    stdin: bytes = b"",
    timeout: float = 120.0,
) -> CompletedProcess[str]:
    """What `python -m desktop ARGUMENTS...` does, with that environment, in that folder. Raises TimeoutExpired."""
    command = [sys.executable, "-m", "desktop", *arguments]
    with tempfile.TemporaryDirectory() as place:
        streams = [Path(place, name) for name in ("in", "out", "err")]
        streams[0].write_bytes(stdin)
        if sys.platform == "linux":
            order = {"arguments": [*arguments], "environment": {**environment}, "folder": str(folder)}
            code = _server().run({**order, "streams": [str(one) for one in streams]}, command, timeout)
        else:
            with streams[0].open("rb") as given, streams[1].open("wb") as out, streams[2].open("wb") as err:
                code = subprocess.run(
                    command, env=environment, cwd=folder, stdin=given, stdout=out, stderr=err, timeout=timeout
                ).returncode
        out_text, err_text = (one.read_text(encoding="utf-8") for one in streams[1:])
    return CompletedProcess(command, code, out_text, err_text)


class _Server:
    """The process that has imported Parley; it runs one command at a time. It ends with the tests' process."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.command_line", str(theirs.fileno())],
            # A thread of a library would not be in the processes that are forked.
            env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        self._socket = ours
        self._answers = ours.makefile("r", encoding="utf-8")
        atexit.register(self._end)

    def run(self, order: dict[str, Any], command: list[str], timeout: float) -> int:
        self._socket.sendall(json.dumps(order).encode() + b"\n")
        child = int(self._answers.readline())
        if not select.select([self._socket], [], [], timeout)[0]:
            os.kill(child, signal.SIGKILL)
            self._answers.readline()
            raise subprocess.TimeoutExpired(command, timeout)
        return int(self._answers.readline())

    def _end(self) -> None:
        self._answers.close()
        self._socket.close()
        self._process.wait(20)


@cache
def _server() -> _Server:
    return _Server()


def _serve(number: int) -> None:
    """Fork for each order, and tell its process and how it ended. Returns in the forked processes only."""
    for name in ("desktop.__main__", "desktop.cli.parsing.root", "desktop.cli.session", *_LIBRARIES):
        importlib.import_module(name)
    for file in (ROOT / "desktop" / "cli" / "commands").glob("[!_]*.py"):
        importlib.import_module(f"desktop.cli.commands.{file.stem}")
    assert len(os.listdir("/proc/self/task")) == 1, "a library has started a thread"  # noqa: PTH208
    gc.freeze()
    connection = socket.socket(fileno=number)
    with connection, connection.makefile("r", encoding="utf-8") as orders:
        while order := orders.readline():
            if (child := os.fork()) == 0:
                break
            connection.sendall(f"{child}\n".encode())
            _, status = os.waitpid(child, 0)
            connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
        else:
            sys.exit()
    _become(**json.loads(order))


def _become(arguments: list[str], environment: dict[str, str], folder: str, streams: list[str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    importlib.reload(sys.modules["desktop"])  # which adds to the environment
    os.chdir(folder)
    given = os.open(streams[0], os.O_RDONLY)
    out, err = (os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND) for name in streams[1:])
    for target, opened in enumerate((given, out, err)):
        os.dup2(opened, target)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    sys.argv = ["desktop", *arguments]
    del sys.modules["desktop.__main__"]


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
    runpy.run_module("desktop", run_name="__main__", alter_sys=True)
