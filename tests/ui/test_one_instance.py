"""A second start: as processes on a real screen, and what is left behind by a crash."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.ui.runtime.single_instance import SHOW, START, SingleInstance
from tests.virtual_desktop import VirtualDesktop
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def desktop() -> Iterator[VirtualDesktop]:
    with VirtualDesktop((1280, 900)) as desktop:
        yield desktop


def command(settings: Path) -> list[str]:
    return [sys.executable, "-m", "desktop", "gui", "--settings", str(settings)]


def windows(desktop: VirtualDesktop) -> list[str]:
    return desktop.run(["xdotool", "search", "--onlyvisible", "--name", "^Parley$"], check=False).split()


def test_a_second_start_shows_the_first_one(desktop: VirtualDesktop, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("version = 1\n")
    environment = {**os.environ, **desktop.environment}
    first = subprocess.Popen(command(settings), env=environment, stderr=subprocess.PIPE, text=True)
    other = None
    try:
        window = desktop.wait_for_window("^Parley$")
        assert wait_until(lambda: SingleInstance(settings).may_be_there)
        desktop.run(["xdotool", "windowminimize", "--sync", window])
        assert windows(desktop) == []
        second = subprocess.run(command(settings), env=environment, capture_output=True, text=True, timeout=20)
        assert (second.returncode, second.stderr) == (0, "")
        assert "already" in second.stdout
        assert desktop.wait_for_window("^Parley$") == window
        other = subprocess.Popen(command(tmp_path / "other.toml"), env=environment, stderr=subprocess.PIPE, text=True)
        assert wait_until(lambda: len(windows(desktop)) == 2)  # other settings: an instance of its own
        first.send_signal(signal.SIGTERM)
        assert first.wait(10) == 0
    finally:
        for process in (first, other):
            if process is not None and process.poll() is None:
                process.kill()
            if process is not None:
                process.communicate()


def test_what_a_crash_leaves_behind_is_no_instance(qtbot: QtBot, tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from PyQt6.QtCore import QCoreApplication\n"
        "from desktop.ui.runtime.single_instance import SingleInstance\n"
        "app = QCoreApplication([]); one = SingleInstance(Path(sys.argv[1])); one.listen(); os._exit(0)"
    )
    settings = tmp_path / "settings.toml"
    subprocess.run([sys.executable, "-c", code, str(settings)], check=True, timeout=20)
    late = SingleInstance(settings)
    assert not late.hand_over(SHOW)
    late.listen()
    wishes: list[str] = []
    late.asked.connect(wishes.append)
    asking = code.replace("one.listen(); os._exit(0)", "sys.exit(0 if one.hand_over('start') else 1)")
    process = subprocess.Popen([sys.executable, "-c", asking, str(settings)])
    qtbot.waitUntil(lambda: process.poll() is not None)
    assert process.returncode == 0
    assert wishes == [START]
    late.close()
    assert not SingleInstance(settings).hand_over(SHOW)
