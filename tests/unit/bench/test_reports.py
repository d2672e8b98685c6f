"""What the commands make of live runs."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop.bench import ablate, cost, silence, stability
from desktop.bench.cost import Cost, cpu_share, one_thread
from desktop.bench.figures.erasure import Erasure
from desktop.bench.figures.errors import Errors
from desktop.bench.live import parts
from desktop.bench.live.parts import WITHOUT, backends
from desktop.bench.people.over_music import OverMusic
from desktop.bench.reports.output import as_record
from desktop.engine.errors import EngineError
from desktop.engine.options import SessionOptions
from desktop.engine.recognition.transcriber import Transcriber
from desktop.engine.translation.backends.choose import make_translator
from desktop.settings.declaration import Settings
from desktop.settings.store import changed
from tests.unit.bench.takes import ABOUT, live_run, take


def test_stability_judges_all_recordings_and_every_revision() -> None:
    calm = live_run(take(), take("es-01.flac"))
    found = stability.report("Starter", ABOUT, [calm, calm])
    assert found.holds
    assert found.data["erasure"]["all"] == {"text": 0.0, "translation": round(4 / 24, 4)}
    assert [row[0] for row in found.tables[0].rows] == ["en", "es", "all"]
    assert found.tables[0].rows[0][1] == "2"
    wild = live_run(take(shown=Erasure(2, 7)), revisions=1)
    judged = {check.name: check.holds for check in stability.report("Starter", ABOUT, [wild]).checks}
    assert judged == {
        "Normalized erasure of the text": False,
        "Normalized erasure of the translation": True,
        "Revisions of committed text": False,
        "Revisions of committed translation": True,
    }


def test_cost_is_of_all_audio_and_memory_the_largest() -> None:
    runs = (live_run(take(cpu=1.0), take(cpu=3.0)), live_run(take(cpu=2.0), peak_memory=500.0, real_time_factor=0.3))
    one = Cost("Starter", runs)
    assert cpu_share(one.takes) == pytest.approx(0.2)
    assert one.memory == 500.0
    assert one.real_time_factor == pytest.approx(0.2)
    assert one.busy == pytest.approx(4 / 30)
    found = cost.report("Starter", ABOUT, [one, Cost("size base", (live_run(take(commit=())),))])
    assert found.tables[0].rows[0][0] == "Starter"
    assert found.tables[0].rows[1][4] == "–"
    assert found.data["costs"][0]["interval"][0] <= 0.2 <= found.data["costs"][0]["interval"][1]


def test_cost_is_measured_on_one_thread_unless_asked_otherwise() -> None:
    assert one_thread(Settings()).recognition.threads == 1
    assert one_thread(changed(Settings(), {"recognition.threads": 2})).recognition.threads == 2
    assert one_thread(Settings()).recognition.device == "cpu"


def test_every_variant_can_be_run() -> None:
    for variant in (*ablate.IDEAS, *ablate.grid()):
        changed(Settings(), variant.changes)
        assert set(variant.without) <= set(WITHOUT)
    names = [one.name for one in (*ablate.IDEAS, *ablate.grid())]
    assert len(set(names)) == len(names)
    used = {name for one in ablate.IDEAS for name in one.without}
    assert used == set(WITHOUT)


def test_each_idea_is_left_out_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "Session", lambda options, **deciders: deciders)

    def made(*without: str) -> tuple[object, ...]:
        engine = backends(without, [])
        deciders: Any = engine.session(SessionOptions())
        transcriber = deciders["transcriber"]
        return (
            *(getattr(transcriber, name) for name in ("prompts", "trims", "commit_rules", "speculates")),
            deciders["translator"]._masks,
            engine.lowers_load,
            engine.translator is make_translator,
        )

    plain = made()
    assert plain[:4] == (Transcriber.prompts, Transcriber.trims, Transcriber.commit_rules, Transcriber.speculates)
    left_out = [made(name) for name in WITHOUT]
    assert len(set(left_out)) == len(WITHOUT)
    for one in left_out:
        assert sum(here != there for here, there in zip(one, plain, strict=True)) == 1


def test_ideas_are_shown_one_by_one() -> None:
    wrong = take(heard="The doctor once to clean the ticket.", commit=(1.0, 2.0))
    outcomes = [
        ablate.Outcome(ablate.EVERYTHING, (take(), take())),
        ablate.Outcome(ablate.Variant("no prompt"), (wrong, wrong), revisions=2, errors=("slow",)),
        ablate.Outcome(ablate.Variant("deaf"), (take(heard="", commit=(), final=()),)),
    ]
    found = ablate.ideas_report("Starter", ABOUT, outcomes)
    rows = {row[0]: row[1:] for row in found.tables[0].rows}
    assert rows["everything on"][0].startswith("0.0%")
    assert rows["everything on"][1] == "0.50 s"
    assert rows["no prompt"][0].startswith("14.3%")
    assert rows["no prompt"][-1] == "2"
    assert rows["deaf"][1] == "–"
    assert found.data["variants"][1]["word_error_rate"]["value"] == pytest.approx(1 / 7, abs=1e-4)
    assert found.data["variants"][1]["errors"] == ["slow"]
    assert "commit_p50" not in found.data["variants"][2]


def test_the_grid_has_a_table_for_each_figure() -> None:
    outcomes = [ablate.Outcome(one, (take(),)) for one in ablate.grid()[1:]]
    found = ablate.grid_report("Starter", ABOUT, outcomes)
    assert [row[0] for row in found.tables[0].rows] == ["500", "800", "1000", "1500", "3000"]
    assert found.tables[0].rows[0][1] == "–"
    assert set(found.tables[0].rows[-1][1:]) == {"0.0%"}
    assert [chart.kind for chart in found.charts] == ["cells"] * 4
    assert "Starter" in found.notes[1]


def test_a_word_in_any_sound_and_a_busy_recogniser_in_silence_do_not_hold() -> None:
    quiet = silence.Result(60.0, 2.0, 0, 0, 0.0)
    heard = dict.fromkeys(("silence", "breath", "music"), quiet)
    over = OverMusic("en", Errors(substitutions=6, words=100), Errors(substitutions=9, words=100))

    def holds(changed: dict[str, silence.Result], over_music: OverMusic = over) -> bool:
        found = silence.Found(heard | changed, {"en": over_music})
        made = silence.report(ABOUT, {"model": "Starter", "minutes": 1}, found)
        assert len(made.tables[0].rows) == 3
        return made.holds

    assert holds({})
    assert not holds({"music": replace(quiet, words=1)})
    assert not holds({"silence": replace(quiet, recogniser_share=0.02)})
    assert holds({"music": replace(quiet, recogniser_share=0.5)})
    assert not holds({}, replace(over, over=Errors(substitutions=10, words=100)))


def test_a_run_over_sounds_goes_on_where_its_file_ends(tmp_path: Path) -> None:
    file, about_run = tmp_path / "silence.json", {"model": "Starter", "minutes": 1}
    over = OverMusic("en", Errors(substitutions=6, words=100), Errors(deletions=9, words=100))
    found = silence.Found({"breath": silence.Result(60.0, 2.0, 0, 0, 0.0)}, {"en": over})
    file.write_text(json.dumps(as_record(silence.report({}, about_run, found))))
    assert silence.kept(file, about_run) == found
    assert silence.kept(tmp_path / "none.json", about_run) == silence.Found({}, {})
    for other in (about_run | {"minutes": 2}, {"model": "x"}):
        with pytest.raises(EngineError):
            silence.kept(file, other)
    file.write_text("{}")
    with pytest.raises(EngineError):
        silence.kept(file, {})
