"""The choice of a platform, and the pure parts of those that do not run here."""

import ctypes

import pytest

from desktop.engine.errors import TypingError
from desktop.injector.base import Window
from desktop.injector.macos import MacKeyboard, parts
from desktop.injector.platforms import choose, is_own, is_terminal
from desktop.injector.wayland import focused, sentence_for
from desktop.injector.windows import Input, WindowsKeyboard, inputs, unicode_events
from tests.raising import raises


@pytest.mark.parametrize(
    ("system", "environment", "platform"),
    [
        ("win32", {}, "windows"),
        ("darwin", {"DISPLAY": ":0"}, "macos"),
        ("linux", {"DISPLAY": ":0"}, "x11"),
        ("linux", {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0", "XDG_SESSION_TYPE": "wayland"}, "wayland"),
        ("linux", {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0", "XDG_SESSION_TYPE": "x11"}, "x11"),
        ("linux", {"WAYLAND_DISPLAY": "wayland-1"}, "wayland"),
    ],
)
def test_the_platform_of_a_session(system: str, environment: dict[str, str], platform: str) -> None:
    assert choose(system, environment) == platform


def test_without_a_screen_one_sentence_says_so() -> None:
    with raises(TypingError, match="no screen"):
        choose("linux", {})


def test_other_systems_keyboards_say_where_they_work() -> None:
    with raises(TypingError, match="Windows only"):
        WindowsKeyboard()
    with raises(TypingError, match="macOS only"):
        MacKeyboard()


def test_windows_events_are_utf16_units() -> None:
    assert [(event.scan, event.flags) for event in unicode_events("ñ😀")] == [
        (0xF1, 4), (0xF1, 6), (0xD83D, 4), (0xD83D, 6), (0xDE00, 4), (0xDE00, 6),
    ]  # fmt: skip


def test_windows_structures_have_the_size_that_sendinput_asks_for() -> None:
    assert ctypes.sizeof(Input) == (40 if ctypes.sizeof(ctypes.c_void_p) == 8 else 28)
    array = inputs(unicode_events("a"))
    assert len(array) == 2
    assert array[1].u.ki.wScan == ord("a")
    assert array[1].u.ki.dwFlags == 6


def test_macos_pieces_fit_into_an_event() -> None:
    text = "a" * 30 + "👩\u200d👩\u200d👧" * 4 + "end"
    assert "".join(parts(text)) == text
    assert all(len(part.encode("utf-16-le")) // 2 <= 20 for part in parts(text))
    assert parts("") == []


def test_sway_tells_the_focused_window() -> None:
    leaf = {"id": 7, "focused": True, "pid": 12, "app_id": None, "name": "t", "window_properties": {"class": "XTerm"}}
    tree = {"id": 1, "focused": False, "nodes": [{"id": 2, "nodes": [], "floating_nodes": [leaf]}]}
    assert focused(tree) == Window("7", "t", "XTerm", 12)
    assert focused({"id": 1, "focused": True, "nodes": []}) is None


def test_what_wtype_says_becomes_a_sentence() -> None:
    assert "X11 session" in sentence_for("Compositor does not support the virtual keyboard protocol")
    assert "no Wayland desktop" in sentence_for("Wayland connection failed")
    assert sentence_for("else")


def test_own_windows_and_terminals() -> None:
    assert is_own(Window("1", class_name="Parley"))
    assert not is_own(Window("1", class_name="Firefox", pid=1))
    assert is_terminal(Window("1", class_name="XTerm"), ("xterm",))
