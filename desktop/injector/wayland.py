"""Types on Wayland compositors that have the virtual keyboard protocol (sway and the others of wlroots, KDE not, GNOME
not) by the program wtype. Runs on the typist's thread.

Wayland lets no program see what the user types elsewhere, so text is never corrected here; on sway the focused
window is known through swaymsg, on others it is not.
"""

import json
import logging
import shutil
import subprocess
from typing import Any

from desktop.engine.errors import TypingError
from desktop.engine.message import verbatim
from desktop.injector.atspi import FocusedText
from desktop.injector.base import Capabilities, Chunk, Guard, SendMethod, Window
from desktop.injector.diff import characters

log = logging.getLogger(__name__)

SETTLE = 200
"""milliseconds before the first key: measured, without it the first character is lost"""
AT_ONCE = 200
"""characters per call: each costs the pause above"""
_NO_FOCUS = (
    "This desktop does not tell Parley which window has the focus or whether you type: text goes wherever the focus is."
)
_NO_USER = "Wayland does not tell Parley when you type, so words are typed once they are certain and never corrected."


class WaylandKeyboard:
    """A Keyboard by wtype. Raises TypingError where that cannot work."""

    def __init__(self) -> None:
        program = shutil.which("wtype")
        if program is None:
            raise TypingError(
                verbatim("Text cannot be typed on Wayland without wtype; install it (sudo apt install wtype).")
            )
        self._wtype = program
        self._swaymsg = shutil.which("swaymsg")
        if self._swaymsg and self._tree() is None:
            self._swaymsg = None
        self._focused = FocusedText()
        self.capabilities = Capabilities(
            checks_focus=self._swaymsg is not None,
            sees_user=False,
            caveat=_NO_USER if self._swaymsg else _NO_FOCUS,
        )
        self._run([])  # says at once whether the compositor allows it

    def focused_window(self) -> Window | None:
        """The focused window by sway's tree; None elsewhere."""
        tree = self._tree() if self._swaymsg else None
        return focused(tree) if tree is not None else None

    def text_before_caret(self, window: Window) -> str | None:
        """By the accessibility bus."""
        return self._focused.before_caret(window.pid)

    def user_actions(self) -> int:
        """Always 0: Wayland does not tell."""
        return 0

    def chunks(self, text: str, window: Window) -> list[Chunk]:
        """Keystrokes all through: wtype brings its own layout, with a key for every character."""
        parts = characters(text)
        return [
            Chunk("".join(parts[start : start + AT_ONCE]), SendMethod.KEYS) for start in range(0, len(parts), AT_ONCE)
        ]

    def send(self, chunk: Chunk, window: Window, guard: Guard) -> int:
        """Type one chunk; a chunk that has begun cannot be stopped."""
        if not guard():
            return 0
        self._run(["--", chunk.text])
        return len(chunk.text)

    def backspace(self, count: int, guard: Guard) -> int:
        """Backspace keys."""
        if not guard():
            return 0
        self._run(["-k", "BackSpace"] * count)
        return count

    def close(self) -> None:
        """Leave the accessibility bus. Idempotent."""
        self._focused.close()

    def _run(self, arguments: list[str]) -> None:
        try:
            # wtype wants something to do: with nothing to type it only waits, and so checks the compositor.
            command = [self._wtype, "-s", str(SETTLE), *arguments]
            result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise TypingError(verbatim("wtype did not answer; text was not typed.")) from error
        if result.returncode:
            raise TypingError(verbatim(sentence_for(result.stderr)))

    def _tree(self) -> Any:
        try:
            result = subprocess.run(
                [self._swaymsg or "swaymsg", "-r", "-t", "get_tree"],
                capture_output=True,
                text=True,
                timeout=5,
                check=False,
            )
            return json.loads(result.stdout) if result.returncode == 0 else None
        except (OSError, ValueError, subprocess.TimeoutExpired):
            return None


def sentence_for(complaint: str) -> str:
    """What wtype's complaint means for the user."""
    if "virtual keyboard" in complaint:
        return (
            "This Wayland desktop does not let programs type (it lacks the virtual keyboard protocol); "
            "use an X11 session, or a compositor such as sway."
        )
    if "connect" in complaint or "Wayland" in complaint:
        return "Text cannot be typed: no Wayland desktop answers at WAYLAND_DISPLAY."
    return "wtype could not type the text; see that it runs in a terminal (wtype hello)."


def focused(node: Any) -> Window | None:
    """The focused window in sway's tree (sway-ipc(7), GET_TREE). Pure."""
    if not isinstance(node, dict):
        return None
    if node.get("focused") and node.get("pid"):
        properties = node.get("window_properties") or {}
        return Window(
            id=str(node.get("id")),
            title=str(node.get("name") or ""),
            class_name=str(node.get("app_id") or properties.get("class") or ""),
            pid=int(node["pid"]),
        )
    for child in [*node.get("nodes", []), *node.get("floating_nodes", [])]:
        found = focused(child)
        if found:
            return found
    return None
