"""What `parley bench speech` plans, joins and reports."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.bench.figures.errors import normalized
from desktop.bench.live.script import recordings
from desktop.bench.people.prompts import VOICES, key_of
from desktop.bench.people.speech_report import LanguageFigures, PromptResult, StreamResult, report
from desktop.bench.people.speech_stream import PAUSES, fitting, pauses, recognised
from desktop.bench.people.whole_files import spoken_errors
from desktop.bench.reports.output import as_record
from desktop.bench.reports.page import markdown
from desktop.bench.speech import PROMPTS, half, kept, plan
from desktop.engine.errors import EngineError
from tests import prompt_packages
from tests.conftest import TEST_AUDIO, read_audio
from tests.raising import raises
from tests.unit.bench.takes import ABOUT

RUN = {"model": "Whisper x", "parley_runs_on": "processor", "prompts": 2, "stream_seconds": 90.0, "half": "even"}
LIVE = StreamResult(20.0, "uno dos", "uno", 1, 2, (0.5, 0.7), (0.4,), (0.6, 0.8), 8.0, 0, ())
LINES = (
    PromptResult("a", "uno dos tres", "Uno, dos.", "uno dos tres"),
    PromptResult("b", "cuatro", "Cuatro", "quatro"),
)
ES = LanguageFigures("es", VOICES["es"].credit, LINES, LIVE)


def test_accents_case_and_punctuation_do_not_count() -> None:
    assert normalized("Ésa está, ñ ё й", accents=False) == ["esa", "esta", "n", "е", "и"]
    assert spoken_errors("esta extension no es valida", "¡Está extensión no es válida!").count == 0
    assert spoken_errors("esta extension", "esta es la tensión").count == 3


def test_errors_are_those_of_all_prompts_and_judged_beside_the_others() -> None:
    assert (ES.parley.count, ES.plain.count, ES.parley.words) == (1, 1, 4)
    assert ES.limit == pytest.approx(3.3)
    assert ES.holds
    worse = replace(ES, lines=(PromptResult("a", "uno dos tres cuatro", "", "uno dos tres cuatro"),))
    assert (worse.limit, worse.holds) == (2, False)


def test_the_report_has_each_language_and_can_be_put_into_a_page() -> None:
    found = report(ABOUT, RUN, [ES, replace(ES, language="fr", credit="Someone, CC BY 3.0", live=None)], ["A note."])
    assert [row[0] for row in found.tables[0].rows] == ["Spanish", "French", "all"]
    assert found.tables[0].rows[0][1:] == ("2", "4", "1", "25.0%", "1", "25.0%", "1.00")
    assert [row[0] for row in found.tables[1].rows] == ["Spanish"]
    assert found.tables[1].rows[0][3:6] == ("50.0%", "–", "0.60 s")
    assert found.tables[1].rows[0][-1] == "0.40"
    assert len(found.checks) == 2
    assert found.holds
    text = markdown(as_record(found))
    assert "Someone, CC BY 3.0" in text
    assert "A note." in text


def test_a_language_without_live_figures_has_no_row_of_them() -> None:
    found = report(ABOUT, RUN, [replace(ES, live=None)])
    assert len(found.tables) == 1
    quiet = report(ABOUT, RUN, [replace(ES, live=replace(LIVE, commit=(), problems=("It broke.",)))])
    assert quiet.tables[1].rows[0][9:12] == ("–", "–", "–")
    assert "Spanish: It broke." in quiet.notes


def test_the_preset_fast_has_a_table_of_its_own() -> None:
    other = replace(LIVE, cpu=4.0, erasure=0.05, memory=312.4)
    found = report(ABOUT, RUN, [replace(ES, fast=other)])
    assert [one.title for one in found.tables[1:]] == ["Live", 'Live, preset "fast"']
    assert found.tables[2].rows[0][-3:] == ("0.05", "312 MB", "0.20")
    assert LanguageFigures.of(json.loads(json.dumps(replace(ES, fast=other).record))).fast == other


@pytest.mark.parametrize("live", [LIVE, None])
def test_a_saved_language_is_read_again_as_it_was(live: StreamResult | None) -> None:
    one = replace(ES, live=live)
    assert LanguageFigures.of(json.loads(json.dumps(one.record))) == one


def test_a_run_goes_on_where_its_file_ends(tmp_path: Path) -> None:
    file = tmp_path / "speech.json"
    assert kept(file, RUN) == {}
    file.write_text(json.dumps(as_record(report(ABOUT, RUN, [ES]))), encoding="utf-8")
    assert kept(file, RUN) == {"es": ES}
    with raises(EngineError, match="another kind of run"):
        kept(file, {**RUN, "model": "Whisper y"})
    file.write_text(json.dumps({**RUN, "languages": [{}]}), encoding="utf-8")
    with raises(EngineError, match="cannot be gone on with"):
        kept(file, RUN)


def test_the_options_say_what_is_measured() -> None:
    usual: dict[str, Any] = {"is_quick": False, "is_live": True, "is_odd": False}
    assert plan((), PROMPTS, **usual).languages == tuple(VOICES)
    assert plan(("fr",), 3, **usual).prompts == 3
    assert plan((), PROMPTS, **{**usual, "is_live": False}).seconds == 0
    quick = plan((), PROMPTS, **{**usual, "is_quick": True})
    assert quick.prompts < PROMPTS
    assert 0 < quick.seconds < 60
    with raises(EngineError, match="Japanese"):
        plan(("ja",), PROMPTS, **usual)


def test_each_half_is_taken_from_its_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    speech = read_audio(TEST_AUDIO / "es-00.flac")
    names = [f"prompt-{number}" for number in range(12)]
    said = dict.fromkeys(names, ("Iré al baño este fin de semana.", speech))
    prompt_packages.install(tmp_path, "es", said)
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path))
    for is_odd in (False, True):
        mine = sorted((name for name in names if key_of(name) % 2 == is_odd), key=key_of)
        assert [one.name for one in half("es", 2, is_odd=is_odd)] == mine[:2]
    assert half("fr", 2) == ()


def test_only_words_that_were_said_have_times() -> None:
    heard = (("Está", 0.3), ("extinción", 0.9), ("no", 1.1), ("es", 1.2), ("válida.", 1.8))
    assert recognised("esta extension no es valida", heard) == (heard[0], *heard[2:])
    assert recognised("uno dos", ()) == ()
    assert recognised("s'il vous plaît", (("S'il", 0.2), ("vous", 0.4), ("plaît.", 0.7))) == (
        ("S'il", 0.2),
        ("vous", 0.4),
        ("plaît.", 0.7),
    )


@given(st.lists(st.floats(0.5, 20), min_size=1, max_size=30), st.floats(1, 90))
def test_a_stream_is_as_long_as_allowed_and_never_empty(lengths: list[float], limit: float) -> None:
    between = pauses(len(lengths), "es")
    assert between == pauses(len(lengths), "es")
    assert all(PAUSES[0] <= one <= PAUSES[1] for one in between)
    count = fitting(lengths, between, limit)
    total = [sum(lengths[:some]) + sum(between[:some]) for some in range(len(lengths) + 1)]
    assert count >= 1
    assert count == 1 or total[count] <= limit + 1e-9
    assert count == len(lengths) or total[count + 1] > limit - 1e-9


def test_a_manifest_may_name_the_end_of_a_sentence_and_have_no_words(tmp_path: Path) -> None:
    sentences = [{"text": "", "start": 0.5, "end": 1.5, "words": []}]
    entry = {"file": "a.wav", "seconds": 2.0, "language": "es", "text": "uno", "sentences": sentences}
    (tmp_path / "manifest.json").write_text(json.dumps([entry]), encoding="utf-8")
    ((only,),) = [one.sentences for one in recordings(tmp_path)]
    assert (only.start, only.end, only.words) == (0.5, 1.5, ())
