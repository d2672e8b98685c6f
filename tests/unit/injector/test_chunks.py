import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.injector.base import Chunk, SendMethod
from desktop.injector.chunks import KEYS_AT_ONCE, cut


@given(st.text(), st.sampled_from(["auto", "keystrokes", "paste"]), st.booleans())
def test_chunks_make_up_the_text(text: str, method: str, is_terminal: bool) -> None:
    chunks = cut(text, str.isascii, method=method, is_terminal=is_terminal)
    assert "".join(chunk.text for chunk in chunks) == text
    for chunk in chunks:
        assert chunk.text
        if chunk.how is SendMethod.KEYS:
            assert len(chunk.text) <= KEYS_AT_ONCE
            assert chunk.text.isascii()
            assert method != "paste"


@pytest.mark.parametrize(
    ("text", "method", "is_terminal", "hows"),
    [
        ("short", "auto", False, [SendMethod.KEYS]),
        ("short ñ", "auto", False, [SendMethod.PASTE]),
        ("a" * 41, "auto", False, [SendMethod.PASTE]),
        ("a" * 41, "keystrokes", False, [SendMethod.KEYS] * 3),
        ("ab ñ c", "keystrokes", False, [SendMethod.KEYS, SendMethod.PASTE, SendMethod.KEYS]),
        ("a" * 41, "auto", True, [SendMethod.KEYS] * 3),
        ("ab ñ c", "auto", True, [SendMethod.KEYS, SendMethod.PASTE, SendMethod.KEYS]),
        ("short", "paste", False, [SendMethod.PASTE]),
        ("", "auto", False, []),
    ],
)
def test_the_ladder(text: str, method: str, is_terminal: bool, hows: list[SendMethod]) -> None:
    assert [chunk.how for chunk in cut(text, str.isascii, method=method, is_terminal=is_terminal)] == hows


def test_a_character_is_not_torn_apart() -> None:
    assert cut("e\u0301", str.isascii, method="keystrokes", is_terminal=False) == [Chunk("e\u0301", SendMethod.PASTE)]
