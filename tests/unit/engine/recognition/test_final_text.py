from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import Word
from desktop.engine.recognition.settling.final_text import HeardLast, final_words


def words(text: str) -> tuple[Word, ...]:
    return tuple(Word(word, index * 0.4, index * 0.4 + 0.3, 0.9) for index, word in enumerate(text.split()))


def test_the_whole_utterance_knows_better() -> None:
    whole = words("Lo siento, esa es una extensión.")
    assert final_words(words("lo siento ese es una extension"), whole) == whole


def test_without_a_decoding_of_the_whole_the_committed_words_stay() -> None:
    committed = words("as they were")
    assert final_words(committed, None) == committed
    assert final_words(committed, ()) == committed


def test_a_whole_that_lost_a_sentence_is_not_believed() -> None:
    committed = words("This is the first sentence. This is the second.")
    assert final_words(committed, words("This is the second.")) == committed


def test_a_whole_that_has_more_is() -> None:
    whole = words("This is the first sentence. This is the second.")
    assert final_words(words("This is the second."), whole) == whole


def later(text: str, begin: float) -> tuple[Word, ...]:
    return tuple(replace(word, start=word.start + begin, end=word.end + begin) for word in words(text))


def test_words_are_kept_as_the_last_window_heard_them_that_had_them() -> None:
    heard = HeardLast()
    heard.hear(words("Lo siento, esa extensión. Luego"))
    heard.leave(words("lo siento ese extension"))
    heard.hear(later("Luego presione", 1.6))
    assert heard.words == (*words("Lo siento, esa extensión."), *later("Luego presione", 1.6))


def test_words_that_the_last_window_lost_are_kept_as_they_were_committed() -> None:
    heard = HeardLast()
    heard.hear(words("Luego presione"))
    heard.leave(words("lo siento ese es"))
    assert heard.words[:4] == words("lo siento ese es")


def test_the_rest_of_a_word_whose_audio_left_is_no_word() -> None:
    heard = HeardLast()
    heard.hear(words("one two"))
    heard.leave(words("one two"))
    heard.hear((replace(words("two")[0], start=0.6, end=0.75), *later("three", 0.8)))
    assert [word.text for word in heard.words] == ["one", "two", "three"]


TEXTS = st.lists(st.sampled_from(["one", "two", "three"]), max_size=12).map(lambda found: words(" ".join(found)))


@given(TEXTS, st.none() | TEXTS)
def test_one_of_both_is_taken_and_it_is_never_much_shorter(
    committed: tuple[Word, ...], whole: tuple[Word, ...] | None
) -> None:
    found = final_words(committed, whole)
    assert found in (committed, whole)
    assert len(found) >= 0.75 * len(committed)
