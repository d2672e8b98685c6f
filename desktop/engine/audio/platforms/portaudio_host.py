"""PortAudio, initialised once for the process, and the lock that it needs.

PortAudio is not thread-safe: whoever opens or closes streams or lists devices holds `lock`. Callbacks never
take it. It stays initialised, which makes a second stream open in 3 ms instead of 60-200 and costs no CPU.
"""

import contextlib
import ctypes
import sys
from importlib import import_module
from queue import Full, Queue
from threading import RLock
from typing import Any

from desktop.engine.audio.platforms.c_stderr import hushed
from desktop.engine.errors import AudioServerMissing

lock = RLock()
_host: Any = None
_streams = 0


def host(*, fresh: bool = False) -> Any:
    """The process's `pyaudio.PyAudio`; call it holding `lock`.

    fresh: look for devices again, which PortAudio only does while no stream is open.
    """
    global _host
    if _host is not None and fresh and _streams == 0:
        _host.terminate()
        _host = None
    if _host is None:
        with hushed():
            _host = module().PyAudio()
    return _host


def module() -> Any:
    """PyAudio, or its fork that can record what Windows plays."""
    try:
        return import_module("pyaudiowpatch" if sys.platform == "win32" else "pyaudio")
    except (ImportError, OSError) as error:
        raise AudioServerMissing("portaudio-missing") from error


def open_stream(**arguments: Any) -> Any:
    """`PyAudio.open`, counted; raises OSError or ValueError as it does."""
    global _streams
    with lock, hushed():
        stream = host().open(**arguments)
        _streams += 1
        return stream


def set_alsa_periods(count: int) -> None:
    """Blocks in the ring buffer of the streams opened from now on, on Linux; holding `lock`.

    PyAudio has no parameter for it; without the function the default of four stays, which only costs robustness.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libportaudio.so.2").PaAlsa_SetNumPeriods(count)


def close_stream(stream: Any) -> None:
    """Stop and close a stream of `open_stream`, whatever state it is in; not from its callback."""
    global _streams
    with lock, hushed():
        try:
            stream.close()
        except OSError:
            # The device went away first; PortAudio has let go of the stream all the same.
            pass
        finally:
            _streams -= 1


def interrupt(blocks: "Queue[bytes | None]") -> None:
    """Let who waits for a block get None, even if the queue is full. Any thread."""
    while True:
        try:
            blocks.put_nowait(None)
            return
        except Full:
            blocks.get()
