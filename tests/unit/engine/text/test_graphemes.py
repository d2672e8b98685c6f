"""What a reader takes for single characters."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.text.graphemes import belongs_to, breaks, clusters, columns, unbroken

TEXTS = st.text(st.sampled_from("aé你。「」กำี่́👩‍👧🏽🇫🇷 កុំမြ(),ー한"), max_size=40)


def test_columns() -> None:
    assert columns("hello") == 5
    assert columns("你好") == 4
    assert columns("한국 abc") == 8
    assert columns("e\u0301") == 1
    assert columns("👩‍👧") == 2
    assert columns("ที่นี่") == 2


def test_what_belongs_together() -> None:
    assert belongs_to("ก", "ำ")
    assert belongs_to("好", "。")
    assert belongs_to("「", "は")
    assert not belongs_to("你", "好")
    assert not belongs_to("ก ", "ำ")
    assert unbroken("「はい。」と") == ["「は", "い。」", "と"]


@given(TEXTS)
def test_nothing_is_lost_and_no_character_is_cut(text: str) -> None:
    assert "".join(clusters(text)) == text
    whole = {0}
    for cluster in clusters(text):
        whole.add(max(whole) + len(cluster))
    ends = breaks(text)
    assert ends == sorted(set(ends))
    assert set(ends) <= whole
    assert ends[-1:] == ([len(text)] if text else [])
    assert "".join(unbroken(text)) == text
