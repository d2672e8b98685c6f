"""Where somebody speaks is found by level alone."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.bench.people.stretches import PAUSE, spoken, stretches
from desktop.engine.events import SAMPLE_RATE, Samples

STEP = SAMPLE_RATE // 100


def sounds(*lengths: float, level: float = 0.0) -> Samples:
    """Silence and noise in turn, beginning with silence, with a hiss of that level throughout."""
    chance = np.random.default_rng(5)
    parts = [
        (index % 2) * 0.3 * chance.standard_normal(round(100 * seconds) * STEP) for index, seconds in enumerate(lengths)
    ]
    whole = np.concatenate(parts)
    return (whole + level * chance.standard_normal(len(whole))).astype(np.float32)


@settings(deadline=None)  # the first call of numpy takes long
@given(
    st.lists(st.tuples(st.integers(16, 60), st.integers(6, 60)), min_size=1, max_size=5),
    st.sampled_from((0.0, 0.003, 0.02)),
)
def test_each_stretch_is_found_where_it_is(lengths: list[tuple[int, int]], level: float) -> None:
    flat = [part / 100 for pair in lengths for part in pair]
    found = stretches(sounds(*flat, 0.3, level=level))
    ends = np.cumsum(flat)
    expected = list(zip(ends[0::2], ends[1::2], strict=True))
    assert len(found) == len(expected)
    np.testing.assert_allclose(found, expected, atol=0.011)


def test_a_short_pause_does_not_part_and_a_click_is_no_speech() -> None:
    assert len(stretches(sounds(0.2, 0.3, PAUSE - 0.05, 0.3, 0.2))) == 1
    assert stretches(sounds(0.3, 0.02, 0.3, 0.4, 0.3)) == ((0.62, 1.02),)
    assert stretches(np.zeros(SAMPLE_RATE, np.float32)) == ()
    assert stretches(np.zeros(0, np.float32)) == ()


def test_words_go_to_the_stretch_they_end_in() -> None:
    words = (("uno", 0.5), ("dos", 1.3), ("tres", 1.9), ("cuatro", 3.5))
    first, second = spoken(((0.2, 1.2), (1.8, 3.0)), words, begin=10.0)
    # "dos" is nearest to the first stretch, "cuatro" to the second; neither ends after somebody was silent.
    assert first.words == (("uno", 10.5), ("dos", 11.2))
    assert second.words == (("tres", 11.9), ("cuatro", 13.0))
    assert (first.start, first.end, second.start, second.end) == (10.2, 11.2, 11.8, 13.0)
    assert first.text == "uno dos"


def test_without_words_there_are_still_times() -> None:
    (only,) = spoken(((0.2, 1.2),))
    assert (only.start, only.end, only.words) == (0.2, 1.2, ())
    assert spoken((), (("uno", 0.5),)) == ()
