"""The words for each change of pace, and how often a running utterance is looked at."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.models.load.load_levels import LONGEST_STEP, Kind, Pace, change, first_step, levels, step, summary
from desktop.messages import text_of
from desktop.settings.declaration import RecognitionSettings

SETTINGS = RecognitionSettings()
LEVELS = levels(SETTINGS)


def pace(number: int, model: int = 0) -> Pace:
    return Pace(
        LEVELS[number], number, model, *(choose(SETTINGS, LEVELS[number], 0.2) for choose in (step, first_step))
    )


def test_as_set_is_as_set() -> None:
    assert pace(0).applied(SETTINGS) is SETTINGS
    assert summary(pace(0), "Whisper small", "Whisper small") == ()


def test_a_lower_level_narrows_beam_and_window_and_nothing_else() -> None:
    applied = pace(4).applied(SETTINGS)
    assert (applied.beam_size, applied.window) == (1, 5.0)
    assert applied.model_copy(update={"beam_size": SETTINGS.beam_size, "window": SETTINGS.window}) == SETTINGS


@given(st.floats(0.1, 5), st.floats(0, 30), st.floats(0, 30))
def test_a_step_is_never_below_the_setting_and_leaves_time_between_looks(set_to: float, one: float, two: float) -> None:
    settings = RecognitionSettings(step=set_to)
    for level in levels(settings):
        shorter, longer = (step(settings, level, look) for look in sorted((one, two)))
        assert set_to <= shorter <= longer <= max(set_to, LONGEST_STEP)
        assert shorter >= min(1.5 * min(one, two), LONGEST_STEP)
        assert 0.3 * set_to <= first_step(settings, level, one) <= step(settings, level, one)
        assert first_step(settings, level, one) >= min(one, LONGEST_STEP)
    for above, below in pairwise(levels(settings)):
        higher, lower = step(settings, above, one), step(settings, below, one)
        assert higher <= lower
        assert higher < lower or above.slower == below.slower or lower == LONGEST_STEP, "fewer looks are fewer"


@pytest.mark.parametrize("number", range(len(LEVELS)))
@pytest.mark.parametrize("model", [0, 1])
def test_every_change_has_one_sentence_of_its_own(number: int, model: int) -> None:
    now = pace(number, model)
    said = set()
    for before in (pace(other, other_model) for other in range(len(LEVELS)) for other_model in (0, 1)):
        if (before.model, before.number) == (now.model, now.number):
            continue
        text = text_of(change(before, now, "Whisper small", "Whisper base" if model else "Whisper small"))
        said.add(text)
        assert text.endswith(".")
        assert text[0].isupper()
        assert "  " not in text
        is_lower = (now.model, now.number) > (before.model, before.number)
        assert text.startswith("This computer is too slow" if is_lower else "There is time again")
        if model != before.model:
            assert ("Whisper base" if is_lower else "Whisper small") in text
    assert said


def test_the_summary_names_everything_that_is_reduced() -> None:
    assert [text_of(one) for one in summary(pace(1), "Whisper small", "Whisper small")] == [
        "a quicker, less exact search"
    ]
    assert [text_of(one) for one in summary(pace(3), "Whisper small", "Whisper small")] == ["words every 1.1 s"]
    assert [text_of(one) for one in summary(pace(5), "Whisper small", "Whisper small")] == ["whole sentences only"]
    assert [text_of(one) for one in summary(pace(5, 1), "Whisper small", "Whisper base")] == [
        "Whisper base instead of Whisper small",
        "whole sentences only",
    ]
    assert pace(5).level.kind is Kind.FINALS


def test_looks_that_cost_something_come_less_often_but_stay_live() -> None:
    as_set = levels(RecognitionSettings())[0]
    assert step(RecognitionSettings(), as_set, 0.05) == 0.3
    assert step(RecognitionSettings(), as_set, 0.1) == 0.4
    assert step(RecognitionSettings(), as_set, 0.2) == 0.8
    assert step(RecognitionSettings(), as_set, 0.3) == 0.9
    assert step(RecognitionSettings(step=1.0), as_set, 0.1) == 1.0


def test_first_words_do_not_wait_for_thrift_but_for_a_machine_that_is_too_slow() -> None:
    as_set, *_, slow = levels(RecognitionSettings())
    assert first_step(RecognitionSettings(), as_set, 0.06) == pytest.approx(0.09)
    assert first_step(RecognitionSettings(), as_set, 0.2) == pytest.approx(0.3)
    assert first_step(RecognitionSettings(), as_set, 0.4) == pytest.approx(0.45)
    assert first_step(RecognitionSettings(), as_set, 0.6) == pytest.approx(0.6)
    assert first_step(RecognitionSettings(), slow, 0.1) == pytest.approx(1.2)
