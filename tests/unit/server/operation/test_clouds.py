"""Figures of cloud engines for scrapers."""

from prometheus_client import CollectorRegistry, generate_latest

from desktop.engine.cloud.meter import Figures
from desktop.engine.requests import Stage
from desktop.server.operation.clouds import CloudCounts, as_json

FIGURES = Figures(
    "deepgram",
    "Deepgram",
    Stage.RECOGNITION,
    200,
    198,
    5,
    {"stall": 1, "busy": 1},
    90.5,
    0,
    0.0116,
    0.3,
    0.5,
    0.8,
    True,
)


def test_each_figure_has_its_engine_and_stage() -> None:
    registry = CollectorRegistry()
    registry.register(CloudCounts(lambda: (FIGURES,)))
    lines = generate_latest(registry).decode().splitlines()
    of = '{engine="deepgram",stage="recognition"'
    for line in (
        f"parley_cloud_requests_total{of}}} 200.0",
        f"parley_cloud_answers_total{of}}} 198.0",
        f"parley_cloud_fallbacks_total{of}}} 5.0",
        f"parley_cloud_audio_seconds_total{of}}} 90.5",
        f"parley_cloud_dollars_total{of}}} 0.0116",
        'parley_cloud_failures_total{engine="deepgram",kind="stall",stage="recognition"} 1.0',
        f"parley_cloud_used{of}}} 1.0",
        'parley_cloud_latency_seconds{engine="deepgram",quantile="0.95",stage="recognition"} 0.5',
    ):
        assert line in lines


def test_nothing_used_is_nothing_counted() -> None:
    registry = CollectorRegistry()
    registry.register(CloudCounts(lambda: ()))
    assert not [line for line in generate_latest(registry).decode().splitlines() if not line.startswith("#")]
    assert as_json(()) == []


def test_the_same_as_objects() -> None:
    (found,) = as_json((FIGURES,))
    assert found["success_rate"] == 0.99
    assert found["latency_ms"] == {"p50": 300, "p95": 500, "p99": 800}
    assert found["failures"] == {"stall": 1, "busy": 1}
