"""Sentences for the user, on stderr, and results, on stdout. Main thread."""

import sys
from collections.abc import Callable

from desktop.engine.text.visible import visible

_teller: Callable[[str], None] | None = None


def say(message: str) -> None:
    """One sentence, on a line of its own."""
    if _teller is not None:
        _teller(visible(message))
    else:
        print(f"parley: {visible(message)}", file=sys.stderr, flush=True)


def say_through(tell: Callable[[str], None] | None) -> None:
    """Hand the sentences to `tell` from now on, where something else than a person reads standard error; None: print
    them."""
    global _teller
    _teller = tell


def shown(text: str) -> str:
    """A result with a name from outside in it: as it is for programs, harmless for a terminal."""
    return visible(text) if sys.stdout.isatty() else text
