"""Sentences for the user, on stderr, and results, on stdout. Main thread."""

import sys

from desktop.engine.text.visible import visible


def say(message: str) -> None:
    """One sentence, on a line of its own."""
    print(f"parley: {visible(message)}", file=sys.stderr, flush=True)


def shown(text: str) -> str:
    """A result with a name from outside in it: as it is for programs, harmless for a terminal."""
    return visible(text) if sys.stdout.isatty() else text
