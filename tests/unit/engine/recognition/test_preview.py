"""Which unconfirmed words are shown: sure ones, once, in one spelling."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.events import Word
from desktop.engine.recognition.settling.preview import FOLLOWED, Preview, PreviewRules
from desktop.engine.recognition.settling.stabilizer import normalized

END = 20.0


def words(text: str, probability: float = 0.95, mark: float = 0.95) -> tuple[Word, ...]:
    return tuple(Word(part, n * 0.4, (n + 1) * 0.4, probability, mark) for n, part in enumerate(text.split()))


def text(shown: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in shown)


def test_a_guess_is_not_shown_nor_what_follows_it() -> None:
    heard = words("I go to the theater now")
    guessed = (*heard[:4], replace(heard[4], probability=0.3), heard[5])
    assert text(Preview().show((), guessed, END)) == "I go to the"


def test_a_word_heard_twice_needs_less_certainty() -> None:
    display = Preview(PreviewRules(new=0.9, repeated=0.7, first=0.9))
    heard = words("I go", 0.95)
    doubted = (heard[0], replace(heard[1], probability=0.8))
    assert text(display.show((), doubted, END)) == "I"
    assert text(display.show((), doubted, END + 0.1)) == "I", "too soon to be another opinion"
    assert text(display.show((), doubted, END + 0.3)) == "I go"


def test_who_waits_long_for_a_word_sees_a_guess() -> None:
    display = Preview(PreviewRules(patience=0.9, new_late=0.5, repeated_late=0.3))
    heard = words("I go", 0.95)
    guessed = (heard[0], replace(heard[1], probability=0.6), Word("far", 0.8, 1.2, 0.4, 0.95))
    assert text(display.show((), guessed, END)) == "I"
    assert text(display.show((), guessed, END + 0.6)) == "I"
    assert text(display.show((), guessed, END + 1.0)) == "I go far", "0.4, but heard before"
    more = (*guessed, Word("away", 1.2, 1.6, 0.6, 0.95))
    assert text(display.show((), more, END + 1.5)) == "I go far", "something new came not long ago"
    assert text(display.show((), more, END + 2.1)) == "I go far away"


def test_the_first_word_comes_soon() -> None:
    display = Preview()
    assert text(display.show((), words("Is it", 0.4), END)) == "Is"
    assert text(Preview().show((), words("Is it", 0.1), END)) == ""


def test_a_shown_word_stays_as_long_as_it_is_heard() -> None:
    display = Preview()
    display.show((), words("so it is"), END)
    assert text(display.show((), words("so it is", 0.2), END)) == "so it is"
    assert text(display.show((), words("so what is", 0.2), END)) == "so"


def test_a_spelling_changes_only_when_the_new_one_persists() -> None:
    display = Preview()
    display.show((), words("well it is"), END)
    assert text(display.show((), words("Well, it is"), END + 0.3)) == "well it is"
    assert text(display.show((), words("well it is"), END + 0.6)) == "well it is"
    assert text(display.show((), words("Well, it is"), END + 0.9)) == "well it is"
    assert text(display.show((), words("Well, it is"), END + 1.0)) == "well it is"
    assert text(display.show((), words("Well, it is"), END + 1.2)) == "Well, it is"


def test_an_unsure_full_stop_is_not_shown() -> None:
    assert text(Preview().show((), words("so it is.", mark=0.5), END)) == "so it is"
    assert text(Preview().show((), words("so it is.", mark=0.95), END)) == "so it is."
    assert text(Preview().show((), words("five. nine.", mark=0.95), END)) == "five. nine"
    assert text(Preview().show((), words("it is, so", mark=0.5), END)) == "it is, so"
    assert text(Preview().show((), words("it …", mark=0.5), END)) == "it …"


def test_a_word_at_the_edge_may_be_cut_but_not_in_a_pause() -> None:
    heard = words("it is so")
    assert text(Preview().show((), heard, heard[-1].end + 0.05)) == "it is"
    assert text(Preview().show((), heard, heard[-1].end + 0.05, is_pause=True)) == "it is so"


def test_a_first_word_that_is_likely_is_shown_even_at_the_edge() -> None:
    first = words("it")
    end = first[-1].end + 0.05
    assert text(Preview().show((), first, end)) == "it"
    doubted = (replace(first[0], probability=0.5),)
    assert text(Preview().show((), doubted, end)) == ""
    assert text(Preview().show((), doubted, end + 0.1)) == "it"


def test_words_are_told_apart_by_their_place_in_the_utterance() -> None:
    display = Preview()
    heard = words("one two three four")
    display.show((), heard, END)
    unsure = tuple(replace(word, probability=0.1) for word in heard)
    assert text(display.show(heard[:2], unsure[2:], END)) == "three four"
    assert display.show(heard, (), END) == ()


drawn = st.lists(
    st.tuples(st.sampled_from(["so", "So,", "it", "it.", "is", "…"]), st.floats(0, 1), st.floats(0, 1)), max_size=8
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(drawn, st.integers(0, 3), st.floats(0, 5), st.booleans()), max_size=10))
def test_what_is_shown_is_a_beginning_of_what_is_heard(
    steps: list[tuple[list[tuple[str, float, float]], int, float, bool]],
) -> None:
    display = Preview()
    committed: tuple[Word, ...] = ()
    history: list[tuple[tuple[Word, ...], tuple[Word, ...], tuple[Word, ...]]] = []
    for parts, count, end, is_pause in steps:
        first = 0.4 * len(committed)
        heard = tuple(
            Word(part, first + n * 0.4, first + n * 0.4 + 0.4, probability, mark)
            for n, (part, probability, mark) in enumerate(parts)
        )
        committed, open_words = (*committed, *heard[:count]), heard[count:]
        shown = display.show(committed, open_words, end, is_pause=is_pause)
        assert [normalized(word.text) for word in shown] == [normalized(word.text) for word in open_words[: len(shown)]]
        assert [(word.start, word.end) for word in shown] == [(w.start, w.end) for w in open_words[: len(shown)]]
        history.append((committed, open_words, shown))
    for (_, _, before), (committed, open_words, now) in pairwise(history):
        if not committed:  # nothing moved: what is still heard is still shown
            kept = 0
            while kept < min(len(before), len(open_words)):
                if normalized(before[kept].text) != normalized(open_words[kept].text):
                    break
                kept += 1
            assert len(now) >= kept


@pytest.mark.parametrize("rounds", [2, 5])
def test_the_same_hypothesis_is_shown_the_same(rounds: int) -> None:
    display = Preview()
    heard = words("it is so.")
    assert len({text(display.show((), heard, END)) for _ in range(rounds)}) == 1


def test_who_followed_the_sound_is_believed_at_once_and_at_its_end() -> None:
    heard = words("I go there", 0.6)
    end = heard[-1].end
    assert text(Preview(FOLLOWED).show((), heard, end)) == "I go there"
    assert text(Preview().show((), heard, end)) == "I"
    doubtful = (*heard[:2], replace(heard[2], probability=0.2))
    assert text(Preview(FOLLOWED).show((), doubtful, end)) == "I go"
