"""Committed text only grows, whatever the hypotheses say, and joints neither double nor drop a word."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.events import Word
from desktop.engine.recognition.settling.stabilizer import CommitRules, Stabilizer, joint, normalized

EAGER = CommitRules(apart=0.01, agreed=0.2, unsure=0.2, sure=99, probability=0.5)


def words(text: str, start: float = 0.0, each: float = 0.4, probability: float = 0.95) -> tuple[Word, ...]:
    return tuple(
        Word(part, start + n * each, start + (n + 1) * each, probability) for n, part in enumerate(text.split())
    )


def text(of: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in of)


def test_one_look_commits_nothing() -> None:
    stabilizer = Stabilizer(EAGER)
    stabilizer.update(words("I will go to"), 1.6)
    assert stabilizer.committed == ()
    assert text(stabilizer.unconfirmed) == "I will go to"


def test_two_agreeing_hypotheses_commit_their_common_beginning() -> None:
    stabilizer = Stabilizer(EAGER)
    stabilizer.update(words("I will go too"), 1.6)
    stabilizer.update(words("I will go to the school"), 2.4)
    assert text(stabilizer.committed) == "I will go"
    assert text(stabilizer.unconfirmed) == "to the school"


def test_looks_that_follow_each_other_at_once_are_no_two_opinions() -> None:
    stabilizer = Stabilizer(replace(EAGER, apart=0.25))
    stabilizer.update(words("Three the meeting"), 1.4)
    stabilizer.update(words("Three the meeting"), 1.5)
    assert stabilizer.committed == ()
    stabilizer.update(words("The meeting starts"), 1.6)
    stabilizer.update(words("The meeting starts"), 1.8)
    assert stabilizer.committed == ()
    stabilizer.update(words("The meeting starts"), 1.9)
    assert text(stabilizer.committed) == "The meeting"


def test_case_and_punctuation_do_not_count() -> None:
    stabilizer = Stabilizer(EAGER)
    stabilizer.update(words("Well i will. go"), 1.6)
    stabilizer.update(words("well, I will go now"), 2.4)
    assert text(stabilizer.committed) == "well, I will go"


COLLAPSED = (
    *words("My friends live", each=0.4),
    *(Word(one, 1.2, 1.2, 0.95) for one in ("in", "Rome.", "Where")),
    *words("is the bath?", start=1.2),
)
"""A hypothesis whose alignment lost its place: three words take no time at all."""


def test_words_without_a_place_are_not_sure() -> None:
    stabilizer = Stabilizer(CommitRules(agreed=0.3, unsure=0.8, sure=0.6, probability=0.9))
    stabilizer.update(COLLAPSED, 3.2)
    assert text(stabilizer.committed) == "My friends live"


def test_agreed_words_without_a_place_keep_the_one_that_they_had() -> None:
    stabilizer = Stabilizer(CommitRules(agreed=0.3, unsure=0.8, sure=99, probability=0.9))
    stabilizer.update(words("My friends live in Rome."), 2.1)
    stabilizer.update(COLLAPSED, 3.2)
    assert text(stabilizer.committed) == "My friends live in Rome."
    assert [word.end for word in stabilizer.committed] == pytest.approx([0.4, 0.8, 1.2, 1.6, 2.0])


def test_the_last_word_stays_open_until_the_final() -> None:
    stabilizer = Stabilizer(EAGER)
    for look in range(5):
        stabilizer.update(words("good morning"), 60 + look)
    assert text(stabilizer.committed) == "good"
    stabilizer.update(words("good morning"), 65, is_final=True)
    assert text(stabilizer.committed) == "good morning"
    assert stabilizer.unconfirmed == ()


def test_words_near_the_edge_are_held_back() -> None:
    stabilizer = Stabilizer(CommitRules(apart=0.01, agreed=0.5, unsure=1.0, sure=99, probability=0.5))
    for end in (1.73, 1.74, 1.75):
        stabilizer.update(words("one two three four"), end)
    assert text(stabilizer.committed) == "one two three"
    stabilizer = Stabilizer(CommitRules(apart=0.01, agreed=0.5, unsure=1.0, sure=99, probability=0.99))
    for end in (1.73, 1.74, 1.75):
        stabilizer.update(words("one two three four"), end)
    assert text(stabilizer.committed) == "one"


def test_a_sure_word_long_past_needs_no_second_look() -> None:
    stabilizer = Stabilizer(CommitRules(agreed=0.2, unsure=0.2, sure=1.0, probability=0.9))
    stabilizer.update(words("one two three"), 2.0)
    assert text(stabilizer.committed) == "one two"


def test_disagreement_with_committed_words_is_lined_up() -> None:
    stabilizer = Stabilizer(EAGER)
    stabilizer.update(words("I want to buy"), 1.7)
    stabilizer.update(words("I want to buy it"), 2.2)
    assert text(stabilizer.committed) == "I want to buy"
    stabilizer.update(words("I won't to buy it now please"), 3.0)
    assert text((*stabilizer.committed, *stabilizer.unconfirmed)) == "I want to buy it now please"


@pytest.mark.parametrize(
    ("committed", "hypothesis", "expected"),
    [
        ("five", "five five", "five"),
        ("five five", "five", ""),
        ("four four", "four four four", "four"),
        ("a glass of", "a glass of water please", "water please"),
        ("a glass of", "_ glass of water please", "water please"),
        ("a glass of", "_ class off water please", "water please"),
        ("a glass of", "oh a glass of water", "water"),
        ("nine forty", "nine forty-five on Monday", "on Monday"),
        ("it was", "", ""),
    ],
)
def test_joints(committed: str, hypothesis: str, expected: str) -> None:
    heard = tuple(word for word in words(hypothesis) if word.text != "_")  # _: nothing is heard at that time
    assert text(heard[joint(words(committed), heard) :]) == expected


def test_a_repeated_word_is_kept_when_its_time_is_new() -> None:
    stabilizer = Stabilizer(EAGER)
    stabilizer.update(words("no. no"), 0.9)
    stabilizer.update(words("no. no"), 1.2)
    stabilizer.trim(1)
    stabilizer.update(words("no", start=0.5), 1.2, is_final=True)
    assert text(stabilizer.committed) == "no. no"


def test_the_rest_of_a_trimmed_word_is_not_said_twice() -> None:
    stabilizer = Stabilizer(EAGER)
    stabilizer.update(words("in Rome. It"), 1.5)
    stabilizer.update(words("in Rome. It will"), 1.9)
    stabilizer.trim(2)
    stabilizer.update((Word("Rome.", 0.7, 0.85, 0.5), *words("It will rain", start=0.85)), 2.2, is_final=True)
    assert text(stabilizer.committed) == "in Rome. It will rain"


def test_only_committed_words_can_be_trimmed() -> None:
    stabilizer = Stabilizer(EAGER)
    stabilizer.update(words("one two"), 0.8)
    with pytest.raises(ValueError):
        stabilizer.trim(1)


def test_force_commits_what_is_long_past() -> None:
    stabilizer = Stabilizer(EAGER)
    stabilizer.update(words("one two three"), 9)
    stabilizer.force(0.9)
    assert text(stabilizer.committed) == "one two"
    assert text(stabilizer.unconfirmed) == "three"


def test_the_end_commits_what_was_open_and_nothing_else() -> None:
    stabilizer = Stabilizer(EAGER)
    stabilizer.update(words("I will go"), 1.3)
    stabilizer.update(words("I will go too"), 1.6)
    assert text(stabilizer.committed) == "I will go"
    stabilizer.end(stabilizer.unconfirmed)
    assert text(stabilizer.committed) == "I will go too"
    assert stabilizer.unconfirmed == ()


def test_normalized() -> None:
    assert normalized("¿Dónde?") == normalized("dónde")
    assert normalized("forty-five") == "fortyfive"
    assert normalized("…") == "…"


vocabulary = st.sampled_from(["the", "The", "cat", "cat.", "sat", "five", "Five,", "no", "on", "mat?"])
hypotheses = st.lists(
    st.tuples(
        st.lists(
            st.tuples(vocabulary, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)),
            max_size=10,
        ),
        st.floats(0, 20),
        st.booleans(),
    ),
    max_size=10,
)


@settings(max_examples=300, deadline=None)
@given(hypotheses)
def test_committed_only_grows(steps: list[tuple[list[tuple[str, float, float, float]], float, bool]]) -> None:
    stabilizer = Stabilizer()
    history = [stabilizer.committed]
    for drawn, end, trims in steps:
        clock = 0.0
        heard = []
        for part, gap, length, probability in drawn:
            heard.append(Word(part, clock + gap, clock + gap + length, probability))
            clock += gap + length
        stabilizer.update(heard, max(end, clock))
        history.append(stabilizer.committed)
        if trims:
            stabilizer.trim(len(stabilizer.committed))
        # What is shown ends as the hypothesis ends: its tail is never changed, only cut at the joint.
        shown = (*stabilizer.committed, *stabilizer.unconfirmed)
        assert all(word in shown for word in stabilizer.unconfirmed)
        assert tuple(heard[len(heard) - len(stabilizer.unconfirmed) :]) == stabilizer.unconfirmed
    for earlier, later in pairwise(history):
        assert later[: len(earlier)] == earlier


@settings(max_examples=200, deadline=None)
@given(st.lists(vocabulary, min_size=1, max_size=25), st.data())
def test_a_true_hypothesis_ends_as_said_once(said: list[str], data: st.DataObject) -> None:
    """Growing correct hypotheses, trimmed anywhere: the final is exactly what was said."""
    spoken = words(" ".join(said))
    stabilizer = Stabilizer(EAGER)
    for count in range(1, len(spoken) + 1):
        present = spoken[stabilizer.trimmed : count]
        stabilizer.update(present, spoken[count - 1].end)
        if data.draw(st.booleans()):
            stabilizer.trim(data.draw(st.integers(stabilizer.trimmed, len(stabilizer.committed))))
    stabilizer.update(spoken[stabilizer.trimmed :], spoken[-1].end, is_final=True)
    assert [normalized(word.text) for word in stabilizer.committed] == [normalized(part) for part in said]


@pytest.mark.parametrize(("probability", "seconds"), [(0.95, 0.3), (0.9, 0.3), (0.89, 1.2), (0.5, 1.2), (0.49, 2.0)])
def test_the_less_probable_a_word_the_longer_it_waits(probability: float, seconds: float) -> None:
    words = (Word("one", 0.2, 1.0, probability), Word("two", 1.0, 1.5, 0.95))
    rules = CommitRules(sure=99.0)  # nothing at first sight
    early, late = Stabilizer(rules), Stabilizer(rules)
    early.update(words, 0.5 + seconds)
    early.update(words, 0.99 + seconds)
    assert early.committed == ()
    late.update(words, 0.5 + seconds)
    late.update(words, 1.01 + seconds)
    assert [word.text for word in late.committed] == ["one"]
