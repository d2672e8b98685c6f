"""What a load test makes of what came."""

import numpy as np
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from desktop.bench.figures.errors import summarized
from desktop.bench.load.distribution import answered, done_between
from desktop.bench.load.figures import success
from desktop.bench.load.speaker import Spoken
from desktop.bench.load.talks import Talk
from desktop.server.cluster.counts import GatewayCounts


class Counted:
    """What a gateway knows."""

    workers = 4
    silence = 0.5
    resubmitted = 2
    answered = {"one-1": 30, "two-2": 12}  # noqa: RUF012


def test_the_distribution_is_read_from_what_a_gateway_tells() -> None:
    registry = CollectorRegistry()
    registry.register(GatewayCounts(Counted()))
    text = generate_latest(registry).decode()
    assert answered(text) == {"one-1": 30, "two-2": 12}
    assert "parley_worker_slots 4.0" in text
    assert "parley_jobs_resubmitted_total 2.0" in text
    assert answered("parley_jobs_total 3.0\n") == {}


def test_what_was_done_before_is_not_counted() -> None:
    before = {"one": 10, "two": 5, "restarted": 50}
    after = {"one": 13, "two": 5, "new": 7, "restarted": 2}
    assert done_between(before, after) == {"new": 7, "one": 3, "restarted": 2}
    assert done_between({}, {}) == {}


def test_who_was_refused_or_cut_off_was_not_served() -> None:
    talk = Talk(np.zeros(0, np.float32), "", ())
    spoken = [Spoken(talk, is_told=True), Spoken(talk, is_told=True), Spoken(talk, refused="busy"), Spoken(talk)]
    assert success(spoken) == pytest.approx(0.5)
    assert success([]) == 0.0


def test_the_last_hundredth_is_shown() -> None:
    found = summarized([float(one) for one in range(101)])
    assert (found.median, found.p95, found.p99, found.maximum) == (50, 95, 99, 100)
