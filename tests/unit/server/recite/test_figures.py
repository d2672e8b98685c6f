"""How long the windows of new readers are, and what is told of all."""

from desktop.server.limits import ReciteLimits
from desktop.server.protocols.recite.figures import ReciteFigures


def test_windows_of_new_readers_follow_the_latency_within_bounds() -> None:
    figures = ReciteFigures(ReciteLimits())
    assert figures.connected() == 2.0
    for _ in range(10):
        figures.answered(900)
    assert figures.connected() == 2.5
    for _ in range(9):
        last = figures.connected()
    assert (last, figures.window) == (4.5, 5.0), "no longer than five seconds"
    for _ in range(1000):
        figures.answered(100)
    for _ in range(20):
        last = figures.connected()
    assert (last, figures.window) == (0.5, 1.0)
    for _ in range(1000):
        figures.answered(500)
    assert figures.connected() == 0.5, "between both it stays"


def test_what_is_told_of_all() -> None:
    figures = ReciteFigures(ReciteLimits())
    assert figures.record()["p95_latency_ms"] == 0.0
    figures.connected()
    figures.connected()
    figures.left()
    for number in range(1, 2001):
        figures.answered(number)
    figures.failures, figures.dropped = 2, 3
    assert figures.record() == {
        "active_connections": 1,
        "avg_latency_ms": 1500.5,
        "p95_latency_ms": 1950.0,
        "asr_failure_count": 2,
        "dropped_segments": 3,
        "latency_sample_count": 1000,
        "adaptive_window_seconds": 2.5,
    }
