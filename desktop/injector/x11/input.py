"""Tells the user's keys and clicks from Parley's own. Listens on its own thread and its own connection.

The X Input Extension reports raw presses with the device that they came from. A press from any other device than the
XTEST one is the user's. XTEST presses are Parley's as long as they come in exactly the order in which Parley sent
them; any other comes from another program that types for the user (a remote desktop, an on-screen keyboard) and
counts as the user's.
"""

import logging
import os
import select
import struct
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from desktop.engine.errors import TypingError
from desktop.engine.message import verbatim

log = logging.getLogger(__name__)

RAW_KEY, RAW_BUTTON = 13, 15
_RAW = struct.Struct("<HIIHHI")
_WHEEL = frozenset({4, 5, 6, 7})


@dataclass(frozen=True, slots=True)
class Press:
    """A key or mouse button went down."""

    kind: int
    """RAW_KEY or RAW_BUTTON"""
    code: int
    """keycode, or number of the button"""
    device: int


def parse_press(kind: int, data: bytes) -> Press:
    """The press in a raw event's body (XI2 protocol, from the device id on)."""
    _master, _time, code, source, _valuators, _flags = _RAW.unpack_from(data)
    return Press(kind, code, source)


class OwnPresses:
    """Matches key presses against those that Parley sent through XTEST, to tell them from the user's. Pure."""

    def __init__(self, synthetic: frozenset[int], modifiers: frozenset[int]) -> None:
        self.synthetic = synthetic
        """ids of the XTEST devices"""
        self.modifiers = modifiers
        """keycodes that write nothing by themselves"""
        self._sent: deque[int] = deque()

    def sent(self, keycode: int) -> None:
        """Parley is about to press a key."""
        self._sent.append(keycode)

    @property
    def is_quiet(self) -> bool:
        """Everything that Parley sent came back."""
        return not self._sent

    def forget(self) -> None:
        """What has not come back will not."""
        self._sent.clear()

    def is_user(self, press: Press) -> bool:
        """The press is the user's and may move the caret or change the text."""
        if press.kind == RAW_BUTTON:
            return press.code not in _WHEEL
        if press.device in self.synthetic and self._sent and self._sent[0] == press.code:
            self._sent.popleft()
            return False
        return press.code not in self.modifiers


class UserInput:
    """Counts what the user does, from `open` to `close`. Raises TypingError where the X server cannot tell."""

    def __init__(self, display_name: str | None = None) -> None:
        from Xlib import display
        from Xlib.ext import xinput
        from Xlib.protocol import rq

        class QueryVersion(rq.ReplyRequest):  # type: ignore[misc]
            """As in python-xlib, but 2.2: only from there on are raw events complete and sent despite grabs."""

            _request = rq.Struct(
                rq.Card8("opcode"), rq.Opcode(47), rq.RequestLength(), rq.Card16("major"), rq.Card16("minor")
            )
            _reply = xinput.XIQueryVersion._reply

        self._display = display.Display(display_name)
        self._lock = threading.Condition()
        self._actions = 0
        self._is_lost = False
        try:
            opcode = self._display.display.get_extension_major(xinput.extname)
            if opcode is None:
                raise TypingError(
                    verbatim("This screen cannot tell who types; voice typing needs an X server with XInput 2.2.")
                )
            version = QueryVersion(display=self._display.display, opcode=opcode, major=2, minor=2)
            if (version.major_version, version.minor_version) < (2, 1):
                raise TypingError(
                    verbatim("This screen cannot tell who types; voice typing needs an X server with XInput 2.2.")
                )
            self._opcode = opcode
            self.echo = OwnPresses(self._synthetic_devices(), self._modifier_keys())
            wanted = xinput.RawKeyPressMask | xinput.RawButtonPressMask
            root = self._display.screen().root
            root.xinput_select_events(
                [(xinput.AllMasterDevices, wanted), (xinput.AllDevices, xinput.HierarchyChangedMask)]
            )
            self._display.sync()
        except BaseException:
            self._display.close()
            raise
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._listen, name="typing-user-input", daemon=True)
        self._thread.start()

    def _synthetic_devices(self) -> frozenset[int]:
        from Xlib.ext import xinput

        devices = self._display.xinput_query_device(xinput.AllDevices).devices
        return frozenset(device.deviceid for device in devices if "XTEST" in str(device.name))

    def _modifier_keys(self) -> frozenset[int]:
        mapping: Any = self._display.get_modifier_mapping()
        return frozenset(int(code) for row in mapping for code in row if code)

    @property
    def actions(self) -> int:
        """Grows with each press of the user. Raises TypingError once the screen is gone."""
        with self._lock:
            if self._is_lost:
                raise TypingError(
                    verbatim("The connection to the screen was lost; switch voice typing off and on again.")
                )
            return self._actions

    def sending(self, keycode: int) -> None:
        """Parley is about to press this key; call it before the request goes out."""
        with self._lock:
            self.echo.sent(keycode)

    def wait_quiet(self, timeout: float) -> bool:
        """Wait until the server has handled everything that Parley sent; seconds at most."""
        with self._lock:
            if self._lock.wait_for(lambda: self.echo.is_quiet, timeout):
                return True
            self.echo.forget()
            return False

    def close(self) -> None:
        """Stop listening. Idempotent."""
        if self._thread.is_alive():
            os.write(self._wake_write, b".")
            self._thread.join(5)
            os.close(self._wake_read)
            os.close(self._wake_write)
            self._display.close()

    def _listen(self) -> None:
        handlers: dict[int, Callable[[Any], None]] = {34: self._on_mapping, 35: self._on_generic}
        try:
            while True:
                while self._display.pending_events():
                    event = self._display.next_event()
                    handler = handlers.get(event.type)
                    if handler:
                        handler(event)
                ready, _, _ = select.select([self._display.fileno(), self._wake_read], [], [])
                if self._wake_read in ready:
                    return
        except Exception:  # the connection is gone: nothing is known of the user any more
            log.exception("the listener for the user's input ended")
            with self._lock:
                self._is_lost = True
                self._lock.notify_all()

    def _on_mapping(self, _event: Any) -> None:
        modifiers = self._modifier_keys()
        with self._lock:
            self.echo.modifiers = modifiers

    def _on_generic(self, event: Any) -> None:
        if event.extension != self._opcode:
            return
        if event.evtype not in (RAW_KEY, RAW_BUTTON):
            synthetic = self._synthetic_devices()  # a device came or went
            with self._lock:
                self.echo.synthetic = synthetic
            return
        press = parse_press(event.evtype, bytes(event.data))
        with self._lock:
            if self.echo.is_user(press):
                self._actions += 1
            self._lock.notify_all()
