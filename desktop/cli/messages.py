"""Sentences for the user, on stderr. Main thread."""

import sys


def say(message: str) -> None:
    """One sentence, on a line of its own."""
    print(f"parley: {message}", file=sys.stderr, flush=True)
