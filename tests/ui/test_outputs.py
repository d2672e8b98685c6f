"""The overlay and the typist are made when they are wanted and can be made."""

from typing import Any

from pytestqt.qtbot import QtBot

from desktop.outputs import OVERLAY, TYPIST, Outputs
from desktop.settings.declaration import Settings
from desktop.settings.store import changed


def wanted(**values: bool) -> Settings:
    return changed(Settings(), {f"{name}.enabled": is_on for name, is_on in values.items()})


def made(outputs: Outputs) -> tuple[bool, bool]:
    return outputs.overlay is not None, outputs.typist is not None


def test_an_output_waits_for_its_module_and_for_the_wish(qtbot: QtBot) -> None:
    outputs = Outputs()
    try:
        outputs.imported(OVERLAY)
        assert made(outputs) == (False, False), "no settings yet"
        outputs.apply(wanted(subtitles=False, typing=True))
        assert made(outputs) == (False, False)
        outputs.imported(TYPIST)
        assert made(outputs) == (False, True)
        outputs.apply(wanted(subtitles=True, typing=True))
        assert made(outputs) == (True, True)
        first = outputs.overlay
        outputs.apply(wanted(subtitles=False, typing=False))
        assert outputs.overlay is first, "switched off, it stays for when it is wanted again"
    finally:
        outputs.close()


def test_what_is_changed_on_the_overlay_is_told_with_its_key(qtbot: QtBot) -> None:
    outputs = Outputs()
    told: list[tuple[str, Any]] = []
    outputs.settingChanged.connect(lambda key, value: told.append((key, value)))
    outputs.imported(OVERLAY)
    outputs.apply(wanted(subtitles=True))
    try:
        assert outputs.overlay is not None
        outputs.overlay.geometryChanged.emit((1, 2, 300, 100))
        assert told == [("subtitles.geometry", (1, 2, 300, 100))]
    finally:
        outputs.close()
