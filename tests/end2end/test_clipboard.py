"""What was copied from Parley can still be pasted after it has ended."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.virtual_desktop import VirtualDesktop

COPY = """
import sys
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication, QLabel
from desktop.ui.runtime.clipboard import hand_over

app = QApplication(sys.argv)
app.aboutToQuit.connect(hand_over)
label = QLabel("Parley")
label.show()
if sys.argv[1]:
    app.clipboard().setText(sys.argv[1])
QTimer.singleShot(200, app.quit)
sys.exit(app.exec())
"""


@pytest.fixture(scope="module")
def desk() -> Iterator[VirtualDesktop]:
    with VirtualDesktop() as desk:
        yield desk


def copied(desk: VirtualDesktop, text: str) -> None:
    """A program copies the text and ends; its output must end with it."""
    done = subprocess.run(
        [sys.executable, "-c", COPY, text],
        env={**os.environ, **desk.environment, "QT_QPA_PLATFORM": "xcb"},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.returncode, done.stderr) == (0, "")


def pasted(desk: VirtualDesktop) -> str:
    return subprocess.run(
        ["xclip", "-selection", "clipboard", "-o"],
        env={**os.environ, **desk.environment},
        capture_output=True,
        text=True,
        timeout=10,
    ).stdout


def test_a_copied_text_outlives_the_app(desk: VirtualDesktop) -> None:
    copied(desk, "¿Dónde está?\nWhere is it?")
    assert pasted(desk) == "¿Dónde está?\nWhere is it?"


def test_what_another_program_has_copied_is_left_alone(desk: VirtualDesktop) -> None:
    # Its output goes nowhere: xclip stays in the background and would keep a pipe open.
    subprocess.run(
        ["xclip", "-selection", "clipboard"],
        env={**os.environ, **desk.environment},
        input=b"the user's own",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    copied(desk, "")
    assert pasted(desk) == "the user's own"
