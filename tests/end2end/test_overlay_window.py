"""The subtitles on a real X screen with a window manager and a compositor, as a program of their own."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.end2end.told_program import Program
from tests.virtual_desktop import VirtualDesktop
from tests.waiting import wait_until

OPAQUE_ENOUGH = {"clear_after": 60}


@pytest.fixture(scope="module")
def desktop() -> Iterator[VirtualDesktop]:
    with VirtualDesktop() as desktop:
        yield desktop


@pytest.fixture
def start(desktop: VirtualDesktop) -> Iterator[Callable[..., Program]]:
    programs: list[Program] = []

    def start(*arguments: str) -> Program:
        programs.append(Program(desktop.environment, *arguments))
        return programs[-1]

    yield start
    for program in reversed(programs):
        program.close()


@pytest.fixture
def overlay(start: Callable[..., Program]) -> Callable[..., Program]:
    def run(**settings: object) -> Program:
        program = start("tests.end2end.overlay_app", json.dumps({**OPAQUE_ENOUGH, **settings}))
        program.message("ready", 30)
        return program

    return run


@pytest.fixture
def button(start: Callable[..., Program], desktop: VirtualDesktop) -> Callable[..., Program]:
    def run(title: str = "Beneath", *arguments: str) -> Program:
        program = start("tests.end2end.green_button", title, *arguments)
        assert program.line(30) == "ready"
        desktop.activate(desktop.wait_for_window(title))
        return program

    return run


def said(text: str = "Where is the train station?", unconfirmed: str = "") -> list[object]:
    return [0, 0, "en", text, unconfirmed, not unconfirmed]


def middle(place: list[int]) -> tuple[int, int]:
    """A point inside the lowest line of text."""
    x, y, width, height = place
    return x + width // 2, y + height - 30


def colour(desktop: VirtualDesktop, path: Path, point: tuple[int, int]) -> tuple[int, ...]:
    with Image.open(desktop.screenshot(path)) as image:
        found = image.convert("RGB").getpixel(point)
    assert isinstance(found, tuple)
    return found


def click(desktop: VirtualDesktop, x: int, y: int) -> None:
    desktop.run(["xdotool", "mousemove", "--sync", str(x), str(y), "click", "1"])


def drag(desktop: VirtualDesktop, start: tuple[int, int], end: tuple[int, int]) -> None:
    desktop.run(["xdotool", "mousemove", "--sync", str(start[0]), str(start[1]), "mousedown", "1"])
    steps = 6
    for step in range(1, steps + 1):
        x, y = (a + (b - a) * step // steps for a, b in zip(start, end, strict=True))
        desktop.run(["xdotool", "mousemove", "--sync", str(x), str(y), "sleep", "0.03"])
    desktop.run(["xdotool", "mouseup", "1"])


Overlay = Callable[..., Program]
Button = Callable[..., Program]


def test_a_click_goes_through_to_the_button_beneath(desktop: VirtualDesktop, overlay: Overlay, button: Button) -> None:
    beneath = button()
    report = overlay().tell(transcript=said())
    assert report["text"] == "Where is the train station?"
    click(desktop, *middle(report["place"]))
    assert beneath.line() == "clicked"


def test_it_is_still_clicked_through_when_it_comes_back(
    desktop: VirtualDesktop, overlay: Overlay, button: Button
) -> None:
    beneath = button()
    program = overlay(clear_after=1)
    place = program.tell(transcript=said("One."))["place"]
    assert wait_until(lambda: not program.tell()["visible"])
    assert program.tell(transcript=[1, 0, "en", "Two.", "", True])["visible"]
    click(desktop, *middle(place))
    assert beneath.line() == "clicked"


def test_it_takes_no_focus(desktop: VirtualDesktop, overlay: Overlay, tmp_path: Path) -> None:
    typed = tmp_path / "typed"
    terminal = desktop.spawn(["xterm", "-title", "Typing here", "-e", "sh", "-c", f"read line; echo $line > {typed}"])
    window = desktop.wait_for_window("Typing here")
    desktop.activate(window)
    report = overlay().tell(transcript=said())
    assert report["visible"]
    assert desktop.active_window() == window
    desktop.run(["xdotool", "type", "--delay", "20", "hello\n"])
    assert wait_until(lambda: typed.exists() and typed.read_text() == "hello\n")
    terminal.wait(10)


def test_half_opaque_black_halves_the_green_beneath(
    desktop: VirtualDesktop, overlay: Overlay, button: Button, tmp_path: Path
) -> None:
    button()
    report = overlay(background_opacity=0.5).tell(transcript=said("Hi."))
    point = middle(report["place"])
    assert wait_until(lambda: colour(desktop, tmp_path / "screen.png", point)[1] < 200)
    red, green, blue = colour(desktop, tmp_path / "screen.png", point)
    assert (red, blue) == (0, 0)
    assert abs(green - 127) <= 2
    x, y, _, _ = report["place"]
    assert colour(desktop, tmp_path / "screen.png", (x + 20, y + 10)) == (0, 255, 0), (
        "above the text nothing is painted"
    )


@pytest.mark.parametrize("kind", ["normal", "fullscreen"])
def test_it_stays_above_a_window_that_is_raised_later(
    desktop: VirtualDesktop, overlay: Overlay, button: Button, tmp_path: Path, kind: str
) -> None:
    place = overlay(background_opacity=1).tell(transcript=said("Hi."))["place"]
    button("Raised later", *([kind] if kind == "fullscreen" else []))
    point = (middle(place)[0], place[1] + 10)
    assert wait_until(lambda: colour(desktop, tmp_path / "screen.png", point) == (0, 255, 0)), "the window is there"
    assert colour(desktop, tmp_path / "screen.png", middle(place)) == (0, 0, 0)


def test_unlocked_it_is_dragged_and_locked_again_clicked_through(
    desktop: VirtualDesktop, overlay: Overlay, button: Button
) -> None:
    beneath = button()
    program = overlay()
    x, y, width, height = program.tell(transcript=said())["place"]
    program.tell(lock=False)
    before = desktop.active_window()
    drag(desktop, (x + 300, y + height - 40), (x + 200, y + height - 240))
    assert program.message("geometry")[:4] == [x - 100, y - 200, width, height]
    assert desktop.active_window() == before
    assert not beneath.lines(), "it does not let clicks through while unlocked"
    place = program.tell(lock=True)["place"]
    assert place == [x - 100, y - 200, width, height]
    click(desktop, *middle(place))
    assert beneath.line() == "clicked"


def test_its_side_makes_it_narrower_and_the_text_is_laid_out_anew(desktop: VirtualDesktop, overlay: Overlay) -> None:
    program = overlay()
    text = "The meeting starts at three and everybody comes."
    x, y, width, height = program.tell(transcript=said(text))["place"]
    program.tell(lock=False)
    drag(desktop, (x + width - 4, y + height // 2), (x + width - 304, y + height // 2))
    assert program.message("geometry")[:4] == [x, y, width - 300, height]
    lines = program.tell()["text"].splitlines()
    assert max(map(len, lines)) < 42 * (width - 300) / width + 2
    assert " ".join(lines) in text


def test_the_lock_and_the_size_have_buttons(desktop: VirtualDesktop, overlay: Overlay) -> None:
    program = overlay()
    program.tell(transcript=said())
    x, y, width, _ = program.tell(lock=False)["place"]
    click(desktop, x + width - 108, y + 21)
    larger = program.message("font_size")
    assert larger > 46
    x, y, width, _ = program.tell()["place"]
    click(desktop, x + width - 40, y + 21)
    assert program.message("locked") is True


def test_it_goes_when_everything_was_read_and_idles(overlay: Overlay) -> None:
    program = overlay(clear_after=1)
    assert program.tell(transcript=said())["visible"]
    assert wait_until(lambda: not program.tell()["visible"])
    assert program.tell()["text"] == ""


def test_a_remembered_place_off_the_screen_is_given_up(overlay: Overlay) -> None:
    place = overlay(geometry=[5000, 4000, 900, 300]).tell(transcript=said())["place"]
    assert place[0] >= 0
    assert place[0] + place[2] <= 1920
    assert place[1] + place[3] <= 1080


def test_a_remembered_place_is_kept(overlay: Overlay) -> None:
    place = overlay(geometry=[100, 50, 800, 298]).tell(transcript=said())["place"]
    assert place == [100, 50, 800, 298]


def test_unlocked_it_shows_a_sample_and_locked_nothing(overlay: Overlay) -> None:
    program = overlay()
    assert "appear here" in program.tell(lock=False)["text"]
    assert not program.tell(lock=True)["visible"]
