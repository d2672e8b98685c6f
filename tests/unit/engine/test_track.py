"""One stage of a session: every final, the newest of everything else, one piece of work at a time."""

from collections.abc import Generator
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.requests import Kind, Request, Stage
from desktop.engine.track import Track


class Desk:
    """A track of texts. Each needs as many pieces of work as it has signs "@"; "!" needs none and is known."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.done: list[str] = []
        self.failed: list[str] = []
        self.skipped: list[str] = []
        self.track: Track[str] = Track(
            Stage.RECOGNITION,
            self._handle,
            self.requests.append,
            count(1),
            lambda item: item.startswith("!"),
            lambda work: "?" in work,
        )

    def _handle(self, item: str) -> Generator[str, str, None]:
        try:
            for number in range(item.count("@")):
                if (yield f"{item}/{number}") is None:
                    self.skipped.append(f"{item}/{number}")
        except Exception:
            self.failed.append(item)
            return
        self.done.append(item)

    @property
    def open(self) -> Request:
        """The newest request."""
        return self.requests[-1]


def test_work_is_begun_on_the_newest_item_and_answered() -> None:
    desk = Desk()
    desk.track.put("@ old", Kind.PARTIAL)
    request = desk.open
    desk.track.put("@ new", Kind.PARTIAL)
    assert desk.requests == [request], "asked for once"
    assert desk.track.begin(request.id) == "@ new/0"
    assert desk.track.begin(request.id) is None, "it is out already"
    assert desk.track.deliver(request.id, "answer")
    assert desk.done == ["@ new"]
    assert desk.track.is_idle
    assert desk.track.coalesced == 1


def test_work_that_is_optional_is_left_out_once_something_newer_waits() -> None:
    desk = Desk()
    desk.track.put("@@? pause", Kind.PAUSE)
    desk.track.begin(desk.open.id)
    desk.track.put("@ newer", Kind.PARTIAL)
    desk.track.deliver(desk.open.id, "answer")
    assert desk.track.begin(desk.open.id) == "@ newer/0"
    assert (desk.done, desk.skipped) == (["@@? pause"], ["@@? pause/1"])


def test_work_that_is_optional_is_done_before_a_final() -> None:
    desk = Desk()
    desk.track.put("@@? pause", Kind.PAUSE)
    desk.track.begin(desk.open.id)
    desk.track.put("! the same, at its end", Kind.FINAL)
    desk.track.deliver(desk.open.id, "answer")
    assert desk.track.begin(desk.open.id) == "@@? pause/1"
    desk.track.deliver(desk.open.id, "answer")
    assert (desk.done, desk.skipped) == (["@@? pause", "! the same, at its end"], [])


def test_a_final_replaces_the_request_of_a_partial() -> None:
    desk = Desk()
    desk.track.put("@ partial", Kind.PARTIAL)
    partial = desk.open
    desk.track.put("@ final", Kind.FINAL)
    final = desk.open
    assert (final.kind, final.replaces) == (Kind.FINAL, partial.id)
    assert desk.track.begin(partial.id) is None
    assert desk.track.begin(final.id) == "@ final/0"


def test_what_comes_while_work_is_out_waits_for_its_answer() -> None:
    desk = Desk()
    desk.track.put("@ one", Kind.PARTIAL)
    desk.track.begin(desk.open.id)
    for item, kind in (("@ two", Kind.FINAL), ("@ three", Kind.PARTIAL), ("@ four", Kind.PAUSE)):
        desk.track.put(item, kind)
    assert len(desk.requests) == 1
    assert len(desk.track) == 2
    desk.track.deliver(desk.requests[0].id, "answer")
    assert desk.open.kind is Kind.FINAL
    assert desk.track.begin(desk.open.id) == "@ two/0"
    desk.track.deliver(desk.open.id, "answer")
    assert desk.open.kind is Kind.PAUSE
    assert desk.track.begin(desk.open.id) == "@ four/0"


def test_an_item_that_needs_more_asks_again_at_its_kind() -> None:
    desk = Desk()
    desk.track.put("@@", Kind.FINAL)
    assert desk.track.begin(desk.open.id) == "@@/0"
    desk.track.deliver(desk.open.id, "answer")
    assert desk.open.kind is Kind.FINAL
    assert len(desk.requests) == 2
    assert desk.track.begin(desk.open.id) == "@@/1"
    desk.track.deliver(desk.open.id, "answer")
    assert desk.done == ["@@"]


def test_a_known_final_is_done_at_once() -> None:
    desk = Desk()
    desk.track.put("!", Kind.FINAL)
    assert desk.done == ["!"]
    assert desk.requests == []
    desk.track.put("@", Kind.PARTIAL)
    desk.track.put("! known", Kind.FINAL)
    assert desk.done == ["!", "! known"]
    assert desk.track.begin(desk.open.id) is None
    assert desk.track.is_idle


def test_an_item_that_needs_nothing_makes_room_for_the_next_one() -> None:
    desk = Desk()
    desk.track.put("nothing", Kind.FINAL)
    desk.track.put("@", Kind.FINAL)
    assert desk.track.begin(desk.open.id) is None
    assert desk.done == ["nothing"]
    assert desk.track.begin(desk.open.id) == "@/0"


def test_a_failure_ends_the_item_and_the_next_one_goes_on() -> None:
    desk = Desk()
    desk.track.put("@", Kind.FINAL)
    desk.track.put("@2", Kind.FINAL)
    desk.track.begin(desk.open.id)
    assert desk.track.deliver(desk.open.id, RuntimeError("boom"))
    assert desk.failed == ["@"]
    assert desk.track.begin(desk.open.id) == "@2/0"


def test_answers_that_nobody_waits_for_are_refused() -> None:
    desk = Desk()
    assert not desk.track.deliver(1, "answer")
    desk.track.put("@", Kind.FINAL)
    assert not desk.track.deliver(desk.open.id, "answer"), "it was not begun"
    desk.track.begin(desk.open.id)
    assert not desk.track.deliver(desk.open.id + 1, "answer")


def test_what_is_dropped_is_not_begun() -> None:
    desk = Desk()
    desk.track.put("@", Kind.FINAL)
    desk.track.drop()
    assert desk.track.begin(desk.open.id) is None
    assert desk.track.is_idle


@given(
    st.lists(
        st.tuples(st.sampled_from(["put", "begin", "answer", "fail"]), st.sampled_from(list(Kind)), st.integers(0, 3))
    )
)
def test_no_final_is_lost_and_one_request_is_open_whatever_happens(steps: list[tuple[str, Kind, int]]) -> None:
    desk = Desk()
    finals: list[str] = []
    for number, (step, kind, works) in enumerate(steps):
        if step == "put":
            item = f"{number} {'@' * works}"
            finals += [item] if kind is Kind.FINAL else []
            desk.track.put(item, kind)
        elif not desk.requests:
            continue
        elif step == "begin":
            desk.track.begin(desk.open.id)
        else:
            desk.track.deliver(desk.open.id, "answer" if step == "answer" else RuntimeError())
    for _ in range(10 * len(steps) + 10):
        if desk.track.is_idle:
            break
        desk.track.begin(desk.open.id)
        desk.track.deliver(desk.open.id, "answer")
    assert desk.track.is_idle
    ended = [item for item in desk.done if item in finals] + [item for item in desk.failed if item in finals]
    assert sorted(ended) == sorted(finals)
    assert [item for item in desk.done if item in finals] == sorted(
        (item for item in desk.done if item in finals), key=finals.index
    ), "in order"
    replaced = [request.replaces for request in desk.requests if request.replaces is not None]
    assert len(replaced) == len(set(replaced))
