"""What stands before the caret of real programs decides how typing goes on; nothing waits for one that hangs."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.injector.atspi import WITHIN, FocusedText
from tests.end2end.screen_reader import ScreenReaderDesk
from tests.end2end.typing_harness import Dictation, Editor, RealUser, layout
from tests.virtual_desktop import VirtualDesktop
from tests.waiting import wait_until

LEFT, HOME, END, SHIFT = 0xFF51, 0xFF50, 0xFF57, 0xFFE1


@pytest.fixture(scope="module")
def desk() -> Iterator[VirtualDesktop]:
    with VirtualDesktop(compositor=False) as desk:
        layout(desk, "us")
        yield desk


@pytest.fixture(autouse=True)
def reader(session_bus: None, desk: VirtualDesktop) -> Iterator[ScreenReaderDesk]:
    with ScreenReaderDesk() as reader:
        yield reader


@pytest.fixture
def user(desk: VirtualDesktop) -> Iterator[RealUser]:
    user = RealUser()
    yield user
    user.close()


@pytest.fixture
def focused() -> Iterator[FocusedText]:
    focused = FocusedText()
    yield focused
    focused.close()


@pytest.fixture
def dictation(desk: VirtualDesktop) -> Iterator[Dictation]:
    dictation = Dictation()
    yield dictation
    dictation.typist.close()


def an_editor(desk: VirtualDesktop, kind: str, folder: Path, *options: str) -> Editor:
    editor = Editor(desk, kind, folder / kind, f"{kind} one", *options)
    editor.focus()
    return editor


def knows(focused: FocusedText, editor: Editor, text: str) -> bool:
    """The editor says it, which it does once its window has drawn itself."""
    return wait_until(lambda: focused.before_caret(editor.process.pid) == text)


@pytest.mark.parametrize("kind", ["qt", "gtk"])
def test_the_text_before_the_caret_is_read(
    desk: VirtualDesktop, tmp_path: Path, user: RealUser, focused: FocusedText, kind: str
) -> None:
    editor = an_editor(desk, kind, tmp_path)
    assert knows(focused, editor, "")
    user.type("i think so")
    assert knows(focused, editor, "i think so")
    for _ in range(3):
        user.press(LEFT)
        user.release(LEFT)
    assert knows(focused, editor, "i think")
    user.press(SHIFT)
    user.press(END)
    user.release(END)
    user.release(SHIFT)
    wait_until(lambda: False, 0.5)
    assert knows(focused, editor, "i think")  # what is selected will be replaced
    user.press(HOME)
    user.release(HOME)
    assert knows(focused, editor, "")
    editor.close()


@pytest.mark.parametrize("kind", ["qt", "gtk"])
def test_typing_goes_on_as_the_text_does(
    desk: VirtualDesktop, tmp_path: Path, user: RealUser, focused: FocusedText, dictation: Dictation, kind: str
) -> None:
    editor = an_editor(desk, kind, tmp_path)
    user.type("i think ")
    assert knows(focused, editor, "i think ")
    dictation.say("They know", final=True)
    assert editor.shows("i think they know")
    user.type(".")
    assert knows(focused, editor, "i think they know.")
    dictation.say("that is it", final=True)
    assert editor.shows("i think they know. That is it")
    editor.close()


@pytest.mark.parametrize("kind", ["qt", "gtk"])
def test_a_password_is_never_read(
    desk: VirtualDesktop, tmp_path: Path, user: RealUser, focused: FocusedText, dictation: Dictation, kind: str
) -> None:
    editor = an_editor(desk, kind, tmp_path, "password")
    user.type("secret")
    assert editor.shows("secret")
    assert focused.before_caret(editor.process.pid) is None
    assert focused._found is not None  # the field was found, and left
    dictation.say("They know", final=True)
    assert editor.shows("secretThey know")
    editor.close()


PAGE = """<title>Page one</title>
<textarea autofocus>One sentence. I think </textarea>
<div contenteditable><p>First one.</p><p>I think so</p></div>
<input type=password value=secret>"""


def test_pages_are_read_as_other_programs_are(
    desk: VirtualDesktop, tmp_path: Path, user: RealUser, focused: FocusedText
) -> None:
    """Chromium, and with it what is built on Electron, where the desktop's accessibility is switched on."""
    page = tmp_path / "page.html"
    page.write_text(PAGE)
    options = ["--no-sandbox", "--no-first-run", "--disable-gpu", "--force-renderer-accessibility=complete"]
    chromium = desk.spawn(
        ["chromium", *options, f"--user-data-dir={tmp_path}/profile", f"--app=file://{page}"],
        ACCESSIBILITY_ENABLED="1",
        GTK_MODULES="gail:atk-bridge",
    )
    window = desk.wait_for_window("Page one", 60)
    desk.activate(window)
    process = int(desk.run(["xdotool", "getwindowpid", window]))

    def reads(*keys: str) -> str | None:
        if keys:
            desk.run(["xdotool", "key", *keys])
            wait_until(lambda: False, 1)
        focused._left.clear()  # it may take its time while it starts
        return focused.before_caret(process)

    assert wait_until(lambda: reads("ctrl+End") == "One sentence. I think ", 40)
    assert reads("Tab", "ctrl+End") == "I think so"  # in a paragraph of its own, which holds the caret
    assert reads("Left", "Left") == "I think "
    assert reads("Home") == ""
    assert reads("Tab") is None
    chromium.terminate()
    chromium.wait(20)


def test_a_program_that_hangs_holds_nothing_up(
    desk: VirtualDesktop, tmp_path: Path, user: RealUser, focused: FocusedText
) -> None:
    editor = an_editor(desk, "gtk", tmp_path)
    user.type("i think")
    assert knows(focused, editor, "i think")
    editor.process.send_signal(signal.SIGSTOP)
    try:
        for longest in (WITHIN, 0.0):  # the second time it is not asked
            began = time.perf_counter()
            assert focused.before_caret(editor.process.pid) is None
            assert time.perf_counter() - began < longest + 1.0
        assert editor.process.pid in focused._left
    finally:
        editor.process.send_signal(signal.SIGCONT)
    editor.close()


def test_where_no_such_bus_is_nothing_is_known(
    desk: VirtualDesktop, focused: FocusedText, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AT_SPI_BUS_ADDRESS", "unix:path=/nowhere/at-spi")
    assert focused.before_caret(1) is None
    monkeypatch.setenv("AT_SPI_BUS_ADDRESS", "")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus")
    assert focused.before_caret(1) is None
