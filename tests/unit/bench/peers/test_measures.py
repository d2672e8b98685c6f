"""Figures of what a run said."""

import numpy as np
import pytest

from desktop.bench.figures.delays import Sentence
from desktop.bench.figures.errors import Errors, pooled, word_errors
from desktop.bench.peers.measures import measured, of_stable_text, revised_words, sentence_errors
from desktop.bench.peers.runs import Run, Said
from desktop.bench.peers.tracks import Track

FIRST = Sentence("Yes, it is.", 0.5, 1.5, (("Yes,", 1.0), ("it", 1.2), ("is.", 1.5)))
SECOND = Sentence("No way.", 3.0, 4.0, (("No", 3.5), ("way.", 4.0)))
TRACK = Track("t", "en", np.zeros(80_000, np.float32), 64_000, (FIRST, SECOND))


def run(*said: tuple[float, str, str]) -> Run:
    return Run("system", "t", 0, True, tuple(Said(*one) for one in said), cpu=2.5, rss=7)


def test_a_word_is_committed_when_the_text_first_holds_it() -> None:
    found = measured(
        run(
            (1.4, "", "yes"),
            (1.6, "Yes,", "Yes, it"),
            (2.0, "Yes, it is.", "Yes, it is."),
            (5.0,) + ("Yes, it is. No way.",) * 2,
        ),
        TRACK,
    )
    assert found.sentences[0].commit == pytest.approx((0.6, 0.8, 0.5))
    assert found.sentences[1].commit == pytest.approx((1.5, 1.0))
    assert found.sentences[0].shown == pytest.approx((0.4, 0.4, 0.5))
    assert found.revised == 0
    assert (found.cpu, found.seconds, found.rss) == (2.5, 5.0, 7)


def test_a_word_that_is_taken_back_counts_from_when_it_came_to_stay() -> None:
    found = measured(run((1.1, "Yes it", "Yes it"), (1.4, "Yes", "Yes"), (2.0, "Yes it is", "Yes it is")), TRACK)
    assert found.sentences[0].commit == pytest.approx((0.1, 0.8, 0.5))
    assert found.revised == 1


def test_words_behind_a_wrong_one_have_delays_too() -> None:
    found = measured(run((2.0, "Yes he is", "Yes he is"), (4.5, "Yes he is no way", "Yes he is no way")), TRACK)
    assert found.sentences[0].commit == pytest.approx((1.0, 0.5))
    assert found.sentences[0].errors == Errors(substitutions=1, words=3)
    assert found.sentences[1].commit == pytest.approx((1.0, 0.5))


def test_nothing_was_heard() -> None:
    found = measured(run(), TRACK)
    assert [one.commit for one in found.sentences] == [(), ()]
    assert pooled(one.errors for one in found.sentences) == Errors(deletions=5, words=5)


@pytest.mark.parametrize(
    "heard", ["yes it is no way", "yes is oh no no way man", "", "no", "yes it is", "it it it it it it"]
)
def test_errors_of_sentences_add_up_to_those_of_the_text(heard: str) -> None:
    parts = sentence_errors((FIRST, SECOND), heard.split())
    assert pooled(parts) == word_errors(TRACK.text, heard)


def test_errors_are_put_where_they_were_made() -> None:
    first, second = sentence_errors((FIRST, SECOND), ["yes", "it", "is", "oh", "no", "way"])
    assert first == Errors(words=3)
    assert second == Errors(insertions=1, words=2)


def test_revised_words() -> None:
    assert revised_words(["a", "a b", "a b c"]) == 0
    assert revised_words(["a b c", "a x c"]) == 2
    assert revised_words(["a b", "a"]) == 1
    assert revised_words(["We have to fin", "We have to finish the"]) == 0
    assert revised_words(["We have to fin", "We have to fish the"]) == 1


def test_stable_text_is_another_reading_of_the_same_run() -> None:
    assert of_stable_text(run((1.0, "a", "a b"))) is None
    told = Run("rt", "t", 0, True, (Said(1.0, "", "Yes it", "Yes"), Said(2.0, "Yes it is", "Yes it is", "Yes it is")))
    other = of_stable_text(told)
    assert other is not None
    assert other.system == "rt-stable"
    assert [one.committed for one in other.said] == ["Yes", "Yes it is"]
