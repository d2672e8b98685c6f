"""What a keyboard is: what each platform implements, each in its own file. Used on the typist's thread."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Window:
    """A window that can receive text."""

    id: str
    """unique on the screen while the window lives"""
    title: str = ""
    class_name: str = ""
    """of the application, as the window system calls it ("firefox", "XTerm")"""
    pid: int = 0
    """process that owns the window; 0 if unknown"""

    @property
    def label(self) -> str:
        """How the user would call it."""
        return self.class_name or self.title or "the focused window"


class SendMethod(StrEnum):
    """How a chunk reaches the window."""

    KEYS = "keys"
    PASTE = "paste"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of text that is sent without asking again which window has the focus."""

    text: str
    how: SendMethod


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform lets Parley know."""

    checks_focus: bool
    """knows which window has the focus"""
    sees_user: bool
    """notices when the user types or clicks; without it text is never corrected"""
    caveat: str = ""
    """one sentence about what cannot be checked here; empty if everything can"""


Guard = Callable[[], bool]
"""True while typing may go on; cheap, asked before each character."""


class Keyboard(Protocol):
    """Types into the focused window. Used from one thread."""

    capabilities: Capabilities

    def focused_window(self) -> Window | None:
        """The window that receives what is typed now; None if there is none or it cannot be known."""

    def text_before_caret(self, window: Window) -> str | None:
        """What stands in the focused field of `window` before the caret, its end at least; empty at the field's
        beginning; None where the platform or the application does not say, and where it is a password. Returns within
        a tenth of a second; never raises."""

    def user_actions(self) -> int:
        """A counter that grows whenever the user, not Parley, presses a key or a mouse button."""

    def chunks(self, text: str, window: Window) -> list[Chunk]:
        """How `text` is to be sent to `window`."""

    def send(self, chunk: Chunk, window: Window, guard: Guard) -> int:
        """Send one chunk; how many of its characters went out (fewer if the guard said no). Raises TypingError."""

    def backspace(self, count: int, guard: Guard) -> int:
        """Delete `count` characters before the caret; how many were deleted. Raises TypingError."""

    def close(self) -> None:
        """Give everything back, the user's clipboard too. Idempotent."""
