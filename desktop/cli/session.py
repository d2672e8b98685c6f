"""One engine for a command: it runs on its own thread, its events are read on the main one.

The terminal may be slow (a pager, a full pipe) without holding up the engine, and Ctrl+C, SIGTERM or SIGHUP can arrive
at any instruction of the main thread: for the first one, their handler only puts a mark into a reentrant queue.
"""

import contextlib
import queue
import signal
import threading
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Any, Self

from desktop.cli.ready_models import ready_models
from desktop.cli.signals import Interrupted, caught
from desktop.engine.audio.sources.base import Source
from desktop.engine.engine import Engine
from desktop.engine.errors import EngineError, FileUnreadable
from desktop.engine.events import AudioLevel, ErrorEvent, Event, Severity, State, StateChanged
from desktop.engine.live.backends import Backends
from desktop.engine.message import verbatim
from desktop.messages import text_of
from desktop.settings.declaration import Settings

_LOOK = 0.2
"""seconds"""


class EngineSession:
    """Context manager that runs an Engine on a thread and yields its events on the main thread.

    live: somebody follows the words while they are spoken.
    interrupted_by: the first signal that asked to stop, or None. The second one raises KeyboardInterrupt, wherever the
    main thread is.
    errors: what went wrong since the last `listen`, as (code, message).
    """

    def __init__(self, settings: Settings, backends: Backends | None = None, *, live: bool = True) -> None:
        self.engine = Engine(settings, backends, live=live)
        self.interrupted_by: signal.Signals | None = None
        self.errors: list[tuple[str, str]] = []
        self._inbox: queue.SimpleQueue[Event | signal.Signals] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self.engine.run, name="parley-engine", daemon=True)
        self._is_waiting = False
        self._handlers: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        ready_models()
        self.engine.subscribe(self._take)
        for number in caught():
            self._handlers[number] = signal.signal(number, self._interrupt)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.engine.close()
            self._thread.join(6.0)
        finally:
            for number, handler in self._handlers.items():
                signal.signal(number, handler)

    def listen(self, source: Source | None) -> Iterator[Event]:
        """Start, and give every event until all that was heard is done. The first Ctrl+C or SIGTERM ends
        listening, not the work on what was heard, nor on what has come out of a pipe; the second raises
        KeyboardInterrupt.

        Raises EngineError if the engine cannot listen or gives up."""
        self.errors = []
        self.engine.start(source)
        is_stopped = False
        while True:
            with self._waiting():
                item = self._next()
            if isinstance(item, signal.Signals):
                if is_stopped:
                    raise Interrupted(self.interrupted_by or item)
                is_stopped = True
                end_early = getattr(source, "end_early", None)
                if end_early is None or not end_early():
                    self.engine.stop()
                continue
            if isinstance(item, ErrorEvent) and item.severity is Severity.ERROR:
                self.errors.append((item.code, text_of(item)))
                if not item.recoverable:
                    continue  # the state that follows says the same
            if isinstance(item, StateChanged) and item.state is State.FAILED:
                code = self.errors[-1][0] if self.errors else "engine"
                if is_stopped and code == FileUnreadable.code:
                    return  # nothing had come out of a pipe yet
                raise EngineError(item.detail or verbatim("The engine gave up; look into the log."), code=code)
            yield item
            if isinstance(item, StateChanged) and item.state is State.IDLE:
                return
            if isinstance(item, ErrorEvent) and item.code == "internal":
                raise EngineError(item.message, code=item.code)

    def _next(self) -> Event | signal.Signals:
        """Waits by short pieces: a signal that comes just before the wait does not end it, and its handler runs only
        when the main thread is awake."""
        while True:
            with contextlib.suppress(queue.Empty):
                return self._inbox.get(timeout=_LOOK)

    def _take(self, event: Event) -> None:
        """On the engine's thread. Nobody here looks at the level."""
        if not isinstance(event, AudioLevel):
            self._inbox.put(event)

    @contextlib.contextmanager
    def _waiting(self) -> Iterator[None]:
        """For events, where a signal is found in the queue; elsewhere, whoever wrote may stand still."""
        self._is_waiting = True
        try:
            yield
        finally:
            self._is_waiting = False

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        is_second = self.interrupted_by is not None
        if not is_second:
            self.interrupted_by = signal.Signals(number)
        self._inbox.put(signal.Signals(number))
        if is_second and not self._is_waiting:
            raise Interrupted(self.interrupted_by or number)
