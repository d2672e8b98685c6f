"""What was copied in Parley's windows stays on the clipboard after Parley has ended. GUI thread only.

Under X11 and Wayland the clipboard's content goes with the program that has it. At the end a text is handed to the
program that pyperclip finds for that (xclip, wl-copy). Typing has its own way with the clipboard (`injector.x11`): it
keeps every format of what the user had copied, which pyperclip cannot.
"""

import contextlib
import logging
import os
from collections.abc import Iterator

from PyQt6.QtGui import QGuiApplication

log = logging.getLogger(__name__)


def hand_over() -> None:
    """Leave a text that was copied from Parley on the clipboard; to be called when the app is about to quit."""
    clipboard = QGuiApplication.clipboard()
    if clipboard is None or QGuiApplication.platformName() not in ("xcb", "wayland") or not clipboard.ownsClipboard():
        return
    text = clipboard.text()
    if not text:
        return
    import pyperclip

    try:
        with _without_output():
            pyperclip.copy(text)
    except (pyperclip.PyperclipException, OSError) as error:
        log.info("what was copied does not stay on the clipboard: %s", type(error).__name__)


@contextlib.contextmanager
def _without_output() -> Iterator[None]:
    """A program that is started within it keeps no pipe open that somebody reads from Parley: it outlives Parley."""
    kept = []
    with open(os.devnull, "wb") as null:  # noqa: PTH123  # os.devnull is a name for the system, no path of ours
        for descriptor in (1, 2):
            with contextlib.suppress(OSError):
                kept.append((descriptor, os.dup(descriptor)))
                os.dup2(null.fileno(), descriptor)
    try:
        yield
    finally:
        for descriptor, copy in kept:
            os.dup2(copy, descriptor)
            os.close(copy)
