"""A real Wayland compositor (sway, without a screen) for tests."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from tests.waiting import wait_until

_NOBODY = 65534
_VARIABLES = ("XDG_RUNTIME_DIR", "WAYLAND_DISPLAY", "SWAYSOCK", "XDG_SESSION_TYPE", "DISPLAY", "QT_QPA_PLATFORM")
_SERVER_INTERPRETED = 5
"""X's family of names that the server itself knows, such as local users"""


class WaylandDesk:
    """sway on a display of its own; inside the context the environment points to it."""

    def __init__(
        self, size: tuple[int, int] = (1280, 720), *, scale: float = 1, xwayland: bool = False, panel: bool = False
    ) -> None:
        """size: pixels of the screen; scale: of its logical pixels; xwayland: X clients are welcome as well; panel: one
        is at the upper edge."""
        self.size = size
        self._scale = scale
        self._xwayland = xwayland
        self._panel = panel

    def __enter__(self) -> Self:
        self._runtime = Path(tempfile.mkdtemp(prefix="sway-"))
        self._processes: list[subprocess.Popen[bytes]] = []
        self._saved = {name: os.environ.get(name) for name in _VARIABLES}
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self) -> None:
        config = self._runtime / "config"
        screen = f"output HEADLESS-1 mode {self.size[0]}x{self.size[1]} position 0 0 scale {self._scale}\n"
        if self._panel:
            screen += "bar {\nposition top\n}\n"
        display = self._runtime / "display"
        if self._xwayland:
            config.write_text(f"xwayland enable\n{screen}exec sh -c 'echo $DISPLAY > {display}'\n")
        else:
            config.write_text(f"xwayland disable\n{screen}")
        self._runtime.chmod(0o700)
        identity = {}
        if os.getuid() == 0:  # sway refuses to run as root
            os.chown(self._runtime, _NOBODY, _NOBODY)
            os.chown(config, _NOBODY, _NOBODY)
            identity = {"user": _NOBODY, "group": _NOBODY, "extra_groups": ()}
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._runtime),
            "XDG_RUNTIME_DIR": str(self._runtime),
            "WLR_BACKENDS": "headless",
            "WLR_LIBINPUT_NO_DEVICES": "1",
            "WLR_RENDERER": "pixman",
        }
        self._processes.append(
            subprocess.Popen(  # type: ignore[call-overload]
                ["sway", "-c", str(config)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                **identity,
            )
        )

        def sockets(pattern: str) -> list[Path]:
            return sorted(self._runtime.glob(pattern))

        if not wait_until(lambda: sockets("wayland-?") and sockets("sway-ipc.*.sock")):
            raise TimeoutError("sway did not start")
        os.environ.update(
            XDG_RUNTIME_DIR=str(self._runtime),
            WAYLAND_DISPLAY=sockets("wayland-?")[0].name,
            SWAYSOCK=str(sockets("sway-ipc.*.sock")[0]),
            XDG_SESSION_TYPE="wayland",
        )
        for name in ("DISPLAY", "QT_QPA_PLATFORM"):
            os.environ.pop(name, None)
        # A keyboard that stays, as on any desktop: GTK drops the keys that it has not read when the last one goes.
        self.spawn(["wtype", "-s", str(60 * 60 * 1000)])
        if self._xwayland:
            if not wait_until(lambda: display.exists() and display.read_text().strip()):
                raise TimeoutError("sway has no X server")
            os.environ["DISPLAY"] = display.read_text().strip()
            _welcome_root()

    def message(self, command: str) -> Any:
        """Tell sway something; its answer."""
        done = subprocess.run(["swaymsg", "-r", *command.split(" ")], check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def screens(self) -> list[str]:
        """The names of the screens that there are."""
        return [str(output["name"]) for output in self.message("-t get_outputs")]

    def focused(self) -> str:
        """The name of the window that gets the keys; empty if none does."""

        def name(node: dict[str, Any]) -> str:
            if node["focused"] and node["type"] in ("con", "floating_con"):
                return str(node["name"])
            return next(filter(None, map(name, [*node["nodes"], *node["floating_nodes"]])), "")

        return name(self.message("-t get_tree"))

    def windows(self) -> list[str]:
        """The names of the windows that sway places."""

        def names(node: dict[str, Any]) -> list[str]:
            below = [name for one in [*node["nodes"], *node["floating_nodes"]] for name in names(one)]
            is_window = node["type"] in ("con", "floating_con") and not below
            return [str(node["name"])] if is_window else below

        return names(self.message("-t get_tree"))

    def wait_for_window(self, pattern: str) -> str:
        """The name of the first window that matches; raises TimeoutError."""

        def matching() -> list[str]:
            return [name for name in self.windows() if re.search(pattern, name)]

        if not (found := wait_until(matching, 30)):
            raise TimeoutError(f"no window matches {pattern!r}")
        return found[0]

    def focus(self, name: str) -> None:
        """Give a window the keys, and wait until it has them."""
        self.message(f'[title="^{name}$"] focus')
        if not wait_until(lambda: self.focused() == name):
            raise TimeoutError(f"{name} does not get the focus")

    def screenshot(self, path: Path) -> Path:
        """The whole screen as PNG, in its own pixels."""
        subprocess.run(["grim", str(path)], check=True)
        return path

    def spawn(self, command: Sequence[str], **environment: str) -> "subprocess.Popen[bytes]":
        """Start a program; it is ended with the desk."""
        process = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._processes.append(process)
        return process

    def __exit__(self, *_: object) -> None:
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
        shutil.rmtree(self._runtime, ignore_errors=True)


def _welcome_root() -> None:
    """An X server lets its own user in only; sway's is another one where the tests run as root."""
    if os.getuid():
        return
    from Xlib import X, display
    from Xlib.support import unix_connect  # noqa: F401  # the other user could not read it

    os.seteuid(_NOBODY)
    try:
        screen = display.Display()
    finally:
        os.seteuid(0)
    screen.change_hosts(X.HostInsert, _SERVER_INTERPRETED, list(b"localuser\0root"))
    screen.sync()
    screen.close()
