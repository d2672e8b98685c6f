"""A real X screen with a window manager, a compositor and a tray, for tests of what a user sees."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.waiting import wait_until


class VirtualDesktop:
    """Xvfb, openbox, picom and trayer on a free display; inside the context DISPLAY points to it.

    size: pixels of the screen.
    """

    def __init__(self, size: tuple[int, int] = (1920, 1080), *, compositor: bool = True, tray: bool = False) -> None:
        self.size = size
        self._compositor = compositor
        self._tray = tray
        self._processes: list[subprocess.Popen[bytes]] = []
        self._saved: dict[str, str | None] = {}
        self.display = ""

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> None:
        read, write = os.pipe()
        screen = f"{self.size[0]}x{self.size[1]}x24"
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", screen, "-nolisten", "tcp", "-noreset"]
        self._processes.append(subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL))
        os.close(write)
        with os.fdopen(read) as answer:
            self.display = ":" + answer.readline().strip()
        self.environment = {"DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb", "XDG_SESSION_TYPE": "x11"}
        for name, value in self.environment.items():
            self._saved[name] = os.environ.get(name)
            os.environ[name] = value
        self._saved["WAYLAND_DISPLAY"] = os.environ.pop("WAYLAND_DISPLAY", None)
        self.spawn(["openbox"])
        self._wait_for("_NET_SUPPORTING_WM_CHECK")
        if self._compositor:
            self.spawn(["picom", "--backend", "xrender", "--config", "/dev/null"])
        if self._tray:
            self.spawn(["trayer", "--edge", "top", "--align", "right"])

    def close(self) -> None:
        """End every program of the screen and the screen; put the environment back."""
        for process in reversed(self._processes):
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for name, value in self._saved.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    def spawn(self, command: Sequence[str], **environment: str) -> "subprocess.Popen[bytes]":
        """Start a program on the screen; it is ended with the desktop."""
        process = subprocess.Popen(
            command,
            env={**os.environ, **self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._processes.append(process)
        return process

    def run(self, command: Sequence[str], *, check: bool = True) -> str:
        """Run a program on the screen to its end; its output."""
        result = subprocess.run(
            command, env={**os.environ, **self.environment}, check=check, capture_output=True, text=True, timeout=30
        )
        return result.stdout.strip()

    def wait_for_window(self, pattern: str, timeout: float = 20, *, by: str = "--name") -> str:
        """The id of the first visible window whose title (or --class) matches; raises TimeoutError."""
        search = ["xdotool", "search", "--onlyvisible", by, pattern]
        found = wait_until(lambda: self.run(search, check=False).split(), timeout)
        if not found:
            raise TimeoutError(f"no window matches {pattern!r}")
        return found[0]

    def activate(self, window: str) -> None:
        """Give a window the focus and wait until it has it."""
        self.run(["xdotool", "windowactivate", "--sync", window])

    def active_window(self) -> str:
        """Id of the window that has the focus."""
        return self.run(["xdotool", "getactivewindow"], check=False)

    def screenshot(self, path: Path) -> Path:
        """The whole screen as PNG."""
        self.run(["import", "-silent", "-window", "root", str(path)])
        return path

    def _wait_for(self, root_property: str, timeout: float = 15) -> None:
        if not wait_until(lambda: "window id" in self.run(["xprop", "-root", root_property], check=False), timeout):
            raise TimeoutError(f"the window manager did not set {root_property}")
