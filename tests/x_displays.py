"""Several X servers in one process of tests: python-xlib keeps extensions, their events and errors by their numbers
for all displays together, although each server has numbers of its own. Here each display keeps its own."""

from typing import Any

from Xlib import error
from Xlib.protocol import display, event


def keep_apart() -> None:
    """From now on, for every display that is opened. Twice is as good as once."""
    opened = display.Display.__init__
    if opened.__name__ == "apart":
        return

    def apart(self: Any, *arguments: Any, **options: Any) -> None:
        self.event_classes = event.event_class.copy()
        self.error_classes = error.xerror_class.copy()
        self.extension_major_opcodes = {}
        opened(self, *arguments, **options)

    display.Display.__init__ = apart
