"""Voice typing on a real Wayland compositor, and where no screen answers."""

import gc
from pathlib import Path

import pytest

from desktop.engine.errors import TypingError
from desktop.injector.typist import TypingStatus, Typist
from desktop.injector.wayland import WaylandKeyboard
from desktop.injector.x11.typing import X11Keyboard
from desktop.settings.declaration import Settings, TypingSettings
from tests.end2end.typing_harness import EDITORS, Dictation
from tests.end2end.wayland_session import WaylandDesk
from tests.raising import raises
from tests.waiting import wait_until

SAID = "Grüße an José, 日本語 und 😀: #{}[]|~^`"


def test_mixed_characters_arrive_exactly_on_sway(tmp_path: Path) -> None:
    with WaylandDesk() as desk:
        file = tmp_path / "text"
        desk.spawn(["/usr/bin/python3", str(EDITORS / "gtk_editor.py"), str(file), "editor"], GDK_BACKEND="wayland")
        keyboard = WaylandKeyboard()
        assert keyboard.capabilities.checks_focus
        assert wait_until(lambda: keyboard.focused_window() is not None)
        dictation = Dictation(live=True)
        said = " ".join([SAID] * 12)
        dictation.say(SAID, "not certain")
        dictation.say(said, final=True)
        assert wait_until(lambda: file.exists() and file.read_text() == said, 120), (
            file.read_text(),
            dictation.statuses,
        )
        assert any("never corrected" in status.message for status in dictation.statuses)
        dictation.typist.close()


def test_a_dead_compositor_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-77")
    monkeypatch.delenv("SWAYSOCK", raising=False)
    with raises(TypingError, match="no Wayland desktop"):
        WaylandKeyboard()


def test_without_wtype_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with raises(TypingError, match="apt install wtype"):
        WaylandKeyboard()


# python-xlib leaves the socket of a refused connection to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_dead_x_server_is_one_sentence() -> None:
    with raises(TypingError, match="no screen answers"):
        X11Keyboard((), "auto", ":977")
    gc.collect()


def test_without_any_screen_the_status_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    statuses: list[TypingStatus] = []
    typist = Typist(Settings(typing=TypingSettings(enabled=True)), statuses.append)
    typist.close()
    assert [status.message for status in statuses] == [
        "Text cannot be typed: there is no screen (neither DISPLAY nor WAYLAND_DISPLAY is set)."
    ]
