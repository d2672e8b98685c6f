"""Starts a server, and ends it with all its children. On the event loop."""

import asyncio
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from desktop.bench.servers.clients import answers
from desktop.bench.servers.systems import ServerSystem
from desktop.engine.errors import EngineError
from desktop.engine.message import verbatim

_LOADING = 180.0


@dataclass(frozen=True, slots=True)
class Running:
    """A server that is up."""

    url: str
    process: int

    @property
    def memory(self) -> int:
        """Bytes that it and its children have resident."""
        total = 0
        with suppress(psutil.Error):
            me = psutil.Process(self.process)
            for one in (me, *me.children(recursive=True)):
                with suppress(psutil.Error):
                    total += one.memory_info().rss
        return total


@asynccontextmanager
async def running(system: ServerSystem, python: Path, model: Path) -> AsyncIterator[Running]:
    """The server, without a network. Raises EngineError if it does not start."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"ws://127.0.0.1:{port}/"
    with tempfile.TemporaryDirectory(prefix="parley-servers-") as folder, Path(folder, "errors").open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            str(python),
            *system.command(model, port),
            env=_environment(folder if system.is_peer else ""),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(_LOADING):
                while not await answers(url):
                    if process.returncode is not None:
                        raise EngineError(verbatim(f"{system.label} ended at its start (exit {process.returncode})."))
                    await asyncio.sleep(0.2)
            yield Running(url, process.pid)
        except TimeoutError:
            raise EngineError(verbatim(f"{system.label} did not start within three minutes.")) from None
        finally:
            _end(process.pid)
            await process.wait()


def _environment(folder: str) -> dict[str, str]:
    """folder: for temporary files of a peer; Parley's own server keeps its environment."""
    limits = {"OMP_WAIT_POLICY": "passive", "CUDA_VISIBLE_DEVICES": ""}
    if not folder:
        return {**os.environ, **limits}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PARLEY_"))}
    quiet = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "ORT_DISABLE_TELEMETRY": "1"}
    return {**kept, **limits, **quiet, "OTEL_SDK_DISABLED": "true", "TMPDIR": folder}


def _end(process: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            os.kill(process, signal.SIGTERM)
        else:
            os.killpg(process, signal.SIGKILL)
