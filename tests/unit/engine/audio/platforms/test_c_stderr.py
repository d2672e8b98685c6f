"""In a process of its own, whose real file descriptor 2 is looked at."""

import subprocess
import sys

SCRIPT = """
import ctypes, sys
from desktop.engine.audio.platforms.c_stderr import hush, hushed, unhush
library = ctypes.CDLL(None)
perror = lambda text: library.perror(text)
perror(b"before")
with hushed():
    perror(b"noise")
    print("log", file=sys.stderr, flush=True)
hush(); hush(); unhush()
perror(b"still noise")
unhush()
perror(b"after")
"""


def test_c_is_hushed_and_python_is_not() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["before", "log", "after"]
