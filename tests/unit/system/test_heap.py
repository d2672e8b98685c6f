"""The heap stays small: threads share it. In a process of its own, whose heap no other test has touched."""

import subprocess
import sys

PROGRAM = """
import ctypes, platform, sys, tempfile, threading
from desktop.engine.engine import Engine
from desktop.settings.declaration import Settings

library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.free.argtypes = [ctypes.c_void_p]
library.fdopen.restype = ctypes.c_void_p
library.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
library.fflush.argtypes = [ctypes.c_void_p]

def heaps():
    with tempfile.TemporaryFile() as file:
        stream = library.fdopen(file.fileno(), b"w")
        assert library.malloc_info(0, stream) == 0
        library.fflush(stream)
        file.seek(0)
        return file.read().count(b"<heap ")

if sys.argv[1] == "engine":
    Engine(Settings())
together = threading.Barrier(6)

def work():
    block = library.malloc(10_000)
    together.wait()
    library.free(block)

threads = [threading.Thread(target=work) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(heaps())
"""


def heaps(what: str) -> int:
    command = [sys.executable, "-c", PROGRAM, what]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_the_threads_of_an_engine_share_a_heap() -> None:
    assert heaps("nothing") > 3, "otherwise this shows nothing"
    assert heaps("engine") <= 3
