"""One stage of a session: what waits for its model, and the work under way. Pure.

Every final is done, in order; of everything else only the newest. One piece of work is out at a time, so what is
begun is always the newest there is.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from typing import Any, Generic, TypeVar

from desktop.engine.requests import Kind, Request, Stage

Item = TypeVar("Item")
Handling = Generator[Any, Any, None]
"""Yields work, is sent its answers or thrown what failed. Lets no Exception out."""


class Track(Generic[Item]):
    """handle: does one item. ask: gets each Request. ids: of the requests.

    is_known: whether a final needs no work now; it is then done at once, without waiting for the model's turn.
    is_optional: whether work is not worth doing any more when something newer waits.
    """

    def __init__(
        self,
        stage: Stage,
        handle: Callable[[Item], Handling],
        ask: Callable[[Request], None],
        ids: Iterator[int],
        is_known: Callable[[Item], bool] = lambda _: False,
        is_optional: Callable[[Any], bool] = lambda _: False,
    ) -> None:
        self.stage = stage
        self._handle = handle
        self._ask = ask
        self._ids = ids
        self._is_known = is_known
        self._is_optional = is_optional
        self.finals: deque[Item] = deque()
        """those that wait"""
        self._newest: tuple[Item, Kind] | None = None
        self._running: Handling | None = None
        self._work: Any = None
        """what the running item needs next, until it is begun"""
        self._request: Request | None = None
        self._is_begun = False
        self.coalesced = 0
        """items that newer ones replaced"""

    def __len__(self) -> int:
        """Items that wait."""
        return len(self.finals) + (self._newest is not None)

    @property
    def is_idle(self) -> bool:
        """Nothing waits and nothing is under way."""
        return not len(self) and self._running is None

    def put(self, item: Item, kind: Kind) -> None:
        """Add an item; anything but a final is replaced by whatever comes next."""
        self.coalesced += self._newest is not None
        self._newest = None
        if kind is Kind.FINAL:
            self.finals.append(item)
        else:
            self._newest = (item, kind)
        self._go_on()

    def drop(self) -> None:
        """Forget what waits; what is under way goes on."""
        self.finals.clear()
        self._newest = None

    def begin(self, request_id: int) -> Any:
        """The work of a request whose turn has come. None: there is nothing to do for it any more."""
        request = self._request
        if request is None or request.id != request_id or self._is_begun:
            return None
        if (running := self._running) is not None and self._newest is not None and self._is_optional(self._work):
            self._step(lambda: running.send(None))
        if self._running is None and len(self):
            self._start()
        if self._running is None:
            self._request = None
            self._go_on()
            return None
        work, self._work = self._work, None
        self._is_begun = True
        return work

    def deliver(self, request_id: int, answer: Any) -> bool:
        """The answer to a request that was begun; an Exception: it failed. False: nobody waits for it."""
        request, running = self._request, self._running
        if request is None or request.id != request_id or not self._is_begun or running is None:
            return False
        self._request, self._is_begun = None, False
        if isinstance(answer, Exception):
            self._step(lambda: running.throw(answer))
        else:
            self._step(lambda: running.send(answer))
        if self._running is not None:
            self._send(request.kind)
        else:
            self._go_on()
        return True

    def _start(self) -> None:
        if self.finals:
            item = self.finals.popleft()
        else:
            assert self._newest is not None
            item, self._newest = self._newest[0], None
        self._running = running = self._handle(item)
        self._step(lambda: next(running))

    def _step(self, advance: Callable[[], Any]) -> None:
        try:
            self._work = advance()
        except StopIteration:
            self._running = None

    def _go_on(self) -> None:
        """Ask for what is next, unless that is under way or asked for."""
        while self._running is None and self.finals and self._is_known(self.finals[0]):
            self._start()
            if self._running is not None:
                self._send(Kind.FINAL)
        if self._running is not None:
            return
        kind = Kind.FINAL if self.finals else self._newest[1] if self._newest is not None else None
        if kind is not None and (self._request is None or self._request.kind is not kind):
            self._send(kind)

    def _send(self, kind: Kind) -> None:
        replaced = self._request.id if self._request is not None else None
        self._request = Request(next(self._ids), self.stage, kind, replaced)
        self._ask(self._request)
