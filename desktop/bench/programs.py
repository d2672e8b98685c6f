"""The programs of a cluster on this machine: Redis, gateways, workers. Each can be killed, stopped, told to end and
begun again. On the event loop."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from urllib.request import urlopen

from redis.asyncio import Redis
from redis.exceptions import RedisError

from desktop.engine.errors import EngineError
from desktop.engine.message import verbatim

_STARTS, _ENDS = 120.0, 60.0
"""seconds within which a program is up, and has ended when it is told to"""


def free_port() -> int:
    """Of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Program:
    """name: for messages. command: how it is started, always at the same ports. home: its own folder for data; None:
    the user's, for its models are there. log: what it writes."""

    def __init__(self, name: str, command: Sequence[str], log: Path, home: Path | None = None) -> None:
        self.name = name
        self.core: int | None = None
        """the only one of the processor that it may use; None: any. Linux."""
        self._command = tuple(command)
        self._log = log
        self._home = home
        self._process: asyncio.subprocess.Process | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def memory(self) -> int:
        """Bytes of it that are in memory now; 0: it does not run."""
        import psutil

        if self._process is None:
            return 0
        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def processor_seconds(self) -> float:
        """Of the processor that it has used so far; 0: it does not run."""
        import psutil

        if self._process is None:
            return 0.0
        try:
            used = psutil.Process(self._process.pid).cpu_times()
        except psutil.Error:
            return 0.0
        return float(used.user + used.system)

    async def is_ready(self) -> bool:
        """It does what it is for."""
        raise NotImplementedError

    async def start(self) -> None:
        """Begin, if it does not run; up when it returns. Raises EngineError."""
        if not self.is_running:
            environment = {**os.environ, "OMP_WAIT_POLICY": "passive", "CUDA_VISIBLE_DEVICES": ""}
            if self._home is not None:
                environment |= {f"XDG_{kind}_HOME": str(self._home / kind) for kind in ("DATA", "CONFIG", "STATE")}
            with self._log.open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command,
                    env=environment,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    preexec_fn=None if self.core is None else partial(os.sched_setaffinity, 0, {self.core}),
                )
        await self.ready()

    async def ready(self) -> None:
        """Wait until it is. Raises EngineError."""
        try:
            async with asyncio.timeout(_STARTS):
                while not await self.is_ready():
                    if not self.is_running:
                        raise EngineError(verbatim(f"{self.name} ended at its start: {self._last_words()}"))
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise EngineError(verbatim(f"{self.name} is not ready: {self._last_words()}")) from None

    def send(self, number: signal.Signals) -> None:
        """A signal, if it runs."""
        if self._process is not None and self.is_running:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    async def kill(self) -> None:
        """As a machine that fails."""
        self.send(signal.SIGKILL)
        await self._ended()

    async def end(self) -> None:
        """In order; one that does not end is killed, which is an error. Raises EngineError."""
        self.send(signal.SIGTERM)
        try:
            async with asyncio.timeout(_ENDS):
                await self._ended()
        except TimeoutError:
            await self.kill()
            raise EngineError(verbatim(f"{self.name} did not end within {_ENDS:.0f} s.")) from None

    async def _ended(self) -> None:
        if self._process is not None:
            await self._process.wait()

    def _last_words(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "it said nothing"


class RedisProgram(Program):
    """Redis, which keeps what it is told within a second (`appendfsync everysec`)."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise EngineError(verbatim("redis-server is missing; install it, on Debian: apt install redis-server."))
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        options = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--appendfsync", "everysec")
        folder.mkdir()
        command = (program, "--port", str(self.port), *options, "--dir", str(folder))
        super().__init__("Redis", command, folder / "log")

    async def is_ready(self) -> bool:
        async with Redis(port=self.port, socket_connect_timeout=1, socket_timeout=1) as client:
            try:
                return bool(await client.ping())
            except RedisError:
                return False


class _Served(Program):
    """A program of Parley's with a health port."""

    def __init__(self, name: str, arguments: Sequence[str], folder: Path, home: Path | None) -> None:
        self._health = free_port()
        command = (sys.executable, "-m", "desktop", *arguments, "--health-port", str(self._health))
        super().__init__(name, command, folder / f"{name}.log", home)

    async def is_ready(self) -> bool:
        return await asyncio.to_thread(_answers, f"http://127.0.0.1:{self._health}/health/ready")


class Gateway(_Served):
    """`parley serve`. redis: its URL; empty: it recognises itself, with the model in this folder."""

    def __init__(self, name: str, redis: str, folder: Path, model: str = "") -> None:
        port = free_port()
        self.url = f"ws://127.0.0.1:{port}/"
        others = ("--whisper-live-port", "-1", "--wyoming-port", "-1")
        chosen = ("--redis", redis) if redis else ("--model", model)
        super().__init__(name, ("serve", *chosen, "--port", str(port), *others), folder, folder / name)


class Worker(_Served):
    """`parley worker`. kind: stt, translation."""

    def __init__(self, name: str, kind: str, redis: str, folder: Path, model: str) -> None:
        chosen = ("--model", model) if kind == "stt" else ()
        arguments = ("worker", kind, "--redis", redis, "--concurrency", "1", *chosen)
        super().__init__(name, arguments, folder, None)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
