"""Which side is asked first: the clouds, this machine, or both in a race."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from desktop.engine.errors import BackendFailed, EngineAway, ModelMissing
from desktop.engine.events import ErrorEvent
from desktop.engine.order import Arrangement, First, Order
from desktop.engine.preference import Choice, Standing, fixed
from desktop.messages import text_of
from tests.waiting import wait_until

AWAY = EngineAway("server-gone", name="cloud")


class Cloud:
    def __init__(self, name: str = "cloud") -> None:
        self.name = name
        self.failure: Exception | None = None
        self.gate: threading.Event | None = None
        self.done: list[str] = []
        self.is_closed = False

    def say(self, text: str) -> str:
        if self.gate is not None:
            assert self.gate.wait(20)
        if self.failure is not None:
            raise self.failure
        self.done.append(text)
        return f"{text} by {self.name}"

    def close(self) -> None:
        self.is_closed = True


class Asking:
    def __init__(self, first: First, *clouds: Cloud, deadline: float = 5.0) -> None:
        self.told: list[ErrorEvent] = []
        self.here_fails: Exception | None = None
        self.here_gate: threading.Event | None = None
        self.here: list[str] = []
        arrangement = Arrangement([fixed(one) for one in clouds], first, deadline)
        self.order: Order[Cloud] = Order(arrangement, lambda _: None, self.told.append)

    def say(self, text: str) -> str:
        def here() -> str:
            if self.here_gate is not None:
                assert self.here_gate.wait(20)
            if self.here_fails is not None:
                raise self.here_fails
            self.here.append(text)
            return f"{text} here"

        return self.order.do(lambda one: one.say(text), here, lambda: "base")


Make = Callable[..., Asking]


@pytest.fixture
def asking() -> Iterator[Make]:
    made: list[Asking] = []

    def make(first: First, *clouds: Cloud, deadline: float = 5.0) -> Asking:
        made.append(Asking(first, *clouds, deadline=deadline))
        return made[-1]

    yield make
    for one in made:
        one.order.close()


def test_this_machine_first_asks_nobody_else_while_it_can(asking: Make) -> None:
    cloud = Cloud()
    one = asking("local", cloud)
    assert one.say("a") == "a here"
    assert cloud.done == []
    one.here_fails = ModelMissing("no-translator", source="en", target="eu")
    assert one.say("b") == "b by cloud"
    assert one.say("c") == "c by cloud"
    assert len(one.told) == 1, "once as long as the same thing fails"
    assert "cloud is used" in text_of(one.told[0])
    one.here_fails = None
    assert one.say("d") == "d here"


def test_where_both_fail_it_is_the_error_of_this_machine(asking: Make) -> None:
    cloud = Cloud()
    cloud.failure = AWAY
    one = asking("local", cloud)
    one.here_fails = BackendFailed("no-recogniser-loaded")
    with pytest.raises(BackendFailed) as raised:
        one.say("a")
    assert raised.value is one.here_fails


def test_a_race_is_won_by_the_cloud_in_time(asking: Make) -> None:
    cloud = Cloud()
    one = asking("race", cloud)
    one.here_gate = threading.Event()
    assert one.say("a") == "a by cloud", "although this machine is not ready yet"
    one.here_gate.set()
    assert wait_until(lambda: one.here == ["a"])
    assert one.say("b") == "b by cloud"


def test_a_race_is_won_by_this_machine_where_the_cloud_is_late(asking: Make) -> None:
    cloud = Cloud()
    cloud.gate = threading.Event()
    one = asking("race", cloud, deadline=0.05)
    assert one.say("a") == "a here"
    assert one.say("b") == "b here", "the cloud is still busy with what it lost"
    cloud.gate.set()
    assert wait_until(lambda: cloud.done == ["a"])
    assert wait_until(lambda: one.say("c") == "c by cloud")


def test_a_race_without_a_cloud_is_none(asking: Make) -> None:
    cloud = Cloud()
    cloud.failure = AWAY
    one = asking("race", cloud)
    began = time.monotonic()
    assert one.say("a") == "a here"
    assert time.monotonic() - began < 4, "a failure is no reason to wait"
    assert [event.code for event in one.told] == ["engine-away"]
    one.here_fails = BackendFailed("no-recogniser-loaded")
    with pytest.raises(BackendFailed):
        one.say("b")


def test_a_race_with_a_broken_machine_waits_for_the_cloud(asking: Make) -> None:
    cloud = Cloud()
    cloud.gate = threading.Event()
    one = asking("race", cloud, deadline=0.05)
    one.here_fails = BackendFailed("no-recogniser-loaded")
    threading.Timer(0.2, cloud.gate.set).start()
    assert one.say("a") == "a by cloud"


def test_another_arrangement_keeps_what_stays_and_closes_what_goes(asking: Make) -> None:
    first, second = Cloud("first"), Cloud("second")
    one = asking("cloud", first)
    assert one.say("a") == "a by first"
    choice = Choice("second", lambda: second, Standing())
    one.order.arrange(Arrangement([choice], "cloud"))
    said = one.say("b")
    assert said in ("b here", "b by second"), "nobody waits until the new one is open"
    assert wait_until(lambda: one.say("c") == "c by second")
    assert wait_until(lambda: first.is_closed)
    one.order.arrange(Arrangement([choice], "local"))
    assert one.say("d") == "d here"
    assert not second.is_closed
    one.order.arrange(Arrangement([], "cloud"))
    assert one.say("e") == "e here"
    assert wait_until(lambda: second.is_closed)
    assert one.told == [], "what the user asked for is no news"


def test_a_new_engine_that_does_not_open_is_told_of_once() -> None:
    told: list[ErrorEvent] = []

    def open(one: Cloud) -> None:
        if one.failure is not None:
            raise one.failure

    order: Order[Cloud] = Order(Arrangement([]), open, told.append)
    cloud = Cloud()
    cloud.failure = AWAY
    order.arrange(Arrangement([Choice("cloud", lambda: cloud, Standing())]))
    assert order.do(lambda one: one.say("a"), lambda: "here", lambda: "base") == "here"
    assert wait_until(lambda: len(told) == 1)
    assert text_of(told[0]) == "The connection to cloud broke; meanwhile base is used, and nothing is lost."
    cloud.failure = None
    assert wait_until(lambda: [event.code for event in told] == ["engine-away", "engine-back"])
    order.close()
