"""The words of a second, whole decoding behind those that are committed already."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import Word
from desktop.engine.recognition.settling.late_words import late_words, parted
from desktop.engine.recognition.settling.stabilizer import normalized

_VOCABULARY = ("a", "b", "c", "d", "e", "B.", "c,", "d!")


def words(text: str, start: float = 0.0) -> tuple[Word, ...]:
    return tuple(Word(word, start + n * 0.5, start + n * 0.5 + 0.4, 0.9) for n, word in enumerate(text.split()))


def texts(found: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in found)


def test_what_is_committed_is_not_said_again() -> None:
    assert texts(late_words(words("the train is"), words("The train is late today."))) == "late today."


def test_nothing_committed_takes_all_and_nothing_heard_adds_nothing() -> None:
    assert texts(late_words((), words("all of it"))) == "all of it"
    assert late_words(words("all of it"), ()) == ()


def test_a_word_that_is_missing_among_the_committed_ones_comes_late() -> None:
    committed = words("the train was not very late")
    found = late_words(committed, words("the slow train was not very late today"))
    assert texts(found) == "slow today"
    assert found[0].start >= committed[-1].end


def test_what_is_found_between_committed_words_comes_behind_all_others() -> None:
    committed = (*words("turn right"), *words("there it", 5.0))
    found = words("then go left", 1.5)
    heard = (*words("turn right"), *found, *words("there it is", 5.0))
    in_place, late = parted(committed, heard, found)
    assert texts(in_place) == "turn right there it is"
    assert texts(late) == "then go left"
    assert late[0].start >= heard[-1].end


def test_what_is_found_behind_committed_words_comes_in_its_place() -> None:
    committed, found = words("turn right"), words("right then go left", 0.5)
    heard = (*words("turn"), *found, *words("there it is", 5.0))
    assert parted(committed, heard, found) == (heard, ())
    assert parted((), heard, found) == (heard, ())


def test_case_and_punctuation_are_no_other_word() -> None:
    assert texts(late_words(words("Yes, the train."), words("yes - the train was late"))) == "was late"


@given(
    st.lists(st.sampled_from(_VOCABULARY), max_size=12),
    st.lists(st.sampled_from(_VOCABULARY), max_size=12),
)
def test_every_word_of_the_whole_decoding_is_written_as_often_as_it_was_heard(
    committed: list[str], heard: list[str]
) -> None:
    before, whole = words(" ".join(committed)), words(" ".join(heard))
    after = late_words(before, whole)
    written = Counter(normalized(word.text) for word in (*before, *after))
    assert not Counter(normalized(word.text) for word in whole) - written
    times = [word.start for word in after]
    assert times == sorted(times)
