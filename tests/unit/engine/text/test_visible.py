"""Names from outside steer no terminal."""

import os

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.message import Message
from desktop.engine.text.visible import visible
from desktop.messages import text_of


def test_what_cannot_be_shown_is_written_out() -> None:
    assert visible("a\x1b[31mb\x07") == r"a\x1b[31mb\x07"
    assert visible("a\nb\tc") == "a b c"
    assert visible(os.fsdecode(b"caf\xe9")) == r"caf\udce9"
    assert visible("gpj.\u202eexe") == r"gpj.\u202eexe"
    assert visible("Où est-ce ? 日本語 😀 عربى") == "Où est-ce ? 日本語 😀 عربى"


@given(st.text() | st.binary().map(os.fsdecode))
def test_it_can_be_written_and_holds_no_control_character(text: str) -> None:
    shown = visible(text)
    shown.encode("utf-8")
    assert not any(ord(one) < 32 or 0x7F <= ord(one) < 0xA0 for one in shown)
    assert visible(shown) == shown


def test_values_of_messages_are_shown_so() -> None:
    assert r"“\x1b[2J”" in text_of(Message("catalogue-lacks-model", name="\x1b[2J"))
