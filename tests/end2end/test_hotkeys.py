"""Global hotkeys: pressed while another window has the focus, they reach the real app; a bad one is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.bench.live.virtual_audio import VirtualAudio
from tests.end2end.test_whole_path import RunningApp
from tests.end2end.typing_harness import Editor
from tests.virtual_desktop import VirtualDesktop
from tests.waiting import wait_until


@pytest.fixture
def desk() -> Iterator[VirtualDesktop]:
    with VirtualAudio(), VirtualDesktop() as screen:
        yield screen


def states(app: RunningApp) -> list[str]:
    return [note["state"] for note in app.notes() if "state" in note]


def test_start_and_stop_from_another_window(desk: VirtualDesktop, tmp_path: Path) -> None:
    editor = Editor(desk, "xterm", tmp_path / "text", "Editor xterm")
    try:
        with RunningApp(
            desk, tmp_path, audio__source="microphone:virtmic", hotkeys__toggle_listening="<ctrl>+<alt>+l"
        ) as app:
            editor.focus()
            desk.run(["xdotool", "key", "ctrl+alt+l"])
            assert app.wait_for("state", "idle"), states(app)
            desk.run(["xdotool", "key", "ctrl+alt+l"])
            assert wait_until(lambda: states(app).count("listening") == 2, 20), states(app)
            desk.run(["xdotool", "key", "ctrl+l"])  # only a part of it
            desk.run(["xdotool", "key", "alt+l"])
            assert desk.active_window() == editor.window
            assert not wait_until(lambda: states(app)[-1] != "listening", 1)
    finally:
        editor.close()


def test_a_bad_hotkey_is_told_and_a_good_one_beside_it_works(desk: VirtualDesktop, tmp_path: Path) -> None:
    with RunningApp(
        desk, tmp_path, audio__source="microphone:virtmic",
        hotkeys__toggle_listening="<ctrl>+<alt>+l", hotkeys__stop_speaking="<ctrl>+nonsense",
    ) as app:  # fmt: skip
        told = [note["notice"] for note in app.notes() if "notice" in note]
        assert any("<ctrl>+nonsense" in sentence and "write it like" in sentence for sentence in told), told
        desk.run(["xdotool", "key", "ctrl+alt+l"])
        assert app.wait_for("state", "idle"), states(app)
