"""Which utterances of a recording go into one window, and which words come out for each."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import SAMPLE_RATE, SpeechSegment, Word
from desktop.engine.recognition.grouping import MOST, Grouping, SpeechGroup, shared_out, window

LENGTHS = st.lists(st.tuples(st.floats(0.2, 20.0), st.floats(0.0, 30.0)), min_size=1, max_size=12)


def segments(lengths: list[tuple[float, float]]) -> list[SpeechSegment]:
    """(seconds, silence behind it) -> utterances; the samples of each are its number."""
    found, now = [], 0.0
    for number, (seconds, silence) in enumerate(lengths):
        samples = np.full(round(seconds * SAMPLE_RATE), number + 1, np.float32)
        end = now + len(samples) / SAMPLE_RATE
        found.append(SpeechSegment(number, samples, now, end, True, end))
        now = end + silence
    return found


def grouped(every: list[SpeechSegment]) -> list[SpeechGroup]:
    grouping = Grouping()
    found = [group for one in every if (group := grouping.add(one)) is not None]
    last = grouping.end()
    assert last is not None
    assert grouping.end() is None
    return [*found, last]


@given(LENGTHS)
def test_each_utterance_is_in_one_group_and_no_window_is_too_long(lengths: list[tuple[float, float]]) -> None:
    every = segments(lengths)
    groups = grouped(every)
    assert [one.segment_id for group in groups for one in group.segments] == list(range(len(every)))
    for group in groups:
        samples, starts = window(group.segments)
        assert len(samples) / SAMPLE_RATE <= MOST + 1e-3 or len(group.segments) == 1
        assert (group.start, group.end) == (group.segments[0].start, group.segments[-1].end)
        for one, start in zip(group.segments, starts, strict=True):
            at = round(start * SAMPLE_RATE)
            assert np.array_equal(samples[at : at + len(one.samples)], one.samples)
        assert np.count_nonzero(samples) == sum(len(one.samples) for one in group.segments)


@given(LENGTHS)
def test_a_new_window_begins_only_where_the_next_utterance_does_not_fit(lengths: list[tuple[float, float]]) -> None:
    for group, following in pairwise(grouped(segments(lengths))):
        samples, _ = window((*group.segments, following.segments[0]))
        assert len(samples) / SAMPLE_RATE > MOST - 1e-3


def test_long_silence_is_shortened() -> None:
    samples, starts = window(segments([(2.0, 25.0), (2.0, 0.4), (1.0, 0.0)]))
    assert starts == pytest.approx((0.0, 3.0, 5.4))
    assert len(samples) == round(6.4 * SAMPLE_RATE)


@given(LENGTHS.filter(lambda one: len(one) > 1), st.integers(1, 6))
def test_words_go_back_to_where_they_were_said(lengths: list[tuple[float, float]], each: int) -> None:
    every = segments(lengths)
    _, starts = window(every)
    words, said = [], []
    for one, start in zip(every, starts, strict=True):
        length = len(one.samples) / SAMPLE_RATE / each
        said.append([f"{one.segment_id}-{at}" for at in range(each)])
        words += [Word(text, start + at * length, start + (at + 1) * length, 0.9) for at, text in enumerate(said[-1])]
    found = shared_out(words, every, starts)
    assert [[word.text for word in some] for some in found] == said
    for one, some in zip(every, found, strict=True):
        assert some[0].start == pytest.approx(one.start, abs=1e-3)
        assert some[-1].end == pytest.approx(one.end, abs=1e-3)


@given(LENGTHS, st.lists(st.tuples(st.floats(0, 60), st.floats(0, 3), st.sampled_from(["so", "end.", "why?"]))))
def test_no_word_is_lost_and_times_stay_within_their_utterance(
    lengths: list[tuple[float, float]], placed: list[tuple[float, float, str]]
) -> None:
    every = segments(lengths)
    _, starts = window(every)
    words = [Word(text, start, start + length, 0.9) for start, length, text in sorted(placed)]
    found = shared_out(words, every, starts)
    assert [word.text for some in found for word in some] == [word.text for word in words]
    for one, some in zip(every, found, strict=True):
        assert all(one.start <= word.start <= word.end <= one.end for word in some)


def test_a_word_on_the_border_goes_with_its_sentence() -> None:
    every = segments([(2.0, 0.5), (2.0, 0.0)])
    words = [Word("Press", 0.5, 1.0, 0.9), Word("five.", 1.0, 1.6, 0.9), Word("Then", 1.6, 2.8, 0.9)]
    words += [Word("wait.", 2.8, 4.0, 0.9)]
    found = shared_out(words, every, window(every)[1])
    assert [[word.text for word in some] for some in found] == [["Press", "five."], ["Then", "wait."]]
