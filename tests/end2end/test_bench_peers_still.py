"""`parley bench peers` with time standing still, when it is interrupted, and what it says of what it cannot run."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from desktop.bench.figures.errors import word_errors
from desktop.bench.make_model import TINY, make_whisper
from desktop.bench.peers.measures import measured
from desktop.bench.peers.runs import Run, Setting, quietest_core, run
from desktop.bench.peers.systems import LOCAL_AGREEMENT, PARLEY, WHISPER_LIVE, WHOLE_FILE, PeerSystem
from desktop.bench.peers.tracks import Track, tracks
from desktop.system.paths import RESOURCES
from tests.command_line import run_parley
from tests.waiting import wait_until

MODEL = RESOURCES / "starter" / "whisper"
SETTING = Setting(MODEL, None, 5, quietest_core())


@pytest.fixture(scope="module")
def track() -> Track:
    """Two sentences."""
    return tracks(("sentences-en",), 6.0)[0]


def hear(system: PeerSystem, track: Track, setting: Setting = SETTING, *, is_aware: bool) -> Run:
    return run(system, Path(sys.executable), track, setting, repeat=0, is_aware=is_aware)


@pytest.mark.parametrize("system", [PARLEY, LOCAL_AGREEMENT], ids=lambda one: one.name)
def test_with_time_standing_still_a_system_hears_what_is_said(system: PeerSystem, track: Track) -> None:
    heard = hear(system, track, is_aware=False)
    assert heard.failure == ""
    assert word_errors(track.text, heard.text).rate <= 0.2
    times = [one.at for one in heard.said]
    assert times == sorted(times)
    assert 0 < times[0] < times[-1] <= track.seconds
    assert heard.said[0].at < track.sentences[-1].start, "it begins before everything was said"
    assert heard.cpu > 0
    assert heard.rss > 5e7
    found = measured(heard, track)
    assert found.revised == 0
    # Nobody can know a word before it is spoken; word times are good to about a tenth of a second.
    assert all(delay > -0.3 for one in found.sentences for delay in one.commit)


def test_with_time_standing_still_every_run_is_the_same(track: Track) -> None:
    first, second = (hear(PARLEY, track, is_aware=False) for _ in range(2))
    assert first.said == second.said


def test_the_cost_model_costs_and_changes_no_word(track: Track, tmp_path: Path) -> None:
    short = replace(track, samples=track.samples[: track.speech])
    alone = hear(LOCAL_AGREEMENT, short, is_aware=False)
    tiny = make_whisper(tmp_path / "tiny", TINY)
    both = hear(LOCAL_AGREEMENT, short, replace(SETTING, shadow=tiny), is_aware=False)
    assert both.failure == ""
    assert both.said == alone.said
    assert both.cpu > 1.5 * alone.cpu


def test_a_system_that_is_not_installed_says_why(track: Track) -> None:
    heard = hear(WHISPER_LIVE, track, is_aware=True)
    assert heard.failure.startswith("ModuleNotFoundError: No module named")
    assert heard.said == ()


def test_a_model_that_is_none_is_a_failure_with_a_sentence(track: Track, tmp_path: Path) -> None:
    heard = hear(WHOLE_FILE, track, replace(SETTING, model=tmp_path), is_aware=True)
    assert "model.bin" in heard.failure
    assert "Traceback" not in heard.failure


def test_an_interrupt_leaves_no_process_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "desktop", "bench", "peers", "--only", "local-agreement", "--audio", "stream-en"]
    process = subprocess.Popen(
        command, cwd=RESOURCES.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        assert (runner := wait_until(lambda: _children(process.pid), 60))
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert wait_until(lambda: not any(psutil.pid_exists(pid) for pid in runner), 60)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _children(pid: int) -> list[int]:
    return [one.pid for one in psutil.Process(pid).children(recursive=True)]


def test_unknown_names_are_told() -> None:
    done = run_parley(["bench", "peers", "--only", "siri"], os.environ)
    assert done.returncode == 1
    assert "siri" in done.stderr
    assert "whisper-live" in done.stderr
