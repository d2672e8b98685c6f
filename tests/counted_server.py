"""`parley` that tells what it has, when it gets SIGUSR1: a line of JSON to standard error.

tasks: of asyncio, by coroutine; threads: by name, those of pools, which are bounded, apart; files: by kind; objects: of
the server's classes, and of those that it stands on, which may change, by class. Whatever waits to be collected is
collected first. For `python -m`, on Linux.
"""

import asyncio
import gc
import json
import re
import signal
import sys
import threading
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

from desktop.__main__ import program

MARK = "counted "
_WATCHED = ("desktop.server", "desktop.engine", "_asyncio", "asyncio", "starlette", "uvicorn", "websockets", "av.")
_POOLS = re.compile(r"(asyncio|ThreadPoolExecutor|AnyIO)")


def counted() -> dict[str, dict[str, int]]:
    """On the main thread, while its event loop runs."""
    for _ in range(3):
        gc.collect()
    names = [re.sub(r"[-_]\d+|\d+", "", one.name) for one in threading.enumerate()]
    return {
        "tasks": Counter(getattr(one.get_coro(), "__qualname__", "?") for one in asyncio.all_tasks()),
        "threads": Counter(name for name in names if not _POOLS.match(name)),
        "pools": Counter(name for name in names if _POOLS.match(name)),
        "files": Counter(_kind(file) for file in Path("/proc/self/fd").iterdir()),
        "objects": Counter(_classes()),
    }


def _kind(file: Path) -> str:
    try:
        return re.sub(r"\[\d+\]", "", str(file.readlink()))
    except OSError:  # the folder that was listed
        return "gone"


def _classes() -> list[str]:
    found = []
    for one in gc.get_objects():
        kind = type(one)
        frozen = getattr(getattr(kind, "__dataclass_params__", None), "frozen", False)
        if str(getattr(kind, "__module__", "")).startswith(_WATCHED) and not frozen:
            found.append(f"{kind.__module__}.{kind.__name__}")
    return found


def _tell(number: int, frame: FrameType | None) -> None:
    sys.stderr.write(f"{MARK}{json.dumps(counted())}\n")
    sys.stderr.flush()


def found(text: str) -> list[Any]:
    """What was told so far; a line that is still being written does not count."""
    whole = text[: text.rfind("\n") + 1]
    return [json.loads(line.removeprefix(MARK)) for line in whole.splitlines() if line.startswith(MARK)]


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, _tell)
    program()
