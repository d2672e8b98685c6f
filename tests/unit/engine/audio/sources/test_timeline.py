import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.audio.sources.timeline import Placement, Timeline, zero_of


def test_sound_that_starts_late_or_has_a_hole_stands_where_it_is_stamped() -> None:
    timeline = Timeline(1.4)
    assert timeline.place(7.4, 0.02) == Placement(pytest.approx(6.0), 0.0)
    assert timeline.place(7.42, 0.02) == Placement()
    assert timeline.place(None, 0.02) == Placement()
    assert timeline.place(9.46, 0.02) == Placement(pytest.approx(2.0), 0.0)
    assert timeline.position == pytest.approx(8.08)


def test_a_clock_that_jumps_moves_nothing() -> None:
    timeline = Timeline(0.0)
    timeline.place(0.0, 1.0)
    for at in (95_000.0, 2.0, 40.0):  # back by more than what may overlap; then a gap
        before = timeline.position
        silence = timeline.place(at, 1.0).silence
        assert timeline.position == pytest.approx(before + silence + 1.0)
    assert timeline.position == pytest.approx(3.0 + 37.0 + 1.0)


def test_what_overlaps_is_left_out_once() -> None:
    timeline = Timeline(0.0)
    timeline.place(0.0, 2.0)
    assert timeline.place(1.8, 0.5) == Placement(0.0, pytest.approx(0.2))
    assert timeline.position == pytest.approx(2.3)


@given(jitter=st.lists(st.floats(-0.02, 0.02), min_size=2, max_size=200))
def test_stamps_that_jitter_change_nothing(jitter: list[float]) -> None:
    timeline = Timeline(0.0)
    timeline.place(0.0, 0.02)
    for number, off in enumerate(jitter, start=1):
        assert timeline.place(0.02 * number + off, 0.02) == Placement()


@given(
    pieces=st.lists(st.tuples(st.floats(0, 30), st.floats(0.01, 0.1)), min_size=1, max_size=60),
    zero=st.floats(-10, 10_000),
)
def test_each_piece_stands_within_a_tenth_of_a_second(pieces: list[tuple[float, float]], zero: float) -> None:
    timeline, at = Timeline(zero), zero
    for gap, length in pieces:
        at += gap
        timeline.place(at, length)
        at += length
        assert timeline.position == pytest.approx(at - zero, abs=0.07)


def test_where_the_clock_of_a_format_begins() -> None:
    assert zero_of("matroska,webm", 6.0) == 0.0  # its clock is the file's
    assert zero_of("mov,mp4,m4a,3gp,3g2,mj2", -0.02) == 0.0
    assert zero_of("mpegts", 51_000.0) == 51_000.0  # anybody's
    assert zero_of("matroska,webm", 7200.0) == 7200.0  # cut out of a stream that ran for hours
    assert zero_of("wav", None) == 0.0
