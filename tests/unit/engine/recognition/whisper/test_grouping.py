"""Which calls go together into one batch."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.recognition.whisper.grouping import PROMPT_STEP, cut, next_batch

KEYS = st.lists(st.tuples(st.sampled_from(["encode", "generate"]), st.integers(0, 3)), max_size=40)
MOST = st.integers(1, 16)


@given(KEYS, MOST)
def test_the_first_goes_with_those_that_fit_in_their_order(keys: list[tuple[str, int]], most: int) -> None:
    chosen = next_batch(keys, most)
    fitting = [place for place, key in enumerate(keys) if key == keys[0]]
    assert list(chosen) == fitting[:most]


@given(KEYS, MOST)
def test_everybody_has_a_turn_and_nobody_two(keys: list[tuple[str, int]], most: int) -> None:
    waiting = list(enumerate(keys))
    served: list[int] = []
    turns = 0
    while waiting:
        chosen = set(next_batch([key for _, key in waiting], most))
        first = waiting[0][0]
        batch = [one for place, one in enumerate(waiting) if place in chosen]
        assert batch[0][0] == first
        served += [number for number, _ in batch]
        waiting = [one for place, one in enumerate(waiting) if place not in chosen]
        turns += 1
    assert sorted(served) == list(range(len(keys)))
    assert turns <= sum(-(-keys.count(key) // most) for key in set(keys))


@given(st.lists(st.integers(), max_size=80))
def test_a_text_keeps_its_end(tokens: list[int]) -> None:
    kept = cut(tokens)
    assert len(kept) % PROMPT_STEP == 0
    assert len(tokens) - len(kept) < PROMPT_STEP
    assert tokens[len(tokens) - len(kept) :] == kept
