"""The most memory that a process ever had resident. Any thread; also in the processes of peers."""

import os
import sys
from pathlib import Path
from typing import Any


def peak_memory(process: Any) -> int:
    """Bytes, for a psutil.Process; 0 if it is gone. Where the system does not say it of another process, what that
    one has now."""
    try:
        # getrusage also knows what the parent had when it made this process.
        for line in Path(f"/proc/{process.pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    if sys.platform != "win32" and process.pid == os.getpid():
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    import psutil

    try:
        info = process.memory_info()
    except psutil.Error:
        return 0
    return int(getattr(info, "peak_wset", info.rss))
