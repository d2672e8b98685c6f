"""Texts that differ from what is said, and how their words should be marked."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.bench.practice.variants import KINDS, script_lines, variants
from desktop.practice.feedback import WordStatus

TEXTS = ("Please hold the line and wait.", "Nobody is here - to answer you.", "Leave your message after the tone.")
OTHERS = ["potato", "banana", "xylophone", "quartz", "umbrella", "jukebox"]


def test_each_kind_has_one_text() -> None:
    made = variants(TEXTS, OTHERS, "seed")
    assert tuple(one.kind for one in made) == KINDS
    assert made == variants(TEXTS, OTHERS, "seed")
    assert made != variants(TEXTS, OTHERS, "another")
    right = made[0]
    assert right.texts == (TEXTS[0], "Nobody is here to answer you.", TEXTS[2])
    assert [word.said for word in right.words] == list(range(18))


def test_a_tenth_of_the_words_differs() -> None:
    right, replaced, added, dropped, order, _ = variants(TEXTS, OTHERS, "seed")
    wrong = [number for number, word in enumerate(replaced.words) if word.status is WordStatus.WRONG]
    assert len(wrong) == 2
    assert all(replaced.words[number].text in OTHERS for number in wrong)
    assert [word.said for word in replaced.words] == list(range(18))
    missing = [word for word in added.words if word.status is WordStatus.MISSING]
    assert len(missing) == 2
    assert all(word.said is None and word.text in OTHERS for word in missing)
    assert [word.said for word in added.words if word.said is not None] == list(range(18))
    assert len(dropped.words) == 16
    assert sorted([*(word.said for word in dropped.words if word.said is not None), *dropped.extra]) == list(range(18))
    assert {word.said for word in order.words} == set(range(18))
    assert order.texts != right.texts


def test_words_that_are_put_in_are_unlike_all_that_is_said() -> None:
    others = ["message", "messages", "answers", "holding", "xylophone"]
    words = [word for seed in range(30) for word in variants(TEXTS, others, str(seed))[1].words]
    assert {word.text for word in words if word.status is WordStatus.WRONG} == {"xylophone"}


def test_similar_words_are_much_alike() -> None:
    similar = variants(TEXTS, ["message", "messages", "answers", "holding", "xylophone"], "seed")[-1]
    changed = [word.text for word in similar.words if word.status is WordStatus.MINOR_MISTAKE]
    assert len(changed) == 2
    assert set(changed) <= {"messages", "answers"}


@given(st.lists(st.text("abc -", max_size=20), max_size=4))
def test_words_of_a_script_are_numbered(texts: list[str]) -> None:
    numbers = [word.said for line in script_lines(texts) for word in line]
    assert numbers == list(range(len(numbers)))
