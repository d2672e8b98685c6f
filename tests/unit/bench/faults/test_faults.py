"""A few seeds of each kind; `parley bench faults --seeds N` tries as many as one likes."""

import json
import os
import signal
from pathlib import Path

import pytest

from desktop.bench.faults import changes, command, kills, packages, pulls, signals
from desktop.bench.faults.commands import COMMANDS
from desktop.bench.faults.result import Outcome
from desktop.bench.reports.output import ReportOutput


@pytest.mark.parametrize("seed", range(4))
def test_hostile_servers_fill_lose_and_hold_up_nothing(seed: int) -> None:
    assert pulls.run(seed).problem == ""


@pytest.mark.parametrize("seed", range(10))
def test_hostile_packages_are_refused_with_a_sentence_or_can_be_loaded(seed: int) -> None:
    assert packages.run(seed).problem == ""


@pytest.mark.parametrize("seed", range(8))
def test_kills_leave_the_old_or_the_new(seed: int) -> None:
    assert kills.run(seed).problem == ""


@pytest.mark.parametrize("seed", range(5))
def test_signals_closed_streams_and_full_disks_end_as_they_should(seed: int) -> None:
    assert signals.run(seed).problem == ""


def test_what_is_wrong_with_an_end_is_seen() -> None:
    path = COMMANDS[0]
    one = signals._Try(path, ((0.1, signal.SIGINT), (0.1, signal.SIGTERM)))

    def ended(code: int | None = 130, err: str = "", after: float = 0.5, signals_: int = 2) -> str:
        return signals._wrong_end(one, signals._Ended(code, "", err, after, signals_))

    assert ended() == ended(143) == ended(0) == ended(-15) == ""
    assert "exit code 129" in ended(129)
    assert "exit code 143" in ended(143, signals_=1)
    assert "after the second signal" in ended(after=2.5)
    assert "did not end" in ended(None)
    assert "Traceback" in ended(1, 'Traceback\n File "desktop/x.py"\nKeyboardInterrupt')
    assert ended(-2, 'Traceback\n File "<frozen site>"\nKeyboardInterrupt') == ""
    (full,) = [
        signals._wrong_end(signals._Try(path, streams=("open", "full", "open")), signals._Ended(1, "", "", 1, 0))
    ]
    assert full == "it failed without a word"


def test_changes_outside_of_a_folder_are_seen(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    found: list[str] = []
    with changes.watched(changes.outside(tmp_path / "home", found)):
        (tmp_path / "home" / "a").write_text("1")
        (tmp_path / "home" / "a").rename(tmp_path / "home" / "b")
        (tmp_path / "home" / "b").read_text()
        assert found == []
        (tmp_path / "home" / ".." / "c").write_text("1")
        (tmp_path / "home" / "b").rename(tmp_path / "d")
        (tmp_path / "d").unlink()
        (tmp_path / "link").symlink_to("home")
        folder = os.open(tmp_path, os.O_RDONLY)
        os.mkdir("e", dir_fd=folder)
        os.close(folder)
    (tmp_path / "f").write_text("nobody watches")
    assert [Path(one).name for one in found] == ["c", "d", "d", "link", "e"]


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
