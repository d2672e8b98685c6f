"""What each piece of work for a cloud engine passes: policy, network, cap, time; and what is counted of it."""

import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.cloud.catalogue import ENGINES, FREE, Price
from desktop.engine.cloud.credentials import one_line
from desktop.engine.cloud.errors import CloudFailed, CloudLimit, Failure, Limit, http_failure, kind_of
from desktop.engine.cloud.guard import MORE, Guard, Rules
from desktop.engine.cloud.meter import Meter, percentile
from desktop.engine.cloud.options import CloudOptions
from desktop.engine.cloud.retrying import retried
from desktop.engine.cloud.spending import Spending
from desktop.engine.cloud.workers import OutOfTime, Workers
from desktop.engine.requests import Stage
from desktop.messages import text_of
from tests.waiting import wait_until

MINUTE = Price(0.6, "minute", "https://example.org")


class Guarded:
    def __init__(self, price: Price = MINUTE, *, is_here: bool = False) -> None:
        self.spending = Spending(None)
        self.cap = 1.0
        self.is_never = self.is_metered = False
        rules = Rules(self.spending, lambda: self.cap, lambda: self.is_never, lambda: self.is_metered)
        self.meter = Meter("one", "One", Stage.RECOGNITION, price)
        self.guard = Guard("One", self.meter, rules, is_here=is_here, extra="one")
        self.asked = 0

    def ask(self, seconds: float = 10.0) -> str:
        def call() -> str:
            self.asked += 1
            return "yes"

        return self.guard.do("final", call, seconds=seconds)


@pytest.fixture
def guarded() -> Iterator[Guarded]:
    made = Guarded()
    yield made
    made.guard.close()


def test_what_is_sent_is_counted(guarded: Guarded) -> None:
    assert guarded.ask() == "yes"
    figures = guarded.meter.figures()
    assert (figures.asked, figures.answered, figures.success) == (1, 1, 1.0)
    assert figures.seconds == 10.0
    assert figures.dollars == pytest.approx(0.1)
    assert guarded.spending.dollars == pytest.approx(0.1)
    assert 0 < figures.p50 <= figures.p95 <= figures.p99 < 1


@pytest.mark.parametrize(
    ("forbid", "kind"),
    [
        (lambda one: setattr(one, "is_never", True), Failure.POLICY),
        (lambda one: setattr(one, "is_metered", True), Failure.METERED),
        (lambda one: setattr(one, "cap", 0.05), Failure.CAP),
    ],
)
def test_what_may_not_be_sent_is_not(guarded: Guarded, forbid: Callable[[Guarded], None], kind: Failure) -> None:
    forbid(guarded)
    with pytest.raises(CloudFailed) as refused:
        guarded.ask()
    assert refused.value.kind is kind
    assert guarded.asked == 0
    figures = guarded.meter.figures()
    assert (figures.seconds, figures.dollars, figures.failures) == (0, 0, {kind.value: 1})


def test_the_cap_of_a_day_is_never_passed(guarded: Guarded) -> None:
    for _ in range(10):
        guarded.ask()
    with pytest.raises(CloudFailed):
        guarded.ask()
    assert guarded.spending.dollars <= 1.0 + 1e-9


def test_what_costs_nothing_needs_no_dollars() -> None:
    one = Guarded(FREE)
    one.cap = 0.0
    one.spending.add(5.0)
    assert one.ask() == "yes"
    one.guard.close()


def test_what_stays_on_this_machine_does_not_mind_the_network() -> None:
    one = Guarded(is_here=True)
    one.is_metered = True
    assert one.ask() == "yes"
    one.guard.close()


def test_a_call_that_stands_still_is_left_behind(guarded: Guarded) -> None:
    stands = threading.Event()
    with pytest.raises(CloudFailed) as stalled:
        guarded.guard.do("partial", lambda: stands.wait(30), most=0.05)
    assert stalled.value.kind is Failure.STALL
    assert guarded.ask() == "yes", "another thread works meanwhile"
    stands.set()
    assert guarded.meter.figures().failures == {"stall": 1}


def test_calls_that_stand_still_do_not_fill_the_memory() -> None:
    stands = threading.Event()
    workers = Workers("test-cloud")
    before = threading.active_count()
    for _ in range(20):
        with pytest.raises(OutOfTime):
            workers.run(0.01, lambda: stands.wait(30))
    assert threading.active_count() <= before + 5
    stands.set()
    assert wait_until(lambda: not [one for one in threading.enumerate() if one.name == "test-cloud"])
    assert workers.run(1.0, lambda: 7) == 7
    workers.close()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConnectionRefusedError(), "refused"),
        (TimeoutError(), "stall"),
        (ConnectionResetError(), "disconnect"),
        (ModuleNotFoundError(), "library"),
        (ValueError("what the provider said"), "garbage"),
        (CloudFailed(Failure.KEY, "One"), "key"),
        (CloudLimit(Limit.SIZE, "One"), "size"),
    ],
)
def test_whatever_a_library_raises_is_one_kind_and_says_nothing_of_it(
    guarded: Guarded, error: Exception, kind: str
) -> None:
    def call() -> None:
        raise error

    with pytest.raises((CloudFailed, CloudLimit)) as raised:
        guarded.guard.do("final", call)
    assert kind_of(raised.value) == kind
    assert "provider" not in text_of(raised.value)
    assert guarded.meter.figures().failures == {kind: 1}


def test_live_work_leaves_the_next_engine_its_time(guarded: Guarded) -> None:
    guarded.ask()
    assert MORE < guarded.guard.limit("final") < MORE + 0.3
    assert guarded.guard.limit("never done") < 2.0


@pytest.mark.parametrize(
    ("status", "more", "kind"),
    [
        (401, {}, Failure.KEY),
        (403, {}, Failure.FORBIDDEN),
        (402, {}, Failure.QUOTA),
        (456, {}, Failure.QUOTA),
        (429, {"is_quota": True}, Failure.QUOTA),
        (429, {"retry_after": "7"}, Failure.RATE),
        (429, {"retry_after": "Fri, 27 Nov 2026 20:00:00 GMT"}, Failure.RATE),
        (404, {}, Failure.SETTING),
        (503, {}, Failure.BUSY),
        (413, {}, Limit.SIZE),
    ],
)
def test_what_a_status_means(status: int, more: dict[str, object], kind: object) -> None:
    failure = http_failure(status, "One", setting="cloud.openai_model", **more)  # type: ignore[arg-type]
    assert failure.kind is kind
    assert text_of(failure).startswith(("One ", "What was paid for at One", "This is more than One"))


def test_a_rate_limit_says_how_long() -> None:
    failure = http_failure(429, "One", setting="", retry_after="7")
    assert isinstance(failure, CloudFailed)
    assert failure.wait == 7
    assert text_of(failure) == "One is asked too often for now; it takes more in 7 s."


# What is kept of it.


def test_a_sum_outlives_the_program_and_ends_with_the_day(tmp_path: Path) -> None:
    file, today = tmp_path / "spending.json", date(2026, 11, 27)
    first = Spending(file, lambda: today)
    first.add(0.25)
    first.add(0.25)
    first.close()
    second = Spending(file, lambda: today)
    assert second.dollars == pytest.approx(0.5)
    second.add(0.1)
    second.close()
    assert Spending(file, lambda: today).dollars == pytest.approx(0.6)
    assert Spending(file, lambda: date(2026, 11, 28)).dollars == 0.0
    assert "key" not in file.read_text()


def test_two_programs_count_into_one_sum(tmp_path: Path) -> None:
    file, now = tmp_path / "spending.json", [0.0]
    one, other = (Spending(file, clock=lambda: now[0]) for _ in range(2))
    for _ in range(3):
        one.add(0.1)
        other.add(0.2)
        now[0] += 2
    one.close()
    other.close()
    now[0] += 2
    assert one.dollars == pytest.approx(0.9)
    assert other.dollars == pytest.approx(0.9)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"day": 3}', '{"day": "2026-11-27", "dollars": "much"}'])
def test_a_file_that_says_nothing_of_sense_costs_nothing(tmp_path: Path, content: str) -> None:
    file = tmp_path / "spending.json"
    file.write_text(content)
    assert Spending(file, lambda: date(2026, 11, 27)).dollars == 0.0


@given(st.lists(st.floats(0, 100), max_size=50))
def test_percentiles_are_of_the_values(values: list[float]) -> None:
    ordered = sorted(values)
    found = [percentile(ordered, share) for share in (0.5, 0.95, 0.99)]
    assert found == sorted(found)
    assert all(one in values for one in found) or not values


# Where things go.


@pytest.mark.parametrize(
    ("key", "endpoint", "place", "is_free", "is_here"),
    [
        ("openai", "", "OpenAI", False, False),
        ("openai", "http://127.0.0.1:8000/v1", "127.0.0.1:8000", True, True),
        ("openai", "http://localhost:8000/v1", "localhost:8000", True, True),
        ("openai", "https://speech.example.org/v1", "speech.example.org", True, False),
        ("openai", "https://user:secret@speech.example.org/v1", "speech.example.org", True, False),
        ("google", "eu-speech.googleapis.com", "eu-speech.googleapis.com", False, False),
        ("deepgram", "https://api.eu.deepgram.com", "api.eu.deepgram.com", False, False),
    ],
)
def test_who_gets_it_and_at_what_price(key: str, endpoint: str, place: str, is_free: bool, is_here: bool) -> None:
    engine = ENGINES[key]
    options = CloudOptions(engine, endpoint or engine.endpoint, key=lambda: "s3cr3t")
    assert options.place == place
    assert options.is_here == is_here
    assert (not options.price(Stage.RECOGNITION).dollars) == is_free
    assert "s3cr3t" not in repr(options)


@pytest.mark.parametrize(
    "key",
    ['{\n  "type": "service_account",\n  "project_id": "p"\n}\n', '{\u2028"type": "service_account","project_id":"p"}'],
)
def test_the_file_of_a_service_account_becomes_one_line(key: str) -> None:
    assert one_line(key) == '{"type": "service_account", "project_id": "p"}'
    assert one_line(" plain \n") == "plain"
    assert one_line("{broken") == "{broken"


# Trying again.


def test_passing_trouble_is_tried_again_within_the_deadline() -> None:
    now, waits = [0.0], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    failures = [CloudFailed(Failure.BUSY, "One"), CloudFailed(Failure.RATE, "One", wait=1.0)]

    def call() -> str:
        if failures:
            raise failures.pop(0)
        return "yes"

    assert retried(call, 5.0, clock=lambda: now[0], sleep=sleep) == "yes"
    assert len(waits) == 2
    assert 0.1 <= waits[0] <= 0.3
    assert waits[1] >= 1.0, "what the provider asks for is kept"


def test_what_does_not_pass_or_would_take_too_long_is_not_tried_again() -> None:
    calls: list[Failure] = []

    def call(kind: Failure, wait: float | None = None) -> str:
        calls.append(kind)
        raise CloudFailed(kind, "One", wait=wait)

    for kind, wait in ((Failure.KEY, None), (Failure.QUOTA, None), (Failure.RATE, 60.0)):
        with pytest.raises(CloudFailed):
            retried(lambda kind=kind, wait=wait: call(kind, wait), 2.0, sleep=lambda _: None)  # type: ignore[misc]
    assert calls == [Failure.KEY, Failure.QUOTA, Failure.RATE]
