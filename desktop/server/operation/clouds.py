"""What is measured of cloud engines, as scrapers read it: `CloudCounts`, and as JSON. Any thread; read when somebody
asks. Counts, seconds and dollars, never what was sent."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from desktop.engine.cloud.meter import Figures

_OF = ("engine", "stage")


class CloudCounts(Collector):
    """figures: gives those of now."""

    def __init__(self, figures: Callable[[], Sequence[Figures]]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        found = self._figures()
        counts: tuple[tuple[str, str, Callable[[Figures], float]], ...] = (
            ("requests", "Pieces of work that were sent.", lambda one: one.asked),
            ("answers", "Pieces of work that were answered.", lambda one: one.answered),
            ("fallbacks", "Pieces of work that another engine did in its place.", lambda one: one.fallbacks),
            ("audio_seconds", "Seconds of sound that were sent.", lambda one: one.seconds),
            ("characters", "Characters of text that were sent.", lambda one: one.characters),
            ("dollars", "What that costs by the list price, in US dollars.", lambda one: one.dollars),
        )
        for name, help_, value in counts:
            family = CounterMetricFamily(f"parley_cloud_{name}", help_, labels=_OF)
            for one in found:
                family.add_metric([one.engine, one.stage.value], value(one))
            yield family
        failures = CounterMetricFamily("parley_cloud_failures", "What went wrong.", labels=[*_OF, "kind"])
        used = GaugeMetricFamily("parley_cloud_used", "1: work goes there; 0: it is left alone.", labels=_OF)
        latency = GaugeMetricFamily(
            "parley_cloud_latency_seconds", "Until an answer, of the last thousand.", labels=[*_OF, "quantile"]
        )
        for one in found:
            labels = [one.engine, one.stage.value]
            for kind, count in one.failures.items():
                failures.add_metric([*labels, kind], count)
            used.add_metric(labels, float(one.is_used))
            for quantile, seconds in (("0.5", one.p50), ("0.95", one.p95), ("0.99", one.p99)):
                latency.add_metric([*labels, quantile], seconds)
        yield from (failures, used, latency)


def as_json(figures: Sequence[Figures]) -> list[dict[str, Any]]:
    """The same as objects."""
    return [
        {
            "engine": one.engine,
            "stage": one.stage.value,
            "requests": one.asked,
            "answers": one.answered,
            "success_rate": round(one.success, 4),
            "fallbacks": one.fallbacks,
            "failures": dict(one.failures),
            "audio_seconds": round(one.seconds, 1),
            "characters": one.characters,
            "dollars": round(one.dollars, 4),
            "latency_ms": {"p50": _ms(one.p50), "p95": _ms(one.p95), "p99": _ms(one.p99)},
            "is_used": one.is_used,
        }
        for one in figures
    ]


def _ms(seconds: float) -> int:
    return round(1000 * seconds)
