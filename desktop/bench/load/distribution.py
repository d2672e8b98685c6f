"""Which worker did how much, as the server's metrics tell it before and after."""

from collections.abc import Mapping
from urllib.error import URLError
from urllib.request import Request, urlopen

from prometheus_client.parser import text_string_to_metric_families

_ANSWERED = "parley_jobs_answered"


def fetched(url: str, token: str = "") -> dict[str, int]:
    """Jobs by worker so far; empty where the server has its models itself, or does not tell. url: of the server,
    http."""
    headers = {"Accept": "text/plain"} | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urlopen(Request(f"{url}metrics", headers=headers), timeout=10) as answer:
            return answered(answer.read().decode())
    except (URLError, OSError, ValueError):
        return {}


def answered(text: str) -> dict[str, int]:
    """The same from metrics in Prometheus' text format. Raises ValueError."""
    return {
        sample.labels["worker"]: int(sample.value)
        for family in text_string_to_metric_families(text)
        if family.name == _ANSWERED
        for sample in family.samples
        if sample.name == f"{_ANSWERED}_total"
    }


def done_between(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """Jobs by worker, who did most first; without those that did nothing. After a restart of the server its counts
    begin again."""
    done = {
        worker: count - (before.get(worker, 0) if count >= before.get(worker, 0) else 0)
        for worker, count in after.items()
    }
    return {worker: count for worker, count in sorted(done.items(), key=lambda one: -one[1]) if count}
