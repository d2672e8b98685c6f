"""Which words leave the window, and where it is cut."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import SAMPLE_RATE, SpeechSegment, Word
from desktop.engine.recognition.window import cut_behind, ended_by, whole_sentences


def word(text: str, start: float, end: float) -> Word:
    return Word(text, start, end, 1.0)


def sentence(text: str, seconds: float = 0.5) -> tuple[Word, ...]:
    return tuple(word(one, index * seconds, (index + 1) * seconds) for index, one in enumerate(text.split()))


def test_the_last_whole_sentence_may_go() -> None:
    words = sentence("It rains. We stay. And then")
    assert whole_sentences(words, 0) == 4
    assert whole_sentences(words, 2) == 4
    assert whole_sentences(words, 4) == 0
    assert whole_sentences(sentence("And then"), 0) == 0


@given(
    lengths=st.lists(st.floats(0.05, 2.0), min_size=1, max_size=20), time=st.floats(-1.0, 45.0), gone=st.integers(0, 20)
)
def test_what_is_over_goes_and_nothing_else(lengths: list[float], time: float, gone: int) -> None:
    ends = np.cumsum(lengths)
    words = [word("a", float(end - length), float(end)) for end, length in zip(ends, lengths, strict=True)]
    gone = min(gone, len(words))
    count = ended_by(words, gone, time)
    assert count >= gone
    assert all(one.end <= time for one in words[gone:count])
    assert count == len(words) or words[count].end > time


def test_the_cut_lies_in_the_pause() -> None:
    """Also where the words' times are a little wrong."""
    loud = np.random.default_rng(1).normal(0, 0.3, 3 * SAMPLE_RATE).astype(np.float32)
    loud[round(1.02 * SAMPLE_RATE) : round(1.3 * SAMPLE_RATE)] = 0.0
    segment = SpeechSegment(1, loud, 10.0, 13.0, False)
    words = (word("one", 10.0, 11.0), word("two", 11.25, 12.0))
    assert 11.02 <= cut_behind(segment, words, 1) <= 11.3
    assert 11.02 <= cut_behind(segment, words[:1], 1) <= 11.3
