"""Starts a runner, reads its lines, and gives what it heard, or why it failed. Main thread.

One core for everything of the system: its process binds itself to it before it loads anything (`inside`), and its
children inherit that.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from desktop.bench.peers.runners.channel import Job
from desktop.bench.peers.systems import PeerSystem
from desktop.bench.peers.tracks import Track

log = logging.getLogger(__name__)

_INSIDE = Path(__file__).parent / "inside"
_LOADING = 180.0
_SLOWER = 20.0
"""how many times longer than its audio a run may take before it is given up"""


@dataclass(frozen=True, slots=True)
class Said:
    """A line about the text."""

    at: float
    """seconds since second 0 of the audio"""
    committed: str
    shown: str
    stable: str | None = None


@dataclass(frozen=True)
class Run:
    """A system that heard a track once."""

    system: str
    track: str
    repeat: int
    is_aware: bool
    said: tuple[Said, ...] = ()
    cpu: float = 0.0
    """processor seconds from the first sample to the final text"""
    rss: int = 0
    """bytes"""
    others: float = 0.0
    """seconds that other programs took of the core meanwhile"""
    late: float = 0.0
    """seconds by which feeding was late at worst, because the core was busy"""
    failure: str = ""
    """a sentence; empty: the run is good"""

    @property
    def text(self) -> str:
        return self.said[-1].committed if self.said else ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What is alike for all runs."""

    model: Path
    shadow: Path | None
    beam: int
    core: int | None
    """None: not bound to one"""


def run(system: PeerSystem, python: Path, track: Track, setting: Setting, *, repeat: int, is_aware: bool) -> Run:
    """Let the system hear the track in a process of its own. Never raises for what the process does."""
    with tempfile.TemporaryDirectory(prefix="parley-peers-") as folder:
        audio, job_file, errors = Path(folder) / "audio.npy", Path(folder) / "job.json", Path(folder) / "errors.txt"
        np.save(audio, track.samples)
        job = Job(str(setting.model), track.language, str(audio), track.speech, setting.beam, is_aware)
        job.write(job_file)
        command = [str(python), "-m", system.module, str(job_file)]
        with errors.open("wb") as stderr:
            lines, failure = _output(
                command, environment(setting, Path(folder)), folder, stderr, _LOADING + _SLOWER * track.seconds
            )
        result = as_run(lines, system.name, track.name, repeat, is_aware, failure)
        if result.failure:
            log.warning("%s failed on %s: %s", system.name, track.name, result.failure)
        return result


def _output(
    command: list[str], variables: dict[str, str], folder: str, stderr: IO[bytes], timeout: float
) -> tuple[list[str], str]:
    """What the process wrote, and what was wrong with it. Whatever ends the waiting, it and its children are gone."""
    try:
        process = subprocess.Popen(
            command,
            env=variables,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )
    except OSError as error:
        return [], f"it could not be started ({error.strerror})"
    with process:
        try:
            written, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            return [], "it did not end in time"
        finally:
            _end(process)
    failure = f"its process ended with code {process.returncode}" if process.returncode else ""
    return written.decode(errors="replace").splitlines(), failure


def _end(process: "subprocess.Popen[bytes]") -> None:
    """With its children, which are of its session."""
    if sys.platform == "win32":
        process.kill()
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def as_run(lines: list[str], system: str, track: str, repeat: int, is_aware: bool, failure: str = "") -> Run:
    """What the lines of a runner say. Pure."""
    began, said, end = 0.0, [], None
    for line in lines:
        try:
            content: dict[str, Any] = json.loads(line)
        except ValueError:
            failure = failure or "it wrote something that is no line of the protocol"
            continue
        if "began" in content:
            began = content["began"]
        elif "committed" in content:
            said.append(Said(content["t"] - began, content["committed"], content["shown"], content.get("stable")))
        elif "failed" in content:
            failure = content["failed"]
        elif "done" in content:
            end = content
    if end is None:
        return Run(system, track, repeat, is_aware, failure=failure or "it ended before the audio did")
    return Run(
        system, track, repeat, is_aware, tuple(said), end["cpu"], end["rss"], end["others"], end["late"], failure
    )


def environment(setting: Setting, folder: Path) -> dict[str, str]:
    """Of a runner: one thread for every library, no network, no telemetry, nothing of the user's Python settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PARLEY_"))}
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS")
    return {
        **kept,
        **dict.fromkeys(threads, "1"),
        "OMP_WAIT_POLICY": "passive",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "ORT_DISABLE_TELEMETRY": "1",
        "OTEL_SDK_DISABLED": "true",
        "CUDA_VISIBLE_DEVICES": "",
        "TMPDIR": str(folder),
        "PYTHONPATH": str(_INSIDE),
        "PYTHONSAFEPATH": "1",
        "PYTHONUNBUFFERED": "1",
        "PARLEY_BENCH_SHADOW": str(setting.shadow or ""),
        "PARLEY_BENCH_CORE": "" if setting.core is None else str(setting.core),
    }


def quietest_core() -> int | None:
    """The last core that this process may use; None where processes cannot be bound."""
    if sys.platform != "linux":
        return None
    return max(os.sched_getaffinity(0))
