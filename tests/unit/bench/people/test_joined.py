"""What was heard of prompts that were joined, one by one, and how sure the difference of two recognisers is."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.bench.joined import kept, report
from desktop.bench.people.joined import JoinedRead, PromptErrors, compared, difference, errors_of_each, rates, shuffled
from desktop.bench.people.prompts import Prompt
from desktop.bench.people.whole_files import spoken_errors
from desktop.bench.reports.output import as_record
from desktop.engine.errors import EngineError

ABOUT = {"model": "base", "half": "even"}
TEXTS = ["please hold the line", "press five now", "good bye"]


def test_each_prompt_has_its_errors() -> None:
    heard = "Please hold the wine. Good bye!"
    assert errors_of_each(TEXTS, heard) == ((4, 1, False), (3, 3, True), (2, 0, False))
    assert errors_of_each(TEXTS, "") == ((4, 4, True), (3, 3, True), (2, 2, True))
    assert errors_of_each(TEXTS, "Please hold the line press five now good bye") == (
        (4, 0, False),
        (3, 0, False),
        (2, 0, False),
    )


@given(st.lists(st.sampled_from(["please", "hold", "the", "line", "press", "five"]), max_size=12))
def test_all_errors_belong_to_some_prompt(heard: list[str]) -> None:
    text = " ".join(heard)
    whole = spoken_errors(" ".join(TEXTS), text or "-")
    each = errors_of_each(TEXTS, text)
    assert sum(words for words, _, _ in each) == whole.words
    assert sum(wrong for _, wrong, _ in each) == whole.count


def prompt(name: str, text: str) -> Prompt:
    return Prompt("en", name, text, Path(name))


def joined(seed: int, *errors: tuple[int, int]) -> JoinedRead:
    """errors: (Parley's, faster-whisper's) of prompts of ten words."""
    found = tuple(PromptErrors(f"p{at}", 10, one, other, False, False) for at, (one, other) in enumerate(errors))
    return JoinedRead("en", seed, 10.0, 2.0, 1.0, found, "", "")


def test_orders_differ_and_stay() -> None:
    some = tuple(prompt(f"p{at}", "a b c d e") for at in range(20))
    assert shuffled(some, 0) == shuffled(some, 0)
    assert shuffled(some, 0) != shuffled(some, 1)
    assert sorted(one.name for one in shuffled(some, 0)) == sorted(one.name for one in some)


def test_both_are_compared_prompt_by_prompt() -> None:
    some = tuple(prompt(f"p{at}", text) for at, text in enumerate(TEXTS))
    (first, second, third) = compared(some, "please hold the line good bye", "please press five now good bye")
    assert (first.parley, first.plain, first.lost_by_plain) == (0, 3, True)
    assert (second.parley, second.lost_by_parley, second.plain) == (3, True, 0)
    assert (third.parley, third.plain) == (0, 0)


def test_the_difference_is_that_of_the_same_prompts() -> None:
    same = [joined(0, *[(at % 4, at % 4) for at in range(30)])]
    assert (difference(same).low, difference(same).high) == (0, 0)
    worse = [joined(seed, *[(at % 4 + 1, at % 4) for at in range(30)]) for seed in range(3)]
    assert difference(worse).low == difference(worse).high == pytest.approx(0.1)
    assert rates(worse)[0] - rates(worse)[1] == pytest.approx(0.1)
    mixed = [joined(0, *[(2, 0) if at % 2 else (0, 2) for at in range(30)])]
    assert difference(mixed).low < -0.03 < 0.03 < difference(mixed).high


def test_the_report_is_gone_on_with_only_by_the_same_kind_of_run(tmp_path: Path) -> None:
    file = tmp_path / "joined.json"
    reads = [joined(0, (1, 1), (0, 2)), joined(1, (1, 1), (3, 0))]
    made = report({}, ABOUT, reads)
    assert made.holds is False
    file.write_text(json.dumps(as_record(made)))
    assert kept(file, ABOUT) == reads
    assert kept(tmp_path / "none.json", ABOUT) == []
    with pytest.raises(EngineError, match="another kind of run"):
        kept(file, ABOUT | {"half": "odd"})
    file.write_text('{"model": "base", "half": "even"}')
    with pytest.raises(EngineError, match="cannot be gone on with"):
        kept(file, ABOUT)
