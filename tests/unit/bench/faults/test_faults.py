"""A few seeds of each kind; `parley bench faults --seeds N` tries as many as one likes."""

import json
from pathlib import Path

import pytest

from desktop.bench.faults import command, kills, packages, pulls
from desktop.bench.faults.result import Outcome
from desktop.bench.reports.output import ReportOutput


@pytest.mark.parametrize("seed", range(4))
def test_hostile_servers_fill_lose_and_hold_up_nothing(seed: int) -> None:
    assert pulls.run(seed).problem == ""


@pytest.mark.parametrize("seed", range(10))
def test_hostile_packages_are_refused_with_a_sentence_or_can_be_loaded(seed: int) -> None:
    assert packages.run(seed).problem == ""


@pytest.mark.parametrize("seed", range(6))
def test_kills_leave_the_old_or_the_new(seed: int) -> None:
    assert kills.run(seed).problem == ""


def test_a_run_goes_on_where_it_ended_and_names_what_went_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tried: list[int] = []

    def run(seed: int) -> Outcome:
        tried.append(seed)
        return Outcome(seed, "pull", seed % 2 == 0, "" if seed % 2 == 0 else "download", 0.1, 7, "lost" * (seed == 3))

    monkeypatch.setattr(command, "KINDS", {"pulls": run})
    output = ReportOutput(str(tmp_path / "faults.json"))
    assert command.main(3, (), is_resumed=True, output=output) == 0
    assert command.main(5, (), is_resumed=True, output=output) == 1
    assert tried == [0, 1, 2, 3, 4]
    totals = json.loads((tmp_path / "faults.json").read_text())["totals"]
    assert totals["pulls"]["problems"] == [{"seed": 3, "problem": "lost"}]
    assert "pulls, seed 3: lost" in capsys.readouterr().out
    (tmp_path / "faults.json").write_text("[]")
    assert command.main(1, (), is_resumed=True, output=output) == 0
