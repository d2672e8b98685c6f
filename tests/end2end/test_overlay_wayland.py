"""The subtitles on a real Wayland compositor with a layer shell (sway), started natively and through XWayland."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from desktop.doctor.findings import Health
from desktop.doctor.screen import compositor
from desktop.messages.wayland import LAYERED
from desktop.settings.declaration import Settings
from tests.end2end.told_program import Program
from tests.end2end.wayland_mouse import WaylandMouse
from tests.end2end.wayland_session import WaylandDesk
from tests.waiting import let_pass, wait_until

SIZE = (1920, 1080)
GREEN = (0, 255, 0)
STARTS = {"native": "wayland", "xwayland": "xcb"}


@pytest.fixture(scope="module")
def desk() -> Iterator[WaylandDesk]:
    with WaylandDesk(SIZE, xwayland=True) as desk:
        yield desk


@pytest.fixture
def mouse(desk: WaylandDesk) -> Iterator[WaylandMouse]:
    mouse = WaylandMouse(*SIZE)
    yield mouse
    mouse.move(SIZE[0] - 1, SIZE[1] // 2)  # its picture is in screenshots
    mouse.close()


@pytest.fixture
def start(desk: WaylandDesk) -> Iterator[Callable[..., Program]]:
    programs: list[Program] = []

    def start(platform: str, *arguments: str) -> Program:
        programs.append(Program({"QT_QPA_PLATFORM": platform}, *arguments))
        return programs[-1]

    yield start
    for program in reversed(programs):
        program.close()


@pytest.fixture(params=list(STARTS))
def overlay(request: pytest.FixtureRequest, start: Callable[..., Program]) -> Callable[..., Program]:
    def run(**settings: object) -> Program:
        program = start(STARTS[request.param], "tests.end2end.overlay_app", json.dumps({"clear_after": 60, **settings}))
        program.message("ready", 30)
        return program

    return run


@pytest.fixture
def button(desk: WaylandDesk, start: Callable[..., Program]) -> Callable[..., Program]:
    def run(title: str = "Beneath", *, platform: str = "wayland") -> Program:
        program = start(platform, "tests.end2end.green_button", title, "fullscreen")
        assert program.line(30) == "ready"
        assert wait_until(lambda: desk.focused() == title)
        return program

    return run


Overlay = Callable[..., Program]
Button = Callable[..., Program]


def said(text: str = "Where is the train station?", segment: int = 0) -> list[object]:
    return [segment, 0, "en", text, "", True]


def picture(desk: WaylandDesk, path: Path) -> Image.Image:
    with Image.open(desk.screenshot(path)) as image:
        return image.convert("RGB")


def is_painted(desk: WaylandDesk, path: Path, point: tuple[int, int]) -> bool:
    """Whether something other than the green window is seen there."""
    return picture(desk, path).getpixel(point) != GREEN


def middle(place: list[int]) -> tuple[int, int]:
    """A point inside the lowest line of text."""
    x, y, width, height = place
    return x + width // 2, y + height - 30


def shown(desk: WaylandDesk, program: Program, path: Path, **command: object) -> list[int]:
    """Give a command; the place of the subtitles once they are on the screen."""
    place: list[int] = program.tell(**command)["place"]
    assert wait_until(lambda: is_painted(desk, path, middle(place)))
    return place


@pytest.mark.parametrize("beneath", ["wayland", "xcb"])
def test_clicks_on_the_subtitles_and_around_them_reach_the_fullscreen_window_beneath(
    desk: WaylandDesk, mouse: WaylandMouse, overlay: Overlay, button: Button, tmp_path: Path, beneath: str
) -> None:
    window = button(platform=beneath)
    x, y, width, height = shown(desk, overlay(), tmp_path / "screen.png", transcript=said())
    points = [(x + width * i // 6, y + height * j // 6) for i in range(1, 6) for j in range(1, 6)]
    points += [(x + 4, y + height - 4), (x + 4, y + 4), (x + width // 2, y - 10)]
    for point in points:
        mouse.click(*point)
        assert window.line() == "clicked", point


def test_it_is_clicked_through_when_it_comes_back(
    desk: WaylandDesk, mouse: WaylandMouse, overlay: Overlay, button: Button, tmp_path: Path
) -> None:
    window = button()
    program = overlay(clear_after=1)
    place = shown(desk, program, tmp_path / "screen.png", transcript=said("One."))
    assert wait_until(lambda: not program.tell()["visible"])
    assert wait_until(lambda: not is_painted(desk, tmp_path / "screen.png", middle(place)))
    shown(desk, program, tmp_path / "screen.png", transcript=said("Two.", 1))
    mouse.click(*middle(place))
    assert window.line() == "clicked"


def test_it_lies_at_the_bottom_above_a_fullscreen_window_that_is_raised_later(
    desk: WaylandDesk, overlay: Overlay, button: Button, tmp_path: Path
) -> None:
    program = overlay(background_opacity=0.5)
    x, y, width, height = program.tell(transcript=said("Hi."))["place"]
    button("Raised later")
    file = tmp_path / "screen.png"
    assert wait_until(lambda: picture(desk, file).getpixel((5, 5)) == GREEN)
    image = picture(desk, file)
    red, green, blue = image.getpixel((x + width - 30, y + height - 30))  # type: ignore[misc]
    assert (red, blue) == (0, 0)
    assert abs(green - 127) <= 2, "half of it shines through"
    assert image.getpixel((x + 20, y + 10)) == GREEN, "above the text nothing is painted"
    painted = [row for row in range(SIZE[1]) if image.getpixel((x + width - 30, row)) != GREEN]
    assert painted[-1] == SIZE[1] - 1 - round(SIZE[1] * 0.04)
    assert painted == list(range(painted[0], painted[-1] + 1))
    columns = [column for column in range(SIZE[0]) if image.getpixel((column, painted[-1] - 20)) != GREEN]
    assert abs(columns[0] - (SIZE[0] - 1 - columns[-1])) <= 1, "it is in the middle"


def test_it_takes_no_focus_and_is_no_window_of_the_desktop(desk: WaylandDesk, overlay: Overlay, tmp_path: Path) -> None:
    typed = tmp_path / "typed"
    editor = ["/usr/bin/python3", str(Path(__file__).parent / "editors" / "gtk_editor.py"), str(typed), "Typing here"]
    process = desk.spawn(editor, GDK_BACKEND="wayland")
    try:
        assert wait_until(lambda: desk.focused() == "Typing here")
        program = overlay()
        for number in range(3):
            assert program.tell(transcript=said(f"Sentence {number}.", number))["visible"]
            assert desk.focused() == "Typing here"
            subprocess.run(["wtype", "-s", "200", f"word{number} "], check=True)
        typed_words = "word0 word1 word2"
        assert wait_until(lambda: typed.exists() and typed.read_text().strip() == typed_words), typed.read_text()
        assert desk.windows() == ["Typing here"]
    finally:
        process.terminate()
        process.wait()
        assert wait_until(lambda: not desk.windows())


def test_unlocked_it_is_dragged_and_locked_again_clicked_through(
    desk: WaylandDesk, mouse: WaylandMouse, overlay: Overlay, button: Button, tmp_path: Path
) -> None:
    window = button()
    program = overlay()
    file = tmp_path / "screen.png"
    x, y, width, height = shown(desk, program, file, transcript=said())
    program.tell(lock=False)
    assert wait_until(lambda: is_painted(desk, file, (x + 20, y + 10))), "the frame"
    mouse.drag((x + 300, y + height - 40), (x + 200, y + height - 240))
    assert program.message("geometry")[:4] == [x - 100, y - 200, width, height]
    assert desk.focused() == "Beneath"
    assert not window.lines(), "it does not let clicks through while unlocked"
    mouse.click(x + width // 2, y + height - 10)
    assert window.line() == "clicked", "beside it, it does"
    place = program.tell(lock=True)["place"]
    assert place == [x - 100, y - 200, width, height]
    assert wait_until(lambda: not is_painted(desk, file, (x - 80, y - 190)))
    assert is_painted(desk, file, middle(place))
    mouse.click(*middle(place))
    assert window.line() == "clicked"


def test_its_side_makes_it_narrower_and_its_buttons_work(
    desk: WaylandDesk, mouse: WaylandMouse, overlay: Overlay, button: Button, tmp_path: Path
) -> None:
    button()
    program = overlay()
    text = "The meeting starts at three and everybody comes."
    x, y, width, height = shown(desk, program, tmp_path / "screen.png", transcript=said(text))
    program.tell(lock=False)
    assert wait_until(lambda: is_painted(desk, tmp_path / "screen.png", (x + 20, y + 10)))
    mouse.drag((x + width - 4, y + height // 2), (x + width - 304, y + height // 2))
    assert program.message("geometry")[:4] == [x, y, width - 300, height]
    assert len(program.tell()["text"].splitlines()) == 2
    x, y, width, _ = program.tell()["place"]
    mouse.click(x + width - 108, y + 21)
    assert program.message("font_size") > 46
    x, y, width, _ = program.tell()["place"]
    mouse.click(x + width - 40, y + 21)
    assert program.message("locked") is True


def test_a_remembered_place_is_kept(desk: WaylandDesk, overlay: Overlay, button: Button, tmp_path: Path) -> None:
    button()
    program = overlay(geometry=[100, 50, 800, 298])
    place = shown(desk, program, tmp_path / "screen.png", transcript=said())
    assert place == [100, 50, 800, 298]
    image = picture(desk, tmp_path / "screen.png")
    painted = [column for column in range(SIZE[0]) if image.getpixel((column, 50 + 298 - 30)) != GREEN]
    assert (painted[0], painted[-1]) == (100, 899)


def test_it_stands_clear_of_a_panel_locked_and_unlocked(overlay: Overlay, tmp_path: Path) -> None:
    with WaylandDesk(SIZE, xwayland=True, panel=True) as desk:
        program = overlay(geometry=[100, 0, 800, 298], background_opacity=1)
        file = tmp_path / "screen.png"
        x, y, width, height = program.tell(transcript=said())["place"]
        assert (x, y) == (100, 0), "in the room that the panel leaves"

        def lower_edge() -> int:
            image = picture(desk, file)
            column = [image.getpixel((x + width - 30, row)) for row in range(SIZE[1])]
            return max((row for row, color in enumerate(column) if color == (0, 0, 0)), default=0)

        assert wait_until(lambda: lower_edge() > height)
        locked = lower_edge()
        assert locked < height + 40
        program.tell(lock=False)
        program.tell(lock=True)
        assert wait_until(lambda: lower_edge() == locked)
        program.tell(lock=False)
        assert wait_until(lambda: picture(desk, file).getpixel((x + 60, locked - height + 20)) != (0, 0, 0))
        program.close()


@pytest.mark.parametrize("scale", [1.25, 1.5, 2])
def test_every_pixel_is_the_screens_own_at_any_scale(
    desk: WaylandDesk, overlay: Overlay, button: Button, tmp_path: Path, scale: float
) -> None:
    button()
    program = overlay(background_opacity=1, text_color="#ffffff")
    file = tmp_path / "screen.png"
    try:
        desk.message(f"output HEADLESS-1 scale {scale}")
        place = [0, 0, 0, 0]

        def is_settled() -> bool:
            place[:] = program.tell(transcript=said("III"))["place"]
            return place[1] + place[3] <= SIZE[1] / scale

        assert wait_until(is_settled)
        x, y, width, height = place
        end = round((x + width) * scale) - 30, round((y + height) * scale) - 30
        assert wait_until(lambda: is_painted(desk, file, end))
        image = picture(desk, file)
        column = [image.getpixel((end[0], row)) for row in range(SIZE[1])]
        assert set(column) == {GREEN, (0, 0, 0)}, "its edge is not smeared over two pixels"
        assert column.index((0, 0, 0)) > SIZE[1] * 0.8
        row = [image.getpixel((column, end[1])) for column in range(SIZE[0])]
        assert (0, 0, 0) in row
        assert (255, 255, 255) in row, "the strokes of a letter are as bright as they are chosen"
    finally:
        desk.message("output HEADLESS-1 scale 1")
        let_pass(0.2)


def test_it_is_dragged_to_another_screen_of_another_scale(
    overlay: Overlay, start: Callable[..., Program], tmp_path: Path
) -> None:
    with WaylandDesk(SIZE, xwayland=True) as desk:
        before = desk.screens()
        desk.message("create_output")
        second = next(name for name in desk.screens() if name not in before)
        desk.message(f"output {second} position 1920 0 mode 1920x1080 scale 1.5")
        file = tmp_path / "screen.png"
        mouse = WaylandMouse(1920 + 1280, 1080)
        program = overlay(geometry=[1200, 400, 500, 298], background_opacity=1)
        x, y, _, height = program.tell(transcript=said())["place"]
        program.tell(lock=False)
        mouse.drag((x + 20, y + height - 20), (x + 820, y + height - 120), steps=20)
        assert program.message("geometry")[0] == 2000
        place = program.tell(lock=True)["place"]
        assert place[0] == 2000
        subprocess.run(["grim", "-o", second, str(file)], check=True)

        def box() -> tuple[int, ...]:
            """The middle of the lowest line in pixels of the second screen, and its colour there."""
            subprocess.run(["grim", "-o", second, str(file)], check=True)
            with Image.open(file) as image:
                return image.convert("RGB").getpixel(  # type: ignore[return-value]
                    (round((place[0] - 1920 + place[2] - 30) * 1.5), round((place[1] + place[3] - 30) * 1.5))
                )

        assert wait_until(lambda: box() == (0, 0, 0))
        program.close()
        mouse.close()


def test_the_doctor_says_so(desk: WaylandDesk) -> None:
    assert desk.screens()
    finding = compositor(Settings())
    assert (finding.health, finding.sentence) == (Health.OK, LAYERED)


def test_it_leaves_no_word_on_standard_error(
    desk: WaylandDesk, mouse: WaylandMouse, button: Button, tmp_path: Path
) -> None:
    """Locked, hidden and ended while the mouse is over it."""
    button()
    errors = tmp_path / "errors"
    with errors.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.end2end.overlay_app", json.dumps({"clear_after": 60})],
            env={**os.environ, "QT_QPA_PLATFORM": "wayland"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=file, text=True, bufsize=1,
        )  # fmt: skip
        assert process.stdin
        assert process.stdout
        process.stdout.readline()
        for command in ({"lock": False}, {"transcript": said()}):
            process.stdin.write(json.dumps(command) + "\n")
            place = [0, 0, 0, 0]
            while not (answer := json.loads(process.stdout.readline())).get("done"):
                pass
            place = answer["place"]
        mouse.move(*middle(place))
        let_pass(0.3)
        for command in ({"lock": True}, {"lock": False}, {"set": ["enabled", False]}, {"quit": True}):
            process.stdin.write(json.dumps(command) + "\n")
            let_pass(0.3)
        assert process.wait(10) == 0
        process.stdin.close()
        process.stdout.close()
    assert errors.read_text() == ""
