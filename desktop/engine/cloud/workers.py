"""Calls that end in time, whatever a library does: looking up a name, a handshake and a lost packet may each stand
still for minutes, and no thread can be ended from outside.

So a call runs on a thread of its own; one that takes too long is left behind, and its answer, should it ever come, is
dropped. Called from one thread at a time.
"""

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

Answer = TypeVar("Answer")

_MOST_LEFT = 4
"""calls that may stand still at a time: more would fill the memory with threads"""


class OutOfTime(Exception):
    """The call was left behind."""


class Runner(Protocol):
    """What has calls done in time: `Workers`, or a simulation's."""

    def run(self, seconds: float, call: Callable[[], Answer]) -> Answer: ...

    def aside(self, call: Callable[[], object]) -> None: ...

    def close(self) -> None: ...


class _Call:
    def __init__(self, run: Callable[[], Any]) -> None:
        self._run = run
        self.is_over = threading.Event()
        self.answer: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.answer = self._run()
        except BaseException as error:
            self.error = error
        finally:
            self.is_over.set()


class Workers:
    """One thread that works, made when it is needed, and those that were left behind."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._calls: SimpleQueue[_Call | None] | None = None
        self._left: list[_Call] = []

    def run(self, seconds: float, call: Callable[[], Answer]) -> Answer:
        """What the call gives. Raises what it raises; OutOfTime when it takes longer than `seconds`, or at once while
        too many others stand still."""
        self._left = [one for one in self._left if not one.is_over.is_set()]
        if len(self._left) >= _MOST_LEFT:
            raise OutOfTime
        if self._calls is None:
            self._calls = SimpleQueue()
            threading.Thread(target=_work, args=(self._calls,), name=self._name, daemon=True).start()
        one = _Call(call)
        self._calls.put(one)
        if not one.is_over.wait(seconds):
            self._left.append(one)
            self.close()
            raise OutOfTime
        error, one.error = one.error, None
        if error is not None:
            try:
                raise error
            finally:
                del error  # its traceback holds this frame
        answer: Answer = one.answer
        return answer

    def aside(self, call: Callable[[], object]) -> None:
        """Have something done that nobody waits for, as closing what may stand still. Returns at once."""
        threading.Thread(target=_quietly, args=(call,), name=f"{self._name}-close", daemon=True).start()

    def close(self) -> None:
        """Let the thread end after what it does; returns at once. May be used again."""
        calls, self._calls = self._calls, None
        if calls is not None:
            calls.put(None)


def _work(calls: "SimpleQueue[_Call | None]") -> None:
    while (one := calls.get()) is not None:
        one.run()
        del one  # or its answer stays until the next one


def _quietly(call: Callable[[], object]) -> None:
    try:
        call()
    except Exception:  # it is thrown away
        return
