"""What the latency panel shows, from events."""

import os
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import ErrorEvent, Metrics, ModelProgress, ModelUnloaded, Severity, State, StateChanged
from desktop.engine.latency import REMEMBERED, LatencyLog, ProcessUsage, Usage, percentile
from desktop.engine.message import Message, verbatim


def metrics(
    latency: dict[str, float] | None = None, *, dropped: float = 0, coalesced: int = 0, queued: int = 0
) -> Metrics:
    return Metrics(
        latency or {}, {"recognition": queued, "speech": 1}, dropped, coalesced, "Whisper small", "", "Piper", 0.5
    )


def test_percentiles_of_each_stage_in_the_order_of_the_pipeline() -> None:
    log = LatencyLog()
    for number in range(1, 101):
        log.add(metrics({"speech": 2.0 + number, "partial": number / 100, "unknown": 1.0}), float(number))
    shown = log.snapshot(101.0)
    assert list(shown.stages) == ["partial", "speech"]
    partial = shown.stages["partial"]
    assert (partial.count, partial.latest) == (100, 1.0)
    assert abs(partial.p50 - 0.505) < 1e-9
    assert abs(partial.p95 - 0.9505) < 1e-9
    assert abs(partial.p99 - 0.9901) < 1e-9
    assert [point.at for point in partial.series] == [float(number) for number in range(1, 101)]


def test_a_latency_that_is_only_repeated_counts_once() -> None:
    log = LatencyLog()
    for at in range(50):
        log.add(metrics({"final": 0.7}), float(at))
    log.add(metrics({"final": 0.9}), 50.0)
    assert log.snapshot(51.0).stages["final"].count == 2


def test_counts_begin_when_somebody_looks() -> None:
    log = LatencyLog()
    assert log.snapshot(0.0).dropped_seconds == 0
    log.add(metrics(dropped=3.0, coalesced=40), 1.0)
    assert (log.snapshot(1.0).dropped_seconds, log.snapshot(1.0).coalesced) == (0.0, 0)
    log.add(metrics(dropped=3.5, coalesced=47), 2.0)
    assert (log.snapshot(2.0).dropped_seconds, log.snapshot(2.0).coalesced) == (0.5, 7)


def test_queues_fallbacks_errors_and_models() -> None:
    log = LatencyLog()
    log.add(metrics(queued=4), 1.0)
    log.add(ErrorEvent("fallback", verbatim("A took over."), Severity.WARNING), 2.0)
    log.add(ErrorEvent("backend-failed", verbatim("It failed."), Severity.ERROR), 2.0)
    log.add(ErrorEvent("resumed", verbatim("The sound is back."), Severity.INFO), 2.0)
    log.add(ModelProgress("translation", "Argos", 0.5), 2.0)
    shown = log.snapshot(3.0)
    assert shown.queued == {"recognition": 4, "speech": 1}
    assert [point.value for point in shown.queue_depth] == [5.0]
    assert (shown.fallbacks, shown.last_fallback) == (1, verbatim("A took over."))
    assert (shown.errors, shown.spoken_queue) == (1, 0.5)
    assert shown.models == {"recognition": "Whisper small", "speech": "Piper"}
    log.add(ModelProgress("translation", "Argos", 1.0), 4.0)
    log.add(ModelUnloaded("speech", "Piper"), 5.0)
    log.add(StateChanged(State.IDLE), 5.0)
    assert log.snapshot(6.0).models == {"recognition": "Whisper small", "translation": "Argos"}


def test_how_recognition_keeps_up_is_that_of_the_newest_metrics() -> None:
    log = LatencyLog()
    before = log.snapshot(0.0)
    assert (before.pace, before.busy, before.backlog) == ((), 0.0, 0.0)
    log.add(replace(metrics(), pace=(Message("reduced-to-sentences"),), busy=0.8, backlog=3.5), 1.0)
    shown = log.snapshot(1.0)
    assert (shown.pace, shown.busy, shown.backlog) == ((Message("reduced-to-sentences"),), 0.8, 3.5)
    log.add(metrics(), 2.0)
    assert log.snapshot(2.0).pace == ()


def test_series_are_bounded_and_a_snapshot_stays_as_it_is() -> None:
    log = LatencyLog()
    for at in range(2 * REMEMBERED):
        log.add(metrics({"partial": float(at)}), float(at))
        shown = log.snapshot(float(at), Usage(0.5, 1000))
    for series in (shown.stages["partial"].series, shown.queue_depth, shown.cpu, shown.memory):
        assert len(series) == REMEMBERED
        assert series[-1].at == 2 * REMEMBERED - 1
    log.add(metrics({"partial": -1.0}, queued=9), 1e6)
    assert shown.stages["partial"].latest == 2 * REMEMBERED - 1
    assert shown.queued["recognition"] == 0


@given(st.lists(st.floats(0, 100), min_size=1), st.floats(0, 100))
def test_a_percentile_lies_among_the_values(values: list[float], percent: float) -> None:
    ordered = sorted(values)
    found = percentile(ordered, percent)
    assert ordered[0] <= found <= ordered[-1] + 1e-9
    assert percentile(ordered, 0) == ordered[0]
    assert percentile(ordered, 100) == ordered[-1]


def test_the_process_is_looked_at_for_real() -> None:
    usage = ProcessUsage()
    before = os.times()
    # The system counts in steps of 10 ms.
    while os.times().user < before.user + 0.1:
        sum(number * number for number in range(10_000))
    seen = usage.look()
    assert seen.cpu > 0
    assert 10_000_000 < seen.memory < 10_000_000_000
