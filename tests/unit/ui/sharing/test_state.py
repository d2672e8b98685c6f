"""What the window says of captions that are shared."""

import pytest

from desktop.server.running.sharing import Shared
from desktop.ui.sharing.state import SharingState, badge_words, fingerprint_lines, followers_words


@pytest.mark.parametrize(
    ("count", "words"), [(0, "Nobody follows yet"), (1, "1 person follows"), (12, "12 people follow")]
)
def test_how_many_follow(count: int, words: str) -> None:
    assert followers_words(count) == words


def test_the_mark_is_there_only_while_it_is_on() -> None:
    shared = Shared("http://127.0.0.1:5027/", "ABCD-EFGH", "http://127.0.0.1:5027/#ABCD-EFGH", b"")
    assert badge_words(SharingState("on", shared, 1)) == "Captions are shared · 1 person follows"
    for state in (SharingState(), SharingState("starting"), SharingState("stopping"), SharingState(problem="No.")):
        assert badge_words(state) == ""


def test_a_fingerprint_has_two_lines() -> None:
    whole = ":".join(f"{number:02X}" for number in range(32))
    first, second = fingerprint_lines(whole).split("\n")
    assert first.endswith(":0F")
    assert second.startswith("10:")
    assert f"{first}:{second}" == whole
    assert fingerprint_lines("") == ""
