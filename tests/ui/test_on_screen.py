"""The app as a process on a real X screen: it shows its window, answers the keyboard, and ends cleanly."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.settings.store import SettingsStore
from tests.virtual_desktop import VirtualDesktop
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def desktop() -> Iterator[VirtualDesktop]:
    with VirtualDesktop((1280, 900), tray=True) as desktop:
        yield desktop


@pytest.fixture
def app(desktop: VirtualDesktop, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    (tmp_path / "settings.toml").touch()  # not the first start
    process = subprocess.Popen(
        [sys.executable, "-m", "desktop", "gui", "--settings", str(tmp_path / "settings.toml")],
        env={**os.environ, **desktop.environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    desktop.wait_for_window("^Parley$")
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(app: "subprocess.Popen[str]", tmp_path: Path, how: signal.Signals) -> None:
    app.send_signal(how)
    _, told = app.communicate(timeout=10)
    assert app.returncode == 0
    assert "Traceback" not in told


def open_by(keys: str, title: str, desktop: VirtualDesktop) -> str:
    """The window that these keys open; they do nothing until the settings are read."""
    for _ in range(20):
        desktop.run(["xdotool", "key", keys])
        try:
            return desktop.wait_for_window(title, timeout=1)
        except TimeoutError:
            continue
    raise TimeoutError(f"{title} did not open")


def test_it_can_be_used_and_closed_by_keyboard_and_remembers_its_place(
    app: "subprocess.Popen[str]", desktop: VirtualDesktop, tmp_path: Path
) -> None:
    window = desktop.wait_for_window("^Parley$")
    desktop.activate(window)
    desktop.run(["xdotool", "windowsize", "--sync", window, "800", "500"])
    desktop.activate(open_by("ctrl+comma", "^Settings", desktop))
    desktop.run(["xdotool", "key", "Escape"])
    desktop.activate(window)
    desktop.run(["xdotool", "key", "ctrl+q"])
    _, told = app.communicate(timeout=10)
    assert app.returncode == 0
    assert "Traceback" not in told
    assert SettingsStore(tmp_path / "settings.toml", environment={}).current.window.geometry[2:] == (800, 500)


def test_closed_it_goes_on_in_the_tray(app: "subprocess.Popen[str]", desktop: VirtualDesktop, tmp_path: Path) -> None:
    window = desktop.wait_for_window("^Parley$")
    search = ["xdotool", "search", "--onlyvisible", "--name", "^Parley$"]
    for how in (["wmctrl", "-i", "-c", window], ["xdotool", "key", "ctrl+w"]):
        desktop.activate(window)
        desktop.activate(open_by("ctrl+comma", "^Settings", desktop))  # the settings are read: it knows of the tray
        desktop.run(["xdotool", "key", "Escape"])
        desktop.activate(window)
        desktop.run(how)
        assert wait_until(lambda: window not in desktop.run(search, check=False).split())
        assert app.poll() is None
        again = [sys.executable, "-m", "desktop", "gui", "--settings", str(tmp_path / "settings.toml")]
        subprocess.run(again, env={**os.environ, **desktop.environment}, check=True, capture_output=True, timeout=20)
        assert desktop.wait_for_window("^Parley$") == window


def test_it_ends_cleanly_while_the_doctor_looks(app: "subprocess.Popen[str]", desktop: VirtualDesktop) -> None:
    desktop.activate(desktop.wait_for_window("^Parley$"))
    open_by("ctrl+shift+l", "^Latency$", desktop)
    desktop.activate(desktop.wait_for_window("^Parley$"))
    open_by("ctrl+d", "^Doctor$", desktop)
    app.send_signal(signal.SIGTERM)
    _, told = app.communicate(timeout=10)
    assert app.returncode == 0, told
    assert "QThread" not in told
    assert "Traceback" not in told
