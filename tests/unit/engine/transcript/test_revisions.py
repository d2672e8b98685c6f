"""What of a kept text is marked as different from the live one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import TranscriptUpdate
from desktop.engine.transcript.revisions import revisions

TEXTS = st.lists(st.sampled_from(["one", "two", "Three.", "four,", "¿qué?", "…"]), max_size=8).map(" ".join)


def update(committed: str, kept: str) -> TranscriptUpdate:
    return TranscriptUpdate(0, 3, "en", committed, "", (), 0.0, 2.0, True, final_text=kept)


@pytest.mark.parametrize(
    ("committed", "kept", "marked"),
    [
        ("Where is the train?", "Where is the train?", []),
        ("where is the train", "Where is the train?", []),
        ("Where is the rain?", "Where is the train?", [("train?", "rain?")]),
        ("The weather sunny", "The weather is sunny", [("is", "")]),
        ("The the weather", "The weather", [("The", "the")]),
        ("Opresión en tres", "O presione tres", [("O presione", "Opresión en")]),
        ("We saw it there", "We saw it there. Then we left.", [("Then we left.", "")]),
        ("Um. So", "So", [("So", "Um.")]),
        ("Only this", "", []),
    ],
)
def test_what_is_marked(committed: str, kept: str, marked: list[tuple[str, str]]) -> None:
    assert [(kept[one.start : one.end], one.shown) for one in revisions(update(committed, kept))] == marked


@given(TEXTS, TEXTS)
def test_marks_lie_within_the_text_in_order(committed: str, kept: str) -> None:
    found = revisions(update(committed, kept))
    assert all(0 <= one.start < one.end <= len(kept.strip()) for one in found)
    assert [one.start for one in found] == sorted(one.start for one in found)


@given(TEXTS)
def test_the_same_text_has_no_marks(text: str) -> None:
    assert revisions(update(text.upper(), text)) == ()
