from hypothesis import given
from hypothesis import strategies as st

from desktop.injector.diff import Edit, apply, can_undo, characters, edit, is_certain, revisable

PIECES = st.lists(
    st.sampled_from([*"abc é¿ñ.日本한", "e\u0301", "😀", "👍🏽", "🇪🇸", "👩\u200d👩\u200d👧", "❤\ufe0f", "กำ", "नि"])
    | st.characters(),
    max_size=12,
).map("".join)
PLAIN = st.text(alphabet="ab cñé¿.日本", max_size=15)


@given(PIECES, PIECES)
def test_the_edit_gives_the_later_text_and_deletes_only_what_was_typed(typed: str, wanted: str) -> None:
    change = edit(typed, wanted)
    assert apply(typed, change) == wanted
    assert 0 <= change.delete <= len(characters(typed))


@given(PIECES, PIECES, PIECES)
def test_what_others_wrote_before_is_never_deleted(others: str, typed: str, wanted: str) -> None:
    change = edit(typed, wanted)
    kept = characters(typed)[: len(characters(typed)) - change.delete]
    assert others + "".join(kept) + change.insert == others + wanted


@given(PLAIN, PLAIN)
def test_the_edit_is_the_smallest(typed: str, wanted: str) -> None:
    change = edit(typed, wanted)
    same = len(typed) - change.delete
    assert typed[:same] == wanted[:same]
    assert same == min(len(typed), len(wanted)) or typed[same] != wanted[same]


@given(PIECES)
def test_characters_lose_nothing(text: str) -> None:
    assert "".join(characters(text)) == text
    assert all(characters(text))


@given(PIECES, PIECES)
def test_only_certain_characters_are_typed_before_they_are_settled(committed: str, rest: str) -> None:
    whole = committed + rest
    shown = revisable(whole, len(committed))
    assert whole.startswith(shown)
    assert len(shown) >= len(committed)
    loose = shown[len(committed) :]
    assert all(is_certain(char) for char in loose)


def test_whole_characters_are_replaced() -> None:
    assert edit("cafe", "cafe\u0301") == Edit(1, "e\u0301")
    assert edit("a👍", "a👍🏽") == Edit(1, "👍🏽")
    assert edit("ice cream", "ice cold") == Edit(4, "old")
    assert characters("🇪🇸🇫🇷") == ["🇪🇸", "🇫🇷"]


def test_what_editors_delete_differently_cannot_be_undone() -> None:
    assert can_undo("abc", 2)
    assert not can_undo("abe\u0301", 1)
    assert can_undo("e\u0301abc", 3)
    assert not can_undo("ab", 3)
    assert not can_undo("a😀", 1)
