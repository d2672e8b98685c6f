"""What clients of OpenAI's Realtime interface are told: they append deltas, so that a word told is never taken back."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import TranscriptUpdate
from desktop.server.protocols.turns import Told, Turns
from tests.unit.server.protocols.updates import update


def kinds(told: list[Told]) -> list[str]:
    return [name.rpartition(".")[2] for name, _ in told]


def told(turns: Turns, *updates: TranscriptUpdate) -> list[Told]:
    return [one for each in updates for one in turns.heard(each)]


def fields(told: list[Told], kind: str) -> list[dict[str, Any]]:
    return [fields for name, fields in told if name.endswith(kind)]


def test_an_utterance_is_an_item() -> None:
    turns = Turns(is_detected=True)
    heard = told(
        turns,
        update(1, "", "hello"),
        update(1, "hello", "the"),
        update(1, "hello there", final=True, final_text="Hello there!"),
    )
    assert kinds(heard) == ["speech_started", "delta", "delta", "speech_stopped", "committed", "added", "completed"]
    assert "".join(one["delta"] for one in fields(heard, "delta")) == "hello there"
    (completed,) = fields(heard, "completed")
    assert completed["transcript"] == "Hello there!"
    assert completed["usage"] == {"type": "duration", "seconds": 1.0}
    assert len({one["item_id"] for _, one in heard if "item_id" in one}) == 1
    again = told(turns, update(2, "bye", final=True, start=2.0))
    assert fields(again, ".committed")[0]["previous_item_id"] == completed["item_id"]
    assert fields(again, "speech_started")[0]["audio_start_ms"] == 2000


def test_all_up_to_a_commit_is_an_item() -> None:
    turns = Turns(is_detected=False)
    heard = told(
        turns, update(1, "one two", final=True), update(2, "three", start=2.0), update(2, "three four", final=True)
    )
    assert kinds(heard) == ["delta", "delta", "delta"]
    heard += turns.committed(5.0)
    assert kinds(heard[3:]) == ["committed", "added", "completed"]
    (completed,) = fields(heard, "completed")
    assert completed["transcript"] == "one two three four" == "".join(one["delta"] for one in fields(heard, "delta"))
    assert completed["usage"]["seconds"] == 5.0
    assert fields(list(turns.committed(6.0)), "completed")[0]["usage"]["seconds"] == 1.0


def test_a_commit_is_always_answered_once() -> None:
    turns = Turns(is_detected=True)
    assert kinds(list(turns.committed(1.0))) == ["committed", "added", "completed"]
    told(turns, update(1, "hello", final=True))
    assert kinds(list(turns.committed(2.0))) == []
    assert fields(list(turns.committed(3.0)), "completed")[0]["transcript"] == ""


def test_what_is_cleared_is_in_no_item() -> None:
    turns = Turns(is_detected=False)
    told(turns, update(1, "wrong", final=True))
    turns.cleared()
    heard = told(turns, update(2, "right", final=True)) + list(turns.committed(3.0))
    assert fields(heard, "completed")[0]["transcript"] == "right"


@given(st.lists(st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=6), min_size=1, max_size=4))
def test_deltas_are_the_committed_words(segments: list[list[str]]) -> None:
    for is_detected in (True, False):
        turns = Turns(is_detected=is_detected)
        heard: list[Told] = []
        for number, words in enumerate(segments):
            for count in range(len(words) + 1):
                partial = update(number, " ".join(words[:count]), " ".join(words[count:]))
                heard += turns.heard(partial)
            heard += turns.heard(update(number, " ".join(words), final=True))
        heard += turns.committed(99.0)
        deltas: dict[str, str] = {}
        for one in fields(heard, "delta"):
            deltas[one["item_id"]] = deltas.get(one["item_id"], "") + one["delta"]
        assert deltas == {one["item_id"]: one["transcript"] for one in fields(heard, "completed")}
