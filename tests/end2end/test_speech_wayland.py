"""The real app on a Wayland compositor: what is said is shown above a fullscreen window and typed into it."""

from pathlib import Path
from typing import Any

import pytest

from desktop.bench.live.virtual_audio import VirtualAudio
from tests.conftest import TEST_AUDIO
from tests.end2end.test_whole_path import RunningApp, overlay_words, words
from tests.end2end.typing_harness import EDITORS
from tests.end2end.wayland_mouse import WaylandMouse
from tests.end2end.wayland_session import WaylandDesk
from tests.waiting import wait_until

SIZE = (1920, 1080)


@pytest.mark.parametrize("start", ["native", "xwayland"])
def test_speech_is_shown_and_typed_while_clicks_go_through(
    start: str, manifest: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_LOGGING_RULES", "qt.qpa.wayland.warning=false")  # what it says of sway's virtual keyboards
    typed, clicks = tmp_path / "typed", tmp_path / "typed.clicks"
    with VirtualAudio() as sound, WaylandDesk(SIZE, xwayland=start == "xwayland") as desk:
        mouse = WaylandMouse(*SIZE)
        desk.spawn(["/usr/bin/python3", str(EDITORS / "gtk_editor.py"), str(typed), "editor"], GDK_BACKEND="wayland")
        desk.wait_for_window("^editor$")
        app = RunningApp(
            desk, tmp_path, audio__source="microphone:virtmic", recognition__language="en", typing__enabled="true",
            subtitles__clear_after="60",
        )  # fmt: skip
        with app:
            desk.focus("editor")
            desk.message("fullscreen enable")
            said = []
            for count, name in enumerate(("en-02", "en-06"), 1):
                sound.play(TEST_AUDIO / f"{name}.flac", "micfeed", latency=500).wait()
                said.append(manifest[name]["text"])
                assert app.wait_for("transcript", said[-1], final=True), app.complaints()
                assert said[-1] in " ".join(app.notes()[-1]["overlay"].split())
                assert wait_until(lambda name=name: _is_read(desk, tmp_path / f"{name}.png", said[-1]), every=0.5)  # type: ignore[misc]
                assert wait_until(lambda: typed.exists() and typed.read_text() == " ".join(said)), (
                    typed.read_text(), desk.focused(), app.complaints(),
                )  # fmt: skip
                assert desk.focused() == "editor"
                mouse.click(SIZE[0] // 2, SIZE[1] - 90)  # on the subtitles
                assert wait_until(lambda count=count: len(_lines(clicks)) == count), "the click went through"  # type: ignore[misc]
                mouse.move(SIZE[0] - 1, 10)
        mouse.close()


def _is_read(desk: WaylandDesk, path: Path, text: str) -> bool:
    """Whether a reader sees the text on the screen; one word may be misread."""
    seen = overlay_words(desk, path)
    return len([word for word in words(text) if word not in seen]) <= 1


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []
