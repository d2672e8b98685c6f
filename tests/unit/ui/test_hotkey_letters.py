"""Which character a key stands for in hotkeys."""

import pytest

from desktop.ui.runtime.hotkey_listener import letter_of


@pytest.mark.parametrize(
    ("alone", "with_shift", "latin", "has_shift", "expected"),
    [
        ("l", "L", "l", False, "l"),
        ("l", "L", "l", True, "L"),
        ("д", "Д", "l", False, "l"),  # Russian: the key of the letter
        ("д", "Д", "l", True, "l"),
        ("", "", "l", False, "l"),
        ("n", "N", "l", False, "n"),  # Dvorak: its own letter
        ("&", "1", "&", False, "1"),  # French: the digit on the key
        ("1", "!", "1", False, "1"),
        ("1", "!", "1", True, "1"),
        ("2", "@", "2", True, "2"),
        ("é", "É", "2", False, "é"),
        ("é", "2", "2", False, "2"),
    ],
)
def test_the_letter_of_a_key(alone: str, with_shift: str, latin: str, has_shift: bool, expected: str) -> None:
    wanted = {"l", "1", "2"} if alone != "é" or with_shift != "É" else {"é", "l"}
    assert letter_of(alone, with_shift, latin, wanted, has_shift=has_shift) == expected
