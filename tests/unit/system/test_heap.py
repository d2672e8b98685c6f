"""The heap stays small: threads share it, and what is large leaves it at once. In processes of their own, whose heaps
no other test has touched."""

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


LARGE = """
import ctypes, sys
from desktop.system.heap import keep_small

class Figures(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena count small blocks mapped unused kept used free top".split()]

library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.malloc.argtypes = [ctypes.c_size_t]
library.free.argtypes = [ctypes.c_void_p]
library.mallinfo2.restype = Figures
if sys.argv[1] == "small":
    keep_small()
library.free(library.malloc(30_000_000))  # from here on glibc takes blocks of this size from the heap by itself
large, above = library.malloc(20_000_000), library.malloc(100_000)
library.free(large)
print(library.mallinfo2().free)
"""


def free_in_the_heap(what: str) -> int:
    done = subprocess.run([sys.executable, "-c", LARGE, what], capture_output=True, text=True, timeout=60, check=True)
    return int(done.stdout)


def test_a_large_block_leaves_no_gap_in_the_heap_of_a_server() -> None:
    assert free_in_the_heap("usual") > 19_000_000, "otherwise this shows nothing"
    assert free_in_the_heap("small") < 2_000_000
