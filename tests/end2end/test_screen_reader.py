"""A screen reader hears each line once, and warnings; every window and control has a role and a name."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import TEST_AUDIO
from tests.end2end.screen_reader import Node, ScreenReaderDesk
from tests.virtual_desktop import VirtualDesktop
from tests.waiting import wait_until

CONTROLS = {
    "button",
    "push button",
    "check box",
    "text",
    "entry",
    "spin button",
    "list",
    "combo box",
    "menu item",
    "slider",
    "list item",
    "radio button",
    "toggle button",
    "page tab",
    "password text",
    "tree",
    "table",
}
WINDOWS = {"frame", "window", "dialog", "popup menu"}


@pytest.fixture(scope="module")
def desktop() -> Iterator[VirtualDesktop]:
    with VirtualDesktop((1400, 1000), compositor=False) as desktop:
        yield desktop


@pytest.fixture
def reader(session_bus: None, desktop: VirtualDesktop) -> Iterator[ScreenReaderDesk]:
    with ScreenReaderDesk() as reader:
        yield reader


def start(desktop: VirtualDesktop, settings: Path, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "desktop", "gui", "--settings", str(settings), *arguments]
    return subprocess.Popen(command, env={**os.environ, **desktop.environment}, stderr=subprocess.PIPE, text=True)


def test_each_line_and_warning_is_announced_once(
    reader: ScreenReaderDesk, desktop: VirtualDesktop, tmp_path: Path, manifest: dict[str, dict[str, Any]]
) -> None:
    settings = tmp_path / "settings.toml"
    source = TEST_AUDIO / "en-01.flac"
    settings.write_text(
        f'version = 1\n[audio]\nsource = "file:{source}"\n[recognition]\nlanguage = "en"\n'
        '[translation]\ntarget = "es"\n[speech]\nrate = 99\n'
    )
    process = start(desktop, settings, "--start")
    try:
        text = manifest["en-01"]["text"]
        assert wait_until(lambda: text in reader.announced, 60), reader.announced
        assert wait_until(lambda: "Ready" in reader.announced), reader.announced
        assert wait_until(lambda: any(one.startswith("¿") or one.endswith(".") for one in reader.announced))
    finally:
        process.terminate()
        _, told = process.communicate(timeout=20)
    said = reader.announced
    assert said.count(text) == 1
    assert [one for one in said if "speech.rate" in one]
    assert len(said) == len(set(said)), said
    assert said.index("Loading") < said.index(text)
    assert "Traceback" not in told


def test_every_window_list_menu_and_control_has_a_role_and_a_name(
    reader: ScreenReaderDesk, desktop: VirtualDesktop, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "tests.windows.program", str(tmp_path)]
    environment = {**os.environ, **desktop.environment}
    complaints = (tmp_path / "complaints").open("w")
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": complaints, "text": True}
    faults: set[str] = set()
    named: set[str] = set()
    controls = 0
    with complaints, subprocess.Popen(command, env=environment, **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        names = process.stdout.readline().split()
        assert len(names) > 35, (tmp_path / "complaints").read_text()
        root = reader.application(process.pid)
        for name in names:
            print(name, file=process.stdin, flush=True)
            assert process.stdout.readline().strip() == name, (tmp_path / "complaints").read_text()
            windows = [one for one in reader.children(root) if reader.is_shown(one)]
            others = [one for one in windows if one.name not in ("Parley", "Subtitles") or one.role == "dialog"]
            if not others and name != "main" and not name.startswith("overlay"):
                faults.add(f"{name} is not in the tree")
            faults |= {f"{one.role} {one.name!r}" for one in windows if one.role not in WINDOWS or not one.name}
            for path in reader.walk(root):
                if path[-1].role in CONTROLS and reader.is_shown(path[-1]):
                    controls += 1
                    named.add(path[-1].name)
                    if not path[-1].name:
                        faults.add(described(path))
        process.stdin.close()
        assert process.wait(30) == 0
    assert not faults, "\n".join(sorted(faults))
    assert controls > 1000
    assert any("end → final 1.2 s" in name for name in named)  # what the button shows, whatever its width
    assert "Original colour: #ffffff" in named


def test_a_menu_is_read_and_left_by_keys(reader: ScreenReaderDesk, desktop: VirtualDesktop, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("version = 1\n")
    process = start(desktop, settings)
    try:
        main = desktop.wait_for_window("^Parley$")
        root = reader.application(process.pid)

        def dialogs() -> dict[str, Node]:
            return {node.name: node for node in reader.children(root) if node.role == "dialog"}

        def opens() -> bool:
            desktop.activate(main)
            desktop.run(["xdotool", "key", "Escape", "F10"])  # it may have been opened before the reader was known
            return wait_until(lambda: "Menu" in dialogs(), 3)

        assert wait_until(opens, 30)
        items = [path[-1].name for path in reader.walk(dialogs()["Menu"]) if path[-1].role == "list item"]
        assert "Settings…" in items
        desktop.run(["xdotool", "key", "Escape"])
        assert wait_until(lambda: "Menu" not in dialogs())
        assert wait_until(lambda: desktop.active_window() == main)
        assert wait_until(opens, 10)
        other = desktop.spawn(["xterm", "-T", "elsewhere"])
        desktop.activate(desktop.wait_for_window("^elsewhere$"))
        assert wait_until(lambda: "Menu" not in dialogs())
        other.terminate()
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_a_reading_is_announced_as_states_and_a_score(
    reader: ScreenReaderDesk, desktop: VirtualDesktop, tmp_path: Path, manifest: dict[str, dict[str, Any]]
) -> None:
    text, journal = tmp_path / "poem.txt", tmp_path / "journal"
    text.write_text(manifest["en-00"]["text"])
    settings = tmp_path / "settings.toml"
    settings.write_text('version = 1\n[recognition]\nlanguage = "en"\n')
    script = str(Path(__file__).with_name("practice_app.py"))
    arguments = [str(journal), str(text), f"file:{TEST_AUDIO / 'en-00.flac'}", "-", "--settings", str(settings)]
    process = subprocess.Popen(
        [sys.executable, script, *arguments],
        env={**os.environ, **desktop.environment, "PYTHONPATH": str(Path(__file__).parents[2])},
        stderr=subprocess.PIPE,
        text=True,
    )
    _, told = process.communicate(timeout=120)
    assert process.returncode == 0, told
    assert told == ""
    score = next((one for one in reader.announced if one.startswith("Score ")), "")
    assert "of 100: " in score, reader.announced
    assert "Finishing…" in "\n".join(reader.announced)


def described(path: tuple[Node, ...]) -> str:
    return " > ".join(f"{node.role} {node.name!r}" for node in path[-4:])
