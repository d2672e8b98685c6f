"""How far a measurement is, on standard error. Main thread."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def progress(total: float, unit: str) -> Iterator["Progress"]:
    """A progress bar on stderr, or a line for each step where that is no terminal."""
    shown = Progress(total, unit)
    try:
        yield shown
    finally:
        shown.close()


class Progress:
    """How far a measurement is."""

    def __init__(self, total: float, unit: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        self._is_terminal = sys.stderr.isatty()
        self._total, self._done, self._unit = total, 0.0, unit
        self._bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not self._is_terminal,
        )
        self._bar.start()
        self._task = self._bar.add_task("", total=total)

    def at(self, what: str) -> None:
        """What is measured now."""
        self._bar.update(self._task, description=what)
        if not self._is_terminal:
            print(f"{self._done:.0f} of {self._total:.0f} {self._unit}: {what}", file=sys.stderr, flush=True)

    def advance(self, amount: float) -> None:
        self._done += amount
        self._bar.advance(self._task, amount)

    def close(self) -> None:
        self._bar.stop()
