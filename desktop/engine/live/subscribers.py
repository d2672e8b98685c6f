"""Those who hear of everything that the engine tells."""

import logging
import threading
from collections.abc import Callable

from desktop.engine.events import Event

log = logging.getLogger(__name__)

Subscriber = Callable[[Event], None]


class Subscribers:
    """They may come and go on any thread, also while they are told something."""

    def __init__(self) -> None:
        self._all: tuple[Subscriber, ...] = ()
        self._changing = threading.Lock()

    def add(self, subscriber: Subscriber) -> Callable[[], None]:
        """Returns the function that removes it."""
        with self._changing:
            self._all = (*self._all, subscriber)

        def remove() -> None:
            with self._changing:
                self._all = tuple(one for one in self._all if one is not subscriber)

        return remove

    def tell(self, event: Event) -> None:
        """Hand an event to each, on this thread; one that fails keeps nobody else from it."""
        for subscriber in self._all:
            try:
                subscriber(event)
            except Exception:
                log.exception("a subscriber failed")
