"""Global hotkeys: pressed while another window has the focus, they reach the real app; a bad one is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.bench.live.virtual_audio import VirtualAudio
from desktop.ui.runtime.hotkeys import Hotkeys
from tests.end2end.test_whole_path import RunningApp
from tests.end2end.typing_harness import Editor, RealUser, activate_group, layout
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


LAYOUTS = (
    # layout, active group, the key that is pressed
    ("us,ru", 1, "L"),
    ("ru,us", 0, "L"),
    ("ru", 0, "L"),
    ("us,us -variant ,dvorak", 1, "P"),  # which writes an L there
    ("us,il", 1, "L"),
    ("fr -variant bepo", 0, "O"),
    ("tr -variant f", 0, "L"),
)
KEYCODES = {"L": 46, "P": 33, "O": 32, "1": 10, "Control": 37, "Alt": 64}
"""of the American keyboard"""


def test_hotkeys_follow_the_active_layout(qtbot: QtBot) -> None:
    """The layouts change while it listens. The listener is the app's; presses are real ones."""
    heard: list[str] = []
    with VirtualDesktop(compositor=False) as screen:
        hotkeys = Hotkeys()
        hotkeys.pressed.connect(heard.append)
        hotkeys.apply({"letter": "<ctrl>+<alt>+l", "digit": "<ctrl>+<alt>+1"})
        listener = hotkeys._listener
        assert listener is not None, hotkeys.problem
        listener.wait()
        user = RealUser()
        try:
            for name, group, key in (*LAYOUTS, ("fr", 0, "1"), ("cz", 0, "1"), ("us", 0, "1")):
                layout(screen, name + " -option")
                activate_group(group)
                before = len(heard)
                codes = [KEYCODES[one] for one in ("Control", "Alt", key)]
                for code in codes:
                    user.press_code(code)
                for code in reversed(codes):
                    user.release_code(code)
                qtbot.waitUntil(lambda before=before: len(heard) > before, timeout=5000)
                assert heard[before:] == ["digit" if key == "1" else "letter"], name
            layout(screen, "us,us -variant ,dvorak")
            activate_group(1)
            for code in (37, 64, 46):  # writes an N there
                user.press_code(code)
            for code in (46, 64, 37):
                user.release_code(code)
            assert not wait_until(lambda: len(heard) > len(LAYOUTS) + 3, 0.5)
        finally:
            hotkeys.close()
            user.type("x")  # pynput's thread ends with the next key
            listener.join(5)
            user.close()
