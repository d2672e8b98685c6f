"""How marks are counted, from kept takes: no model, no sound."""

from pathlib import Path

import numpy as np
import pytest

from desktop.bench.people.prompts import Prompt
from desktop.bench.practice.outcomes import final_feedback, outcome
from desktop.bench.practice.report import figures, marked, report
from desktop.bench.practice.takes import KeptModel, KeptText, Passage, Take, is_read, load, save
from desktop.bench.practice.variants import variants
from desktop.engine.events import Samples, Word
from desktop.practice.feedback import WordStatus

TEXTS = ("Please hold the line and wait.", "Nobody is here to answer you.", "Leave your message after the tone.")
OTHERS = ["potato", "banana", "xylophone", "quartz", "umbrella", "jukebox"]
SAID = " ".join(TEXTS).split()
SILENCE: Samples = np.zeros(16_000 * 12, np.float32)
PASSAGE = Passage("en", 0, TEXTS, variants(TEXTS, OTHERS, "seed"), (Prompt("en", "a", TEXTS[0], Path("a.g722")),) * 3)


class Everything:
    """Places any text, evenly; what is not said is unlikely, and so is a text without what is said."""

    def encode(self, samples: Samples) -> object:
        return None

    def count(self, words: list[str], language: str) -> int:
        return len(words)

    def align(self, window: object, words: list[str], language: str) -> object:
        chance = -20.0 * len({*words} - {*SAID}) - 10.0 * len({*SAID} - {*words})
        return KeptText(
            tuple(Word(word, 0.4 * at, 0.4 * at + 0.3, 0.9 if word in SAID else 0.0) for at, word in enumerate(words)),
            chance,
        )


def take() -> Take:
    """The passage as a perfect recogniser hears it: word by word, a window each 0.4 s, each second one a word late."""
    words = [[word, 0.4 * at, 0.4 * at + 0.3, 0.9] for at, word in enumerate(SAID)]
    updates = [
        [
            0.4 * at + 0.5,
            {"segment": 0, "revision": at, "language": "en", "start": 0.0, "end": 0.4 * at, "final": at == len(words),
             "words": words[:at]},
        ]
        for at in range(1, len(words) + 1)
    ]  # fmt: skip
    return Take(PASSAGE.name, 12.0, 1.0, {"plain": updates}, words)


def test_a_perfect_listener_is_perfect() -> None:
    kept = take()
    for variant in PASSAGE.variants:
        asked = KeptModel(kept, "en", Everything())  # type: ignore[arg-type]
        final_feedback(PASSAGE, variant, kept, asked, SILENCE, None)
    found = [outcome(PASSAGE, variant, kept, "plain", SILENCE, None) for variant in PASSAGE.variants]
    for one in found:
        assert one.final == one.expected, one.kind
        assert one.hasty == 0
    right, replaced, _, dropped, order, _ = found
    assert right.live == right.expected == [WordStatus.CORRECT] * 18
    assert right.changes == 18
    assert all(delay == pytest.approx(0.6) for delay in right.correct_after)
    assert len(replaced.wrong_after) == 2
    assert (dropped.extra_expected, dropped.extra_final, dropped.extra_false) == (2, 2, 0)
    assert len(order.final) == 18
    told = figures(found, ())
    assert told["right_final"] == 1.0
    assert told["errors_final"] == {"wanted": 4, "told": 4, "recall": 1.0, "precision": 1.0}
    assert told["hasty"] == 0
    assert told["bias"]["without"] == told["bias"]["end"] == 0.0
    shown = report({}, {"model": "none", "half": "odd", "update_ms": [1.0, 2.0]}, {"en": told})
    failed = [one.name for one in shown.checks if not one.holds]
    assert failed == ["Misread words marked correct with the prompt, English"]  # it was not measured


def test_what_the_model_was_never_asked_is_no_answer() -> None:
    with pytest.raises(LookupError):
        outcome(PASSAGE, PASSAGE.variants[0], take(), "plain", SILENCE, None)


def test_takes_are_kept(tmp_path: Path) -> None:
    assert load(tmp_path, PASSAGE) is None
    one = take()
    save(tmp_path, PASSAGE, one)
    assert load(tmp_path, PASSAGE) == one
    other = Passage("en", 0, TEXTS[::-1], PASSAGE.variants, PASSAGE.prompts)
    assert load(tmp_path, other) is None


def test_recall_and_precision() -> None:
    right, wrong, missing = WordStatus.CORRECT, WordStatus.WRONG, WordStatus.MISSING
    found = marked([(wrong, missing), (wrong, right), (right, wrong), (right, right), (missing, missing)])
    assert (found.recall, found.precision) == (2 / 3, 2 / 3)
    assert marked([]).recall == marked([]).precision == 1.0


@pytest.mark.parametrize(
    ("text", "seconds", "is_fair"),
    [(TEXTS[0], 2.0, True), ("un suono di beep ascendente", 0.37, False), ("eliminato vm-pound: premere", 3.1, False)],
)
def test_scripts_that_nobody_reads_are_left_out(tmp_path: Path, text: str, seconds: float, *, is_fair: bool) -> None:
    sound = tmp_path / "a.g722"
    sound.write_bytes(bytes(round(8000 * seconds)))
    assert is_read(Prompt("it", "a", text, sound)) is is_fair
