"""Whatever order the updates of a session come in, and however often: the newest of each segment counts."""

from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import AudioLevel, Event, TranscriptUpdate, TranslationUpdate
from desktop.engine.transcript.reducer import Passage, TranscriptReducer, passage

Update = TranscriptUpdate | TranslationUpdate


def heard(segment: int, revision: int, committed: str, unconfirmed: str = "", *, final: bool = False) -> Update:
    return TranscriptUpdate(segment, revision, "en", committed, unconfirmed, (), 0.0, 1.0, final)


def translated(segment: int, revision: int, committed: str, *, final: bool = False) -> Update:
    return TranslationUpdate(segment, revision, "en", "es", committed, "", final)


@st.composite
def histories(draw: st.DrawFn) -> list[Update]:
    """The updates of some segments as an engine sends them: each a revision of its own, the last one perhaps final."""
    found = []
    for segment in draw(st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True)):
        for make in (heard, translated):
            count = draw(st.integers(0, 4))
            ends = draw(st.booleans())
            for number in range(count):
                is_last = ends and number == count - 1
                found.append(make(segment, number, f"{make.__name__} {number}", final=is_last))
    return found


def reduced(updates: list[Update], limit: int | None = None) -> TranscriptReducer:
    reducer = TranscriptReducer(limit)
    for update in updates:
        reducer.add(update)
    return reducer


@given(st.data())
def test_order_and_repetition_of_updates_change_nothing(data: st.DataObject) -> None:
    history = data.draw(histories())
    mixed = data.draw(st.permutations(history + (data.draw(st.lists(st.sampled_from(history))) if history else [])))
    assert reduced(list(mixed)).segments() == reduced(history).segments()


@given(histories(), st.data())
def test_a_final_stays(history: list[Update], data: st.DataObject) -> None:
    reducer = reduced(history)
    finals = [update for update in history if update.is_final]
    for update in finals:
        late = data.draw(st.integers(0, 99))
        for other in (heard(update.segment_id, late, "late"), translated(update.segment_id, late, "late")):
            reducer.add(other)
    kept = [one for segment in reducer.segments() for one in (segment.original, segment.translation)]
    assert all(update in kept for update in finals)


@given(histories())
def test_segments_come_in_the_order_in_which_they_were_said(history: list[Update]) -> None:
    keys = [segment.key for segment in reduced(history).segments()]
    assert keys == sorted({update.segment_id for update in history})


def test_only_a_later_final_replaces_a_final() -> None:
    reducer = reduced([heard(0, 3, "Two.", final=True)])
    assert reducer.add(heard(0, 9, "Two three")) is None
    assert reducer.add(heard(0, 3, "Two.", final=True)) is None
    second = heard(0, 4, "Too.", final=True)
    segment = reducer.add(second)
    assert segment is not None
    assert segment.original == second


def test_a_translation_may_come_before_its_original() -> None:
    reducer = TranscriptReducer()
    first = reducer.add(translated(4, 1, "Hola"))
    assert first is not None
    assert first.original is None
    both = reducer.add(heard(4, 1, "Hello"))
    assert both is not None
    assert both.translation == translated(4, 1, "Hola")


def test_what_is_forgotten_does_not_come_back() -> None:
    reducer = reduced([heard(number, 1, "word") for number in range(4)])
    reducer.forget_through(1)
    assert reducer.add(heard(1, 2, "word", final=True)) is None
    assert [segment.key for segment in reducer.segments()] == [2, 3]
    reducer.clear()
    assert reducer.add(heard(0, 1, "word")) is not None


def test_only_the_last_segments_are_kept() -> None:
    reducer = reduced([heard(number, 1, "word") for number in range(10)], limit=3)
    assert [segment.key for segment in reducer.segments()] == [7, 8, 9]
    assert reducer.add(heard(0, 2, "word")) is None


def test_other_events_change_nothing() -> None:
    assert TranscriptReducer().add(cast(Event, AudioLevel(-20.0, -10.0, True))) is None


def test_a_passage_tells_what_may_still_change() -> None:
    assert passage(heard(0, 1, "Where is", "the")) == Passage("Where is the", 8, "en")
    assert passage(heard(0, 1, " Where is ", "")) == Passage("Where is", 8, "en")
    assert passage(translated(0, 1, "Hola")) == Passage("Hola", 4, "es")
    assert (passage(heard(0, 1, "Where is", "the")).certain, passage(heard(0, 1, "Where", "is")).uncertain) == (
        "Where is",
        " is",
    )
    assert passage(TranscriptUpdate(0, 1, "ja", "今日", "は", (), 0, 1, False)) == Passage("今日は", 2, "ja")
