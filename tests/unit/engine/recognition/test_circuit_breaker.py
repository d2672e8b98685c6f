"""The circuit breaker, against a plain model of what it should do."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.recognition.circuit_breaker import BreakerState, CircuitBreaker


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_opens_recovers_and_closes() -> None:
    clock = Clock()
    breaker = CircuitBreaker(2, 30.0, clock)
    breaker.failed()
    assert breaker.state is BreakerState.CLOSED
    clock.now = 10
    breaker.failed()
    assert breaker.state is BreakerState.OPEN
    assert not breaker.lets_through
    clock.now = 39.9
    assert breaker.state is BreakerState.OPEN
    clock.now = 40
    assert breaker.state is BreakerState.HALF_OPEN
    assert breaker.lets_through
    breaker.succeeded()
    assert breaker.state is BreakerState.CLOSED
    breaker.failed()
    assert breaker.state is BreakerState.CLOSED, "what was before the recovery is forgotten"


def test_one_failure_on_trial_opens_it_again_for_the_whole_time() -> None:
    clock = Clock()
    breaker = CircuitBreaker(3, 30.0, clock)
    for _ in range(3):
        breaker.failed()
    clock.now = 31
    breaker.failed()
    clock.now = 60.9
    assert breaker.state is BreakerState.OPEN
    clock.now = 61
    assert breaker.state is BreakerState.HALF_OPEN


def test_failures_far_apart_do_not_open_it_and_successes_between_do_not_hide_them() -> None:
    clock = Clock()
    breaker = CircuitBreaker(2, 30.0, clock)
    for _ in range(5):
        breaker.failed()
        clock.now += 30
    assert breaker.state is BreakerState.CLOSED
    for _ in range(2):
        breaker.failed()
        breaker.succeeded()
        clock.now += 5
    assert breaker.state is BreakerState.OPEN


def test_reset_forgets() -> None:
    breaker = CircuitBreaker(1, 30.0, Clock())
    breaker.failed()
    breaker.reset()
    assert breaker.state is BreakerState.CLOSED


@given(
    st.integers(1, 5),
    st.integers(1, 60),
    st.lists(st.tuples(st.sampled_from(["failed", "succeeded"]), st.integers(0, 40)), max_size=60),
)
def test_any_history_is_as_the_plain_model_says(failures: int, recovery: int, history: list[tuple[str, int]]) -> None:
    clock = Clock()
    breaker = CircuitBreaker(failures, recovery, clock)
    counted: list[float] = []
    opened: float | None = None
    for what, pause in history:
        clock.now += pause
        is_open = opened is not None and clock.now - opened < recovery
        assert breaker.lets_through is not is_open
        if what == "failed" and not is_open:
            counted.append(clock.now)
            recent = [at for at in counted if clock.now - at < recovery]
            if opened is not None or len(recent) >= failures:
                opened, counted = clock.now, []
        elif what == "succeeded" and opened is not None and not is_open:
            opened = None
        getattr(breaker, what)()
        state = breaker.state
        assert (state is BreakerState.CLOSED) is (opened is None)
        assert (state is BreakerState.OPEN) is (opened is not None and clock.now - opened < recovery)
