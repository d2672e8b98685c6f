"""A second start: as processes on a real screen, and what is left behind by a crash."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.bench.live.virtual_audio import VirtualAudio
from desktop.system import instance
from desktop.ui.runtime.single_instance import SingleInstance
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
        assert wait_until(instance.address_of(settings).exists)
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
        "app = QCoreApplication([]); one = SingleInstance(Path(sys.argv[1]), str); one.listen(); os._exit(0)"
    )
    settings = tmp_path / "settings.toml"
    subprocess.run([sys.executable, "-c", code, str(settings)], check=True, timeout=20)
    assert instance.address_of(settings).exists()
    assert instance.ask(settings, instance.SHOW) is None
    wishes: list[str] = []
    late = SingleInstance(settings, lambda wish: wishes.append(wish) or "")  # type: ignore[func-returns-value]
    late.listen()
    asking = (
        "import sys; from pathlib import Path; from desktop.system import instance\n"
        "print(instance.ask(Path(sys.argv[1]), sys.argv[2]))"
    )
    for wish, answer in ((instance.START, "ok"), ("nonsense", "ok")):
        process = subprocess.Popen(
            [sys.executable, "-c", asking, str(settings), wish], stdout=subprocess.PIPE, text=True
        )
        qtbot.waitUntil(lambda process=process: process.poll() is not None)
        assert process.communicate()[0] == f"{answer}\n"
    assert wishes == [instance.START]
    late.close()
    assert instance.ask(settings, instance.SHOW) is None


def status(settings: Path) -> dict[str, str]:
    return json.loads(instance.ask(settings, instance.STATUS, 10) or "{}")  # type: ignore[no-any-return]


def test_commands_steer_the_one_that_runs(desktop: VirtualDesktop, tmp_path: Path) -> None:
    with VirtualAudio():
        steer(desktop, tmp_path)


def steer(desktop: VirtualDesktop, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("version = 1\n")
    environment = {**os.environ, **desktop.environment}

    def run(*words: str) -> tuple[int, str, str]:
        told = [sys.executable, "-m", "desktop", "--settings", str(settings), *words]
        done = subprocess.run(told, env=environment, capture_output=True, text=True, timeout=30, check=False)
        return done.returncode, done.stdout, done.stderr

    assert run("toggle") == (1, "", "parley: Parley does not run on this screen; start it with: parley\n")
    process = subprocess.Popen(command(settings), env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert wait_until(lambda: run("status")[1] == "Ready\n")
        desktop.wait_for_window("^Parley$")
        overlay = ["xdotool", "search", "--onlyvisible", "--name", "^Parley subtitles$"]

        assert wait_until(lambda: status(settings)["subtitles"] == "locked")
        assert run("unlock")[0] == 0
        assert status(settings)["subtitles"] == "unlocked"
        assert wait_until(lambda: desktop.run(overlay, check=False))
        run("unlock")
        assert wait_until(lambda: not desktop.run(overlay, check=False))
        ready = {"state": "idle", "words": "Ready", "reason": "", "subtitles": "locked"}
        assert json.loads(run("status", "--json")[1]) == ready
        code, words, _ = run("toggle")
        assert (code, words.split()[0]) == (0, "Loading")
        assert wait_until(lambda: status(settings)["state"] == "listening")
        run("stop")
        assert wait_until(lambda: status(settings)["state"] == "idle")
    finally:
        process.terminate()
        process.communicate(timeout=15)
