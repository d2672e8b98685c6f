from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.audio.sources.silence import SilenceFill

RATE = 48_000


def test_silence_keeps_pace_while_nothing_plays() -> None:
    fill = SilenceFill(RATE, began=10.0)
    total = sum(fill.missing(10.0 + step * 0.03) for step in range(1, 101))
    assert total == RATE * 2.9


def test_steady_audio_gets_none() -> None:
    fill = SilenceFill(RATE, began=0.0)
    assert [fill.heard(1440, 0.03 * step + 0.02 * (step % 2)) for step in range(1, 100)] == [0] * 99


def test_a_pause_is_filled_before_what_follows_it() -> None:
    fill = SilenceFill(RATE, began=0.0)
    fill.heard(4800, 0.1)
    assert fill.heard(4800, 1.1) == int(RATE * 0.9)


@given(st.lists(st.tuples(st.floats(0.001, 2.0), st.booleans()), max_size=60))
def test_never_further_from_the_clock_than_the_patience(steps: list[tuple[float, bool]]) -> None:
    fill, now, count = SilenceFill(RATE, began=0.0), 0.0, 0
    for pause, is_audio in steps:
        now += pause
        if is_audio:
            block = min(1440, int(pause * RATE))
            count += fill.heard(block, now) + block
        else:
            count += fill.missing(now)
        assert -1 - len(steps) <= now * RATE - count <= 0.1 * RATE + 1
