"""BLEU and chrF, and accuracy's report of them."""

from pathlib import Path

import pytest

from desktop.bench import accuracy
from desktop.bench.accuracy import Result
from desktop.bench.figures.errors import word_errors
from desktop.bench.figures.translation_score import score
from desktop.bench.live.script import recordings
from tests.unit.bench.takes import ABOUT

RIGHT = "Iré a la escuela por la tarde."
EVERYTHING = {Path(one.path).stem: one for one in recordings()}


def test_the_reference_itself_scores_100() -> None:
    found = score([(RIGHT, RIGHT)] * 3)
    assert found.bleu == pytest.approx(100)
    assert found.chrf == pytest.approx(100)
    assert (found.bleu_interval.low, found.bleu_interval.high) == pytest.approx((100, 100))


def test_a_wrong_word_costs_and_another_text_scores_low() -> None:
    near = score([("Iré a la escuela por la noche.", RIGHT)])
    far = score([("El gato duerme.", RIGHT)])
    assert far.bleu < near.bleu < 100
    assert far.chrf < near.chrf < 100
    with pytest.raises(ValueError, match="nothing"):
        score([])


def result(name: str, heard: str, whole: str, translation: str) -> Result:
    one = EVERYTHING[name]
    errors = word_errors(one.text, whole), word_errors(one.text, heard)
    return Result(one, whole, heard, *errors, translation, one.translation)


def test_accuracy_shows_both_kinds_of_figures() -> None:
    said = EVERYTHING["en-00"].text
    found = accuracy.report(
        ABOUT, "Starter", "pushed", [result("en-00", said, said, RIGHT), result("es-00", "", "", "")], ["jfk.flac"]
    )
    assert found.data["translation"]["en → es"]["bleu"] == pytest.approx(100)
    assert found.data["translation"]["es → en"]["bleu"] == 0
    assert found.data["translation"]["es → en"]["bleu_of_script"] == pytest.approx(100)
    assert found.data["totals"]["en"] == {"words": 9, "whole": 0.0, "live": 0.0}
    assert found.holds  # both are as deaf
    assert any("jfk.flac" in note for note in found.notes)


def test_accuracy_fails_where_live_is_worse_than_whole() -> None:
    said = EVERYTHING["en-00"].text
    found = accuracy.report(ABOUT, "Starter", "pushed", [result("en-00", "I will go", said, "")], [])
    assert not found.holds


def test_without_sacrebleu_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.bench.figures.translation_score.is_available", lambda: False)
    said = EVERYTHING["en-00"].text
    found = accuracy.report(ABOUT, "Starter", "pushed", [result("en-00", said, said, RIGHT)], [])
    assert any("sacrebleu, which is not installed" in note for note in found.notes)
    assert len(found.tables) == 1
