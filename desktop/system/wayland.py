"""A connection to the Wayland compositor beside Qt's, and what it offers. One thread; nothing blocks for long.

Linux only: pywayland is imported when a connection is made.
"""

import atexit
import errno
import os
import select
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pywayland.protocol_core import Interface

LAYER_SHELL = "zwlr_layer_shell_v1"
"""what sway and all of wlroots, KDE, COSMIC and Hyprland offer for panels and the like; GNOME does not"""
MUTTER = "gtk_shell1"
"""what GNOME's compositor offers"""
_PATIENCE = 1.0
"""seconds that a compositor may take to answer"""


class CompositorLostError(Exception):
    """The compositor ended the connection, or none answers."""


class NoLayerShellError(Exception):
    """The compositor answers, but has no layer shell."""


def is_wayland(environment: Mapping[str, str]) -> bool:
    """Whether the session is one of Wayland, whichever way Qt's windows go."""
    return bool(environment.get("WAYLAND_DISPLAY")) and environment.get("XDG_SESSION_TYPE") != "x11"


def offered(environment: Mapping[str, str]) -> frozenset[str]:
    """The names of what the session's compositor offers; none where none answers within a second. Any thread."""
    if not is_wayland(environment):
        return frozenset()
    try:
        connection = WaylandConnection(environment)
    except CompositorLostError:
        return frozenset()
    names = frozenset(name for name, _ in connection.globals.values())
    connection.close()
    return names


class WaylandConnection:
    """Read it when `fd` has something to read, and flush it after requests."""

    def __init__(self, environment: Mapping[str, str], patience: float = _PATIENCE) -> None:
        """Connects and lists what is offered. Raises CompositorLostError, after so many seconds at most."""
        try:
            from pywayland.client import Display
        except ImportError as error:  # without libwayland's library
            raise CompositorLostError from error
        folder = environment.get("XDG_RUNTIME_DIR", "")
        address = Path(folder) / environment.get("WAYLAND_DISPLAY", "wayland-0")
        if not address.is_absolute():
            raise CompositorLostError("no XDG_RUNTIME_DIR")
        self._display = Display(str(address))
        try:
            self._display.connect()
        except ValueError as error:
            raise CompositorLostError(f"nobody answers at {address.name}") from error
        # Had the interpreter to take proxies down after their connection, the process would crash.
        atexit.register(self.close)
        self.globals: dict[int, tuple[str, int]] = {}
        """interface and version by the number that they are bound with"""
        self.when_offered: Callable[[int, str, int], None] = lambda *_: None
        self.when_withdrawn: Callable[[int], None] = lambda _: None
        self._syncs: list[Any] = []
        self._registry = self._display.get_registry()
        self._registry.dispatcher["global"] = self._offered
        self._registry.dispatcher["global_remove"] = self._withdrawn
        try:
            self.wait_for_answer(patience)
        except CompositorLostError:
            self.close()
            raise

    @property
    def fd(self) -> int:
        return self._display.get_fd()

    def bind(self, interface: "type[Interface]", version: int, number: int | None = None) -> Any:
        """The proxy of something that is offered, of this version at most; None if it is not.

        number: which of several; else the first."""
        for found, (name, offered) in self.globals.items():
            if name == interface.name and number in (None, found):
                return self._registry.bind(found, interface, min(version, offered))
        return None

    def read(self) -> None:
        """Take in what has come, and call whoever listens. Raises CompositorLostError."""
        try:
            self._display.read()
            self._display.dispatch(block=False)
        except RuntimeError as error:
            raise CompositorLostError from error

    def flush(self) -> bool:
        """Send what was requested. False: the compositor takes no more for now; try again when `fd` can be written.

        Raises CompositorLostError."""
        from pywayland import ffi

        if self._display.flush() >= 0:
            return True
        number: int = ffi.errno  # type: ignore[attr-defined]
        if number == errno.EAGAIN:
            return False
        raise CompositorLostError(os.strerror(number))

    def when_answered(self, done: Callable[[], None]) -> None:
        """Call `done` once the compositor has dealt with all that was requested so far."""
        sync = self._display.sync()
        self._syncs.append(sync)

        def answered(*_: object) -> None:
            self._syncs.remove(sync)
            done()

        sync.dispatcher["done"] = answered

    def wait_for_answer(self, seconds: float = _PATIENCE) -> None:
        """Wait until all that was requested so far has been dealt with. Raises CompositorLostError after the time."""
        answers: list[bool] = []
        self.when_answered(lambda: answers.append(True))
        until = monotonic() + seconds
        while not answers:
            self.flush()
            if not select.select([self.fd], [], [], max(0.0, until - monotonic()))[0]:
                raise CompositorLostError("the compositor does not answer")
            self.read()

    def close(self) -> None:
        """Everything that was made through it is gone. Idempotent."""
        atexit.unregister(self.close)
        self.when_offered = lambda *_: None
        self.when_withdrawn = lambda _: None
        self._display.disconnect()

    def _offered(self, _: object, number: int, interface: str, version: int) -> None:
        self.globals[number] = (interface, version)
        self.when_offered(number, interface, version)

    def _withdrawn(self, _: object, number: int) -> None:
        self.globals.pop(number, None)
        self.when_withdrawn(number)
