"""A simulated recogniser hears what was said in its window, and nothing else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desktop.bench.load.talks import Talk
from desktop.bench.streams.script import Script, timed
from desktop.engine.events import SAMPLE_RATE, Samples


def talk(seed: int) -> Talk:
    samples = np.random.default_rng(seed).normal(0, 0.2, 6 * SAMPLE_RATE).astype(np.float32)
    samples[: SAMPLE_RATE // 2] = 0.0
    texts = ("Good day to you.", f"This is talk {seed}.")
    return Talk(samples, " ".join(texts), ((0.5, 2.5), (3.5, 5.5)), texts)


TALKS = (talk(1), talk(2))


def window(of: Talk, start: float, end: float) -> Samples:
    return of.samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]


def test_a_whole_talk_is_heard_whole() -> None:
    for one in TALKS:
        heard = Script(TALKS).heard(one.samples, 6.0, is_final=True)
        assert " ".join(word.text for word in heard) == one.text


@given(start=st.floats(0.0, 5.0), seconds=st.floats(0.5, 6.0), which=st.integers(0, 1), is_final=st.booleans())
def test_the_words_lie_in_the_window_at_their_times(start: float, seconds: float, which: int, is_final: bool) -> None:
    end = min(6.0, start + seconds)
    samples = window(TALKS[which], start, end)
    known = {word.text: word for word in timed(TALKS[which])}
    for word in Script(TALKS).heard(samples, end, is_final=is_final):
        assert 0.0 <= word.start <= word.end <= end - start + 1e-3
        assert abs(word.end + start - min(end, known[word.text].end)) < 1e-3


@given(border=st.floats(0.6, 5.4))
def test_a_word_at_a_border_is_heard_on_one_side_of_it(border: float) -> None:
    script = Script(TALKS)
    before = script.heard(window(TALKS[0], 0.0, border), border, is_final=True)
    behind = script.heard(window(TALKS[0], border, 6.0), 6.0, is_final=True)
    assert " ".join(word.text for word in (*before, *behind)) == TALKS[0].text


def test_a_word_at_the_edge_is_heard_at_the_end_only() -> None:
    last = timed(TALKS[0])[3]
    samples = window(TALKS[0], 0.0, last.end + 0.01)
    script = Script(TALKS)
    assert [word.text for word in script.heard(samples, last.end + 0.01, is_final=False)] == ["Good", "day", "to"]
    assert [word.text for word in script.heard(samples, last.end + 0.01, is_final=True)][-1] == "you."


def test_what_nobody_says_is_not_heard() -> None:
    noise = np.random.default_rng(9).normal(0, 0.2, SAMPLE_RATE).astype(np.float32)
    assert Script(TALKS).heard(noise, 3.0, is_final=True) == ()
    assert Script(TALKS).heard(noise, 0.5, is_final=True) == ()
    assert Script(TALKS).heard(noise[:0], 3.0, is_final=True) == ()
