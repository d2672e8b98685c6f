"""Pasting leaves the user's clipboard as it was, whatever it holds."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end2end.typing_harness import Dictation, Editor, clipboard, clipboard_targets
from tests.virtual_desktop import VirtualDesktop
from tests.waiting import wait_until

SPANISH = "¿Dónde está el niño de la señora Muñoz, que venía mañana?"
COPY_RICH = """
import sys
from PyQt6.QtCore import QMimeData, QByteArray
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtWidgets import QApplication
app = QApplication(sys.argv)
data = QMimeData()
if sys.argv[1] == "rich":
    data.setText("plain words")
    data.setHtml("<b>rich words</b>")
    data.setData("application/x-own", QByteArray(bytes(range(256)) * 4096))
else:
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    image.fill(QColor("#336699"))
    data.setImageData(image)
app.clipboard().setMimeData(data)
app.exec()
"""


@pytest.fixture(scope="module")
def desk() -> Iterator[VirtualDesktop]:
    with VirtualDesktop() as desk:
        yield desk


@pytest.fixture
def editor(desk: VirtualDesktop, tmp_path: Path) -> Iterator[Editor]:
    editor = Editor(desk, "gtk", tmp_path / "text", "clipboard editor")
    editor.focus()
    yield editor
    editor.close()


@pytest.fixture
def dictation(desk: VirtualDesktop) -> Iterator[Dictation]:
    dictation = Dictation()
    yield dictation
    dictation.typist.close()


def copy(kind: str, desk: VirtualDesktop, expected: str) -> "subprocess.Popen[bytes]":
    process = desk.spawn([sys.executable, "-c", COPY_RICH, kind])
    assert wait_until(lambda: expected in clipboard_targets(desk))
    return process


def is_restored(desk: VirtualDesktop, target: str) -> bool:
    return wait_until(lambda: target in clipboard_targets(desk), 10)


def test_text_with_formats_and_large_data_survive(desk: VirtualDesktop, editor: Editor, dictation: Dictation) -> None:
    source = copy("rich", desk, "application/x-own")
    before = {target: clipboard(target) for target in ("text/html", "UTF8_STRING", "application/x-own")}
    assert len(before["application/x-own"]) == 1 << 20
    dictation.say(SPANISH, language="es", final=True)
    assert editor.shows(SPANISH), dictation.messages
    assert is_restored(desk, "application/x-own")
    assert {target: clipboard(target) for target in before} == before
    # Once more, now that Parley itself keeps the content, and after its first owner is gone.
    source.terminate()
    source.wait(5)
    dictation.say("mañana", language="es", final=True)
    assert editor.shows(SPANISH + " Mañana"), dictation.messages
    assert is_restored(desk, "application/x-own")
    assert {target: clipboard(target) for target in before} == before


def test_an_image_survives(desk: VirtualDesktop, editor: Editor, dictation: Dictation) -> None:
    source = copy("image", desk, "image/png")
    before = clipboard("image/png")
    assert before.startswith(b"\x89PNG")
    dictation.say(SPANISH, language="es", final=True)
    assert editor.shows(SPANISH), dictation.messages
    assert is_restored(desk, "image/png")
    assert clipboard("image/png") == before
    source.terminate()
    source.wait(5)


def test_what_the_user_copies_meanwhile_stays(desk: VirtualDesktop, editor: Editor, dictation: Dictation) -> None:
    source = copy("rich", desk, "application/x-own")
    dictation.say(SPANISH, language="es", final=True)
    assert editor.shows(SPANISH), dictation.messages
    subprocess.run(["xclip", "-selection", "clipboard"], input=b"the user's own", check=True)
    assert not wait_until(lambda: clipboard("UTF8_STRING") != b"the user's own", 1.5)
    source.terminate()
    source.wait(5)


def test_an_empty_clipboard_is_left_empty(desk: VirtualDesktop, editor: Editor, dictation: Dictation) -> None:
    copy("rich", desk, "application/x-own").terminate()
    assert wait_until(lambda: not clipboard_targets(desk))
    dictation.say(SPANISH, language="es", final=True)
    assert editor.shows(SPANISH), dictation.messages
    assert wait_until(lambda: not clipboard_targets(desk), 5)


def test_primary_survives_a_terminal(desk: VirtualDesktop, tmp_path: Path, dictation: Dictation) -> None:
    terminal = Editor(desk, "xterm", tmp_path / "xterm", "clipboard xterm")
    terminal.focus()
    subprocess.run(["xclip", "-selection", "primary"], input=b"selected before", check=True)
    dictation.say(SPANISH, language="es", final=True)
    assert terminal.shows(SPANISH), (terminal.read(), dictation.messages)
    assert wait_until(lambda: clipboard("UTF8_STRING", "primary") == b"selected before", 5)
    terminal.close()


def test_a_window_that_takes_no_paste_is_reported(desk: VirtualDesktop, dictation: Dictation) -> None:
    window = desk.spawn(["xmessage", "-title", "deaf", "no text goes in here"])
    desk.activate(desk.wait_for_window("deaf"))
    dictation.say(SPANISH, language="es", final=True)
    assert wait_until(lambda: any("did not take" in message for message in dictation.messages)), dictation.statuses
    window.terminate()
    window.wait(5)
