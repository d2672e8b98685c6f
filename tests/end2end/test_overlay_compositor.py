"""The subtitles between Qt on an X screen and a compositor that comes, goes and loses screens."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end2end.told_program import Program
from tests.layer_compositor import EVERYTHING, LayerCompositor, Monitor, Told
from tests.virtual_desktop import VirtualDesktop
from tests.waiting import let_pass, wait_until

PANEL = 40


@pytest.fixture(scope="module")
def desktop() -> Iterator[VirtualDesktop]:
    with VirtualDesktop() as desktop:
        yield desktop


@pytest.fixture
def compositor(tmp_path: Path) -> LayerCompositor:
    """To be entered."""
    return LayerCompositor(tmp_path, [Monitor("DP-1", panel=PANEL)])


Overlay = Callable[..., Program]


@pytest.fixture
def overlay(desktop: VirtualDesktop, compositor: LayerCompositor) -> Iterator[Overlay]:
    programs: list[Program] = []

    def run(**settings: object) -> Program:
        arguments = json.dumps({"clear_after": 60, **settings})
        environment = {**desktop.environment, **compositor.environment}
        programs.append(Program(environment, "tests.end2end.overlay_app", arguments))
        programs[-1].message("ready", 30)
        return programs[-1]

    yield run
    for program in programs:
        program.close()


def said(text: str, segment: int = 0) -> list[object]:
    return [segment, 0, "en", text, "", True]


def is_x_window(desktop: VirtualDesktop) -> bool:
    return bool(desktop.run(["xdotool", "search", "--onlyvisible", "--name", "Parley subtitles"], check=False))


def the_one(compositor: LayerCompositor, seconds: float = 20) -> Told:
    """The surface that is shown, once there is one and no other."""
    assert wait_until(lambda: len(compositor.shown) == 1, seconds), compositor.told
    return compositor.shown[0]


def test_nothing_is_painted_while_nothing_changes(
    desktop: VirtualDesktop, compositor: LayerCompositor, overlay: Overlay
) -> None:
    with compositor:
        program = overlay()
        let_pass(0.3)
        assert not compositor.shown, "nothing was said"
        program.tell(transcript=said("One."))
        locked = the_one(compositor)
        assert not is_x_window(desktop)
        before = locked.commits
        let_pass(1)
        assert locked.commits == before
        program.tell(transcript=[0, 1, "en", "One.", "", True])
        let_pass(0.3)
        assert locked.commits == before, "the same text again"
        program.tell(transcript=said("Two.", 1))
        assert wait_until(lambda: locked.commits == before + 1)
        program.tell(lock=False)
        assert wait_until(lambda: locked.is_gone)
        unlocked = the_one(compositor)
        let_pass(0.5)
        before = unlocked.commits
        let_pass(1)
        assert unlocked.commits == before
        assert locked.mouse == []
        x, y, width, height = program.tell()["place"]
        assert unlocked.mouse == [(x, y, width, height)]
        assert unlocked.buffer == (1920, 1080 - PANEL)
        assert y + height <= 1080 - PANEL
        program.tell(set=["enabled", False])
        assert wait_until(lambda: not compositor.shown)


def test_a_compositor_that_ends_leaves_a_window_until_it_is_back(
    desktop: VirtualDesktop, compositor: LayerCompositor, overlay: Overlay
) -> None:
    with compositor:
        program = overlay()
        program.tell(transcript=said("One."))
        the_one(compositor)
    assert wait_until(lambda: is_x_window(desktop))
    report = program.tell(transcript=said("Two.", 1))
    assert report["visible"]
    assert report["text"] == "One.\nTwo."
    compositor.told.clear()
    with compositor:
        told = the_one(compositor, 30)
        assert wait_until(lambda: not is_x_window(desktop))
        assert program.tell()["text"] == "One.\nTwo."
        assert told.mouse == []


def test_a_compositor_that_comes_late_is_found(
    desktop: VirtualDesktop, compositor: LayerCompositor, overlay: Overlay
) -> None:
    program = overlay()
    program.tell(transcript=said("One."))
    assert wait_until(lambda: is_x_window(desktop))
    with compositor:
        the_one(compositor, 30)
        assert wait_until(lambda: not is_x_window(desktop))


def test_without_a_layer_shell_it_is_a_window(desktop: VirtualDesktop, tmp_path: Path) -> None:
    offers = [interface for interface in EVERYTHING if interface.name != "zwlr_layer_shell_v1"]
    with LayerCompositor(tmp_path, [Monitor("DP-1")], offers) as compositor:
        environment = {**desktop.environment, **compositor.environment}
        program = Program(environment, "tests.end2end.overlay_app", json.dumps({"clear_after": 60}))
        program.message("ready", 30)
        assert program.tell(transcript=said("One."))["visible"]
        assert wait_until(lambda: is_x_window(desktop))
        assert not compositor.shown
        program.close()


def test_it_goes_from_a_screen_that_is_unplugged_and_returns(compositor: LayerCompositor, overlay: Overlay) -> None:
    second = Monitor("DP-2", (2560, 1440), (1920, 0, 1280, 720), 2)
    with compositor:
        compositor.add(second)
        program = overlay(geometry=[2000, 402, 400, 298])
        assert program.tell(transcript=said("One."))["place"][0] == 2000
        told = the_one(compositor)
        assert (told.output, told.destination) == ("DP-2", (400, told.destination and told.destination[1]))
        assert told.buffer
        assert told.destination
        assert told.buffer[0] == 2 * told.destination[0]
        compositor.remove("DP-2")
        assert wait_until(lambda: [one.output for one in compositor.shown] == ["DP-1"])
        place = program.tell()["place"]
        assert place[0] + place[2] <= 1920
        assert place[1] + place[3] == 1080 - PANEL - round((1080 - PANEL) * 0.04)
        compositor.add(second)
        assert wait_until(lambda: [one.output for one in compositor.shown] == ["DP-2"])
        assert program.tell()["place"][0] == 2000


def test_without_any_screen_it_waits_for_one(compositor: LayerCompositor, overlay: Overlay) -> None:
    with compositor:
        program = overlay()
        program.tell(transcript=said("One."))
        the_one(compositor)
        compositor.remove("DP-1")
        assert wait_until(lambda: not compositor.shown)
        program.tell(transcript=said("Two.", 1))
        compositor.add(Monitor("DP-3"))
        assert the_one(compositor).output == "DP-3"
        assert program.tell()["text"] == "One.\nTwo."


def test_a_scale_that_changes_makes_sharper_pictures(compositor: LayerCompositor, overlay: Overlay) -> None:
    with compositor:
        program = overlay(geometry=[100, 100, 640, 300, 1920, 1080])
        program.tell(transcript=said("One."))
        assert the_one(compositor).destination == the_one(compositor).buffer
        compositor.rescale("DP-1", 1.5)

        def is_sharp() -> bool:
            shown = compositor.shown
            if len(shown) != 1 or not (shown[0].buffer and shown[0].destination):
                return False
            return all(a == b * 1.5 for a, b in zip(shown[0].buffer, shown[0].destination, strict=True))

        assert wait_until(is_sharp)
        x, _, width, _ = program.tell()["place"]
        assert (x, width) == (67, 427), "it keeps its part of the screen"
