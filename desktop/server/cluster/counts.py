"""What is measured of Redis and the workers, as gateways and workers tell it to scrapers. Any thread.

Both are read when somebody scrapes: the figures stand where the work is done.
"""

from collections.abc import Iterator
from typing import Protocol

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from desktop.engine.requests import Stage


class Gateway(Protocol):
    """What a gateway knows (`cluster/broker.py`)."""

    @property
    def workers(self) -> int: ...

    @property
    def silence(self) -> float: ...

    @property
    def resubmitted(self) -> int: ...

    @property
    def answered(self) -> dict[str, int]: ...


class Worker(Protocol):
    """What a worker knows (`cluster/worker.py`)."""

    @property
    def busy(self) -> int: ...

    @property
    def done(self) -> int: ...

    @property
    def failed(self) -> int: ...

    @property
    def claimed(self) -> int: ...

    @property
    def dead(self) -> int: ...


class GatewayCounts(Collector):
    """Of a gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def collect(self) -> Iterator[Metric]:
        gateway = self._gateway
        yield GaugeMetricFamily("parley_worker_slots", "Decodings that all workers do at a time.", gateway.workers)
        yield GaugeMetricFamily("parley_redis_silence_seconds", "Since Redis last answered.", gateway.silence)
        yield CounterMetricFamily(
            "parley_jobs_resubmitted", "Jobs that were put in again, as nobody answered.", gateway.resubmitted
        )
        answered = CounterMetricFamily(
            "parley_jobs_answered", "Jobs of this gateway, by the worker that took them.", labels=["worker"]
        )
        for worker, count in gateway.answered.items():
            answered.add_metric([worker], count)
        yield answered


class WorkerCounts(Collector):
    """Of a worker for a stage."""

    def __init__(self, worker: Worker, stage: Stage) -> None:
        self._worker = worker
        self._stage = stage.value

    def collect(self) -> Iterator[Metric]:
        worker = self._worker
        active = GaugeMetricFamily("parley_worker_jobs_active", "Jobs that are worked on.", labels=["stage"])
        active.add_metric([self._stage], worker.busy)
        yield active
        for name, text, value in (
            ("jobs_done", "Jobs that were answered.", worker.done),
            ("jobs_failed", "Those whose answer is an error.", worker.failed),
            ("jobs_claimed", "Jobs taken over from workers that died.", worker.claimed),
            ("jobs_dead", "Jobs that were given up.", worker.dead),
        ):
            family = CounterMetricFamily(f"parley_worker_{name}", text, labels=["stage"])
            family.add_metric([self._stage], value)
            yield family
