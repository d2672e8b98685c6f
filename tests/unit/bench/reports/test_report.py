"""A report as tables, JSON, plot and page."""

import json
from pathlib import Path

import pytest

from desktop.bench.reports.machine import machine, machine_line
from desktop.bench.reports.output import ReportOutput, as_record, deliver
from desktop.bench.reports.page import blocks, filled, markdown
from desktop.bench.reports.report import Chart, Check, Report, Series, Table
from desktop.engine.errors import EngineError
from tests.raising import raises
from tests.unit.bench.takes import ABOUT

ROOT = Path(__file__).resolve().parents[4]
PNG = b"\x89PNG\r\n\x1a\n"


def report(limit: float = 1.0) -> Report:
    return Report(
        kind="cost",
        title="What it costs.",
        machine=ABOUT,
        tables=(Table(("Model", "Processor"), (("tiny", "0.10"), ("a|b", "0.20")), "Processor time"),),
        notes=("A note.",),
        checks=(Check("Processor", 0.5, limit, "s"),),
        charts=(
            Chart("bars", "Bars", "s", "", (Series("one", ("a", "b"), (1.0, 2.0), (0.5, 1.5), (1.5, 2.5)),), limit=2.0),
            Chart("lines", "Lines", "min", "s", (Series("one", (0, 1), (1.0, 2.0)), Series("two", (0, 1), (2.0, 1.0)))),
            Chart("cells", "Cells", "pad", "context", (Series("500", ("0", "1"), (1.0, float("nan"))),)),
        ),
        data={"raw": 1},
    )  # fmt: skip


def test_tables_are_printed_and_the_exit_code_tells_whether_limits_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert deliver(report(), ReportOutput()) == 0
    printed = capsys.readouterr().out
    assert "What it costs." in printed
    assert "Processor time" in printed
    assert "Processor: 0.5 s, limit 1 s: pass." in printed
    assert deliver(report(limit=0.1), ReportOutput()) == 1
    assert "FAIL" in capsys.readouterr().out


def test_what_could_not_be_measured_does_not_hold() -> None:
    check = Check("First text", None, 1.0, "s")
    assert not check.holds
    assert "not measured" in check.sentence


def test_json_alone_is_printed_and_with_a_name_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert deliver(report(), ReportOutput("-")) == 0
    printed = json.loads(capsys.readouterr().out)
    assert deliver(report(), ReportOutput(str(tmp_path / "cost.json"))) == 0
    written = json.loads((tmp_path / "cost.json").read_text(encoding="utf-8"))
    for record in (printed, written):
        assert record["kind"] == "cost"
        assert record["raw"] == 1
        assert record["holds"] is True
        assert record["checks"][0] == {"name": "Processor", "value": 0.5, "limit": 1.0, "unit": "s", "holds": True}
        assert record["tables"][0]["rows"][0] == ["tiny", "0.10"]
        assert len(record["machine"]["load_after"]) == 3
    assert "What it costs." in capsys.readouterr().out


@pytest.mark.parametrize("name", ["plot.png", "plot.svg"])
def test_every_kind_of_chart_is_drawn(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    deliver(report(), ReportOutput("-", path))
    drawn = path.read_bytes()
    if name.endswith("png"):
        assert drawn.startswith(PNG)
    else:
        text = drawn.decode()
        for word in ("Bars", "Lines", "Cells", "limit 2", "A processor", "context"):
            assert word in text


def test_where_results_cannot_go_is_said_before_measuring(tmp_path: Path) -> None:
    with raises(EngineError, match="does not exist"):
        ReportOutput(str(tmp_path / "none" / "a.json")).check()
    with raises(EngineError, match="PNG nor SVG"):
        ReportOutput("", tmp_path / "plot.gif").check()
    ReportOutput("-", tmp_path / "plot.svg").check()


def test_without_matplotlib_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with raises(EngineError, match=r"matplotlib.*not installed"):
        ReportOutput("", tmp_path / "plot.png").check()


def test_the_machine_is_described() -> None:
    about = machine()
    assert about["cores"] >= 1
    assert len(about["load"]) == 3
    assert about["ctranslate2"]
    assert machine_line(ABOUT) == "Machine: A processor, 4 cores, load 0.1, 0.2, 0.3 (1, 5, 15 min), Linux."
    assert "2 of 4 cores" in machine_line({**ABOUT, "usable_cores": 2})


def test_a_record_becomes_markdown() -> None:
    text = markdown(as_record(report(limit=0.1)))
    assert "| Model | Processor |\n| --- | ---: |\n| tiny | 0.10 |\n| a\\|b | 0.20 |" in text
    assert "- Processor: 0.5 s, limit 0.1 s: **FAIL**" in text
    assert "Load afterwards" in text


def test_a_page_is_filled_block_by_block_and_again() -> None:
    page = "# A\n<!-- begin cost -->\nold\n<!-- end cost -->\nrest\n<!-- begin soak -->\n<!-- end soak -->\n"
    record = as_record(report())
    once = filled(page, "cost", record)
    assert "old" not in once
    assert once.endswith("rest\n<!-- begin soak -->\n<!-- end soak -->\n")
    assert filled(once, "cost", record) == once
    assert blocks(page) == ("cost", "soak")
    with pytest.raises(ValueError, match="no block"):
        filled(page, "latency", record)


def test_the_page_of_benchmarks_holds_what_was_measured() -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert {"accuracy", "latency", "stability", "cost", "peers", "soak", "ablate", "contexts"} <= set(blocks(page))
    for file in sorted((ROOT / "docs" / "benchmarks").glob("*.json")):
        record = json.loads(file.read_text(encoding="utf-8"))
        assert filled(page, file.stem, record) == page, f"run: parley bench page docs/benchmarks.md {file}"
