"""When a sentence stands for good, and how many speakers a server bears."""

import math

import numpy as np
import pytest

from desktop.bench.load.talks import Talk
from desktop.bench.servers.command import borne
from desktop.bench.servers.figures import Heard, Level, State, lateness, level

TALK = Talk(np.zeros(160, np.float32), "one two three four", ((0.0, 1.0), (2.0, 3.0)), ("One two.", "three four"))


def heard(*states: tuple[float, str, str]) -> Heard:
    return Heard(tuple(State(*one) for one in states))


def test_a_sentence_stands_when_its_last_word_and_all_before_it_stay() -> None:
    said = heard(
        (0.5, "", "one"),
        (1.5, "", "one two"),
        (2.5, "", "one too three"),
        (3.5, "one two", "one two three"),
        (4.0, "one two three four", "one two three four"),
    )
    assert lateness(TALK, said, is_settled=False) == pytest.approx([2.5, 1.0]), "the second word was taken back once"
    assert lateness(TALK, said, is_settled=True) == pytest.approx([2.5, 1.0])


def test_what_is_never_called_settled_is_so_when_everything_is_over() -> None:
    said = heard((1.5, "", "one two"), (3.2, "one two", "one two three four"), (6.0, "one two", "one two three four"))
    assert lateness(TALK, said, is_settled=False) == pytest.approx([0.5, 0.2])
    assert lateness(TALK, said, is_settled=True) == pytest.approx([2.2, 3.0])


def test_a_sentence_that_is_lost_never_stands() -> None:
    assert lateness(TALK, heard((1.2, "one two", "one two")), is_settled=False) == [pytest.approx(0.2), math.inf]
    assert lateness(TALK, Heard(()), is_settled=True) == [math.inf, math.inf]


def test_a_level_is_borne_when_everybody_is_served_in_time() -> None:
    good = heard((1.5, "", "one two"), (3.5, "one two three four", "one two three four"))
    both = level([TALK, TALK], [good, good], memory=7)
    assert both.is_borne
    assert (both.speaking, both.refused, both.memory, both.errors.count) == (2, 0, 7, 0)
    assert not level([TALK, TALK], [good, Heard((), "full")]).is_borne
    late = heard((6.0, "", "one two three four"))
    assert not level([TALK, TALK], [good, late]).is_borne


def test_the_most_speakers_are_those_of_the_highest_level_that_is_borne() -> None:
    good = heard((1.0, "", "one two three four"))
    at = level([TALK], [good])
    assert borne([at, Level(9, 1, 0.0, 0.0, at.errors)]) == 1
    assert borne([]) == 0
