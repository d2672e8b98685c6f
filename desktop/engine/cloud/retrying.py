"""Trying again what may work the next time, for work that can wait: exponential waits with jitter, within a deadline.

Live recognition does not try again: two seconds leave no room for it, and the next engine has the sound already. What
can wait are texts and the sound of a voice (tenacity does the waiting).
"""

import time
from collections.abc import Callable
from typing import TypeVar

from desktop.engine.cloud.errors import CloudFailed, Failure

Answer = TypeVar("Answer")

PASSING = frozenset({Failure.BUSY, Failure.DISCONNECT, Failure.RATE})
"""what may be over in a moment; a key, a quota or a wrong address are not"""
AGAIN = 0.6
"""seconds in which a text is tried again: what is left of two is the next engine's"""
_FIRST, _LONGEST = 0.1, 2.0


def retried(
    call: Callable[[], Answer],
    deadline: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Answer:
    """What the call gives within `deadline` seconds from now; a wait that a provider asks for is kept, or, where it is
    too long, not begun. Raises the last CloudFailed, or at once what is no passing trouble."""
    from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential, wait_random
    from tenacity.wait import wait_base

    until = clock() + deadline
    growing = wait_exponential(multiplier=_FIRST, max=_LONGEST) + wait_random(0, _FIRST)

    class Wait(wait_base):
        def __call__(self, retry_state: RetryCallState) -> float:
            error = retry_state.outcome.exception() if retry_state.outcome is not None else None
            asked = error.wait if isinstance(error, CloudFailed) and error.wait is not None else 0.0
            return max(asked, growing(retry_state))

    def is_over(retry_state: RetryCallState) -> bool:
        return clock() + retry_state.upcoming_sleep >= until

    trying = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, CloudFailed) and error.kind in PASSING),
        wait=Wait(),
        stop=is_over,
        sleep=sleep,
        reraise=True,
    )
    return trying(call)
