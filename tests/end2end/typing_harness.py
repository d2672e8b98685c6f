"""Real editors on a real screen for the tests of voice typing, and a user with a keyboard of their own."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from desktop.engine.events import TranscriptUpdate
from desktop.injector.typist import TypingStatus, Typist
from desktop.settings.declaration import Settings, TypingSettings
from tests.virtual_desktop import VirtualDesktop
from tests.waiting import wait_until

EDITORS = Path(__file__).parent / "editors"


class Editor:
    """A program with a text; `read` is what it holds."""

    def __init__(self, desk: VirtualDesktop, kind: str, file: Path, title: str, *options: str) -> None:
        self.file = file
        file.write_text("", encoding="utf-8")
        self._desk = desk
        if kind == "xterm":
            # Raw, without echo: every byte that arrives is seen, one by one, as it arrives.
            shell = f"stty -echo -icanon min 1 && cat > {file}"
            command = ["xterm", "-u8", "-T", title, "-e", "sh", "-c", shell]
            self.process = desk.spawn(command, LC_ALL="C.UTF-8")
        else:
            python = sys.executable if kind == "qt" else "/usr/bin/python3"
            self.process = desk.spawn([python, str(EDITORS / f"{kind}_editor.py"), str(file), title, *options])
        self.window = desk.wait_for_window(f"^{title}$")

    def focus(self) -> None:
        self._desk.activate(self.window)

    def read(self) -> str:
        return self.file.read_text(encoding="utf-8", errors="replace")

    def shows(self, text: str, timeout: float = 20) -> bool:
        return wait_until(lambda: self.read() == text, timeout)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(5)


class Dictation:
    """A typist and the events that an engine would send it."""

    def __init__(self, **typing: Any) -> None:
        self.statuses: list[TypingStatus] = []
        self.settings = Settings(typing=TypingSettings(enabled=True, **typing))
        self.typist = Typist(self.settings, self.statuses.append)
        self.segment = 0
        self.revision = 0
        self.ready()

    def ready(self) -> None:
        assert wait_until(lambda: self.typist._keyboard is not None), self.statuses

    def say(self, committed: str, unconfirmed: str = "", *, final: bool = False, language: str = "en") -> None:
        """One update of the running utterance; a final one ends it."""
        self.revision += 1
        self.typist.on_event(
            TranscriptUpdate(self.segment, self.revision, language, committed, unconfirmed, (), 0.0, 1.0, final)
        )
        if final:
            self.segment += 1
            self.revision = 0

    @property
    def messages(self) -> list[str]:
        return [status.message for status in self.statuses if status.message]


class RealUser:
    """Presses keys on the screen's own keyboard device, as a hand would, not through XTEST's virtual one.

    XTEST can send an event as coming from any device that a client has opened (XTestFakeDeviceKeyEvent); Xvfb has a
    keyboard and a mouse besides the XTEST ones.
    """

    def __init__(self) -> None:
        from Xlib import display
        from Xlib.ext import xinput
        from Xlib.protocol import rq

        class OpenDevice(rq.ReplyRequest):  # type: ignore[misc]
            _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(3), rq.RequestLength(), rq.Card8("device"), rq.Pad(3))
            _reply = rq.Struct(rq.ReplyCode(), rq.Pad(1), rq.Card16("sequence_number"), rq.ReplyLength(), rq.Pad(24))

        class FakeDeviceInput(rq.Request):  # type: ignore[misc]
            _request = rq.Struct(
                rq.Card8("opcode"), rq.Opcode(2), rq.RequestLength(), rq.Card8("kind"), rq.Card8("detail"),
                rq.Pad(2), rq.Card32("time"), rq.Pad(23), rq.Card8("device"),
            )  # fmt: skip

        self._fake = FakeDeviceInput
        self.display = display.Display()
        self._first_event = self.display.query_extension("XInputExtension").first_event
        self._xtest = self.display.display.get_extension_major("XTEST")
        devices = {device.name: device.deviceid for device in self.display.xinput_query_device(0).devices}
        self._keyboard, self._mouse = devices["Xvfb keyboard"], devices["Xvfb mouse"]
        for device in (self._keyboard, self._mouse):
            opcode = self.display.display.get_extension_major(xinput.extname)
            OpenDevice(display=self.display.display, opcode=opcode, device=device)
        self.display.sync()

    def _send(self, offset: int, detail: int, device: int) -> None:
        self._fake(
            display=self.display.display,
            opcode=self._xtest,
            kind=self._first_event + offset,
            detail=detail,
            time=0,
            device=device,
        )
        self.display.sync()

    def keycode(self, keysym: int) -> int:
        return int(self.display.keysym_to_keycode(keysym))

    def press(self, keysym: int) -> None:
        self.press_code(self.keycode(keysym))

    def release(self, keysym: int) -> None:
        self.release_code(self.keycode(keysym))

    def press_code(self, keycode: int) -> None:
        self._send(1, keycode, self._keyboard)

    def release_code(self, keycode: int) -> None:
        self._send(2, keycode, self._keyboard)

    def type(self, text: str) -> None:
        for char in text:
            self.press(ord(char))
            self.release(ord(char))

    def click(self) -> None:
        self._send(3, 1, self._mouse)
        self._send(4, 1, self._mouse)

    def close(self) -> None:
        self.display.close()


def layout(desk: VirtualDesktop, name: str) -> None:
    """Switch the keyboard's layout."""
    desk.run(["setxkbmap", *name.split()])


def clipboard_targets(desk: VirtualDesktop) -> set[str]:
    """The formats that the clipboard offers; a made-up one if its owner does not answer, as one that is just ending."""
    command = ["xclip", "-selection", "clipboard", "-o", "-t", "TARGETS"]
    try:
        answer = subprocess.run(
            command, env={**os.environ, **desk.environment}, capture_output=True, text=True, timeout=3
        )
    except subprocess.TimeoutExpired:
        return {"no answer"}
    return set(answer.stdout.split())


def clipboard(target: str, selection: str = "clipboard") -> bytes:
    """What the clipboard holds in one format."""
    command = ["xclip", "-selection", selection, "-o", "-t", target]
    return subprocess.run(command, capture_output=True, timeout=20).stdout


def activate_group(number: int) -> None:
    """Make a layout of several the active one, as a keyboard switch in a panel does; the first is 0."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(x11.XOpenDisplay(None))
    x11.XkbLockGroup(connection, 0x100, number)
    x11.XSync(connection, 0)
    x11.XCloseDisplay(connection)
