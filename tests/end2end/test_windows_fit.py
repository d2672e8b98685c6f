"""On a screen of 1920x1080, at 100 % and at 200 %, no window, list or menu is cut off, cramped or off the screen."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.virtual_desktop import VirtualDesktop
from tests.windows.pictures import LOOKS, SCALES


@pytest.mark.parametrize(("scale", "look"), list(zip(SCALES, LOOKS[::2], strict=True)))
def test_every_window_fits_at_every_width(tmp_path: Path, scale: str, look: str) -> None:
    with VirtualDesktop((1920, 1080)) as desktop:
        command = [sys.executable, "-m", "tests.windows.pictures", "--take", str(tmp_path), scale, look]
        process = desktop.spawn(command, QT_SCALE_FACTOR=scale)
        assert process.wait(240) == 0
    assert len(list(tmp_path.glob("*.png"))) > 130
    assert (tmp_path / f"misfits-{scale}-{look}.txt").read_text(encoding="utf-8") == ""


def test_what_does_not_fit_is_found(tmp_path: Path) -> None:
    """A window whose words are too long for it."""
    program = (
        "from PyQt6.QtWidgets import *; from tests.windows.fit import misfits;"
        "app = QApplication([]); w = QWidget(); a = QLabel('many words ' * 20, w); a.resize(50, 20); w.show();"
        "print(misfits(w))"
    )
    with VirtualDesktop((800, 600), compositor=False):
        said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "many words" in said
    assert "needs" in said
