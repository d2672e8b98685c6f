"""Where the window stands, and on which Qt platform."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.overlay.place import Drag, Rect, ScreenArea, fitted, place, saved_on
from desktop.overlay.platform import overlay_platform

FULL_HD = ScreenArea("one", Rect(0, 0, 1920, 1080), Rect(0, 0, 1920, 1040))
LEFT = ScreenArea("left", Rect(-1280, 0, 1280, 800), Rect(-1280, 24, 1280, 776))


def test_bottom_centre_above_the_panel() -> None:
    rect = place(1000, 300, (), [FULL_HD])
    assert (rect.x, rect.width, rect.height) == (460, 1000, 300)
    assert rect.y + rect.height == 1040 - 42


def test_on_the_screen_that_was_chosen_or_the_primary_one() -> None:
    assert place(1000, 300, (), [FULL_HD, LEFT], "left").x == -1140
    assert place(1000, 300, (), [FULL_HD, LEFT], "gone").x == 460


def test_a_remembered_place_stands_on_its_lower_edge() -> None:
    assert place(1000, 200, (100, 100, 900, 300), [FULL_HD]) == (100, 200, 900, 200)


def test_a_remembered_place_on_a_second_screen() -> None:
    assert place(1000, 300, (-1200, 400, 900, 300), [FULL_HD, LEFT]) == (-1200, 400, 900, 300)
    assert place(1000, 300, (-1200, 400, 900, 300), [FULL_HD]) == place(1000, 300, (), [FULL_HD])


HALF = ScreenArea("one", Rect(0, 0, 960, 540), Rect(0, 0, 960, 520))


def test_after_a_change_of_scale_it_has_the_same_part_of_the_screen() -> None:
    saved = saved_on(Rect(800, 100, 1000, 300), FULL_HD)
    assert fitted(saved, [HALF]) == (400, 50, 500, 150)
    assert fitted(saved, [FULL_HD]) == (800, 100, 1000, 300)
    assert fitted(saved, [HALF, FULL_HD]) == (800, 100, 1000, 300)
    assert fitted(saved_on(Rect(400, 50, 500, 150), HALF), [FULL_HD]) == (800, 100, 1000, 300)


def test_what_was_saved_without_its_screen_or_on_one_that_is_gone_stays() -> None:
    assert fitted((800, 100, 1000, 300), [HALF]) == (800, 100, 1000, 300)
    assert fitted((), [HALF]) == ()
    assert fitted((9000, 100, 1000, 300, 1920, 1080), [HALF]) == (9000, 100, 1000, 300)


@given(
    st.integers(100, 4000),
    st.integers(50, 900),
    st.tuples(*[st.integers(-5000, 5000)] * 2, *[st.integers(-10, 4000)] * 2) | st.just(()) | st.just((1, 2)),
    st.booleans(),
)
def test_whatever_was_remembered_it_is_wholly_on_a_screen(
    width: int, height: int, saved: tuple[int, ...], two: bool
) -> None:
    screens = [FULL_HD, LEFT] if two else [FULL_HD]
    rect = place(width, height, saved, screens)
    assert rect.area > 0
    assert rect.width <= width
    assert any(rect.overlap(screen.whole) == rect.area for screen in screens)


def test_dragging_a_side_keeps_the_other() -> None:
    start = Rect(100, 100, 800, 200)
    assert Drag(start, 500, 150, 0).to(510, 130, 300, 1000) == (110, 80, 800, 200)
    assert Drag(start, 899, 150, 1).to(799, 150, 300, 1000) == (100, 100, 700, 200)
    assert Drag(start, 101, 150, -1).to(201, 150, 300, 1000) == (200, 100, 700, 200)
    assert Drag(start, 101, 150, -1).to(5000, 150, 300, 1000) == (600, 100, 300, 200)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"DISPLAY": ":0"}, None),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0", "XDG_SESSION_TYPE": "wayland"}, "xcb"),
        ({"DISPLAY": ":0", "XDG_SESSION_TYPE": "wayland"}, "xcb"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, None),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0", "QT_QPA_PLATFORM": "offscreen"}, None),
        ({}, None),
    ],
)
def test_under_wayland_it_goes_through_the_x_server(environ: dict[str, str], expected: str | None) -> None:
    named = {"x11": "DISPLAY", "wayland": "WAYLAND_DISPLAY"}
    assert overlay_platform(environ, [one for one, name in named.items() if name in environ]) == expected


def test_an_x_server_that_does_not_answer_is_not_tried() -> None:
    both = {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":7"}
    assert overlay_platform(both, ("wayland",)) == "wayland"
    assert overlay_platform(both, ()) is None
    assert overlay_platform({"DISPLAY": ":7"}, ("x11",)) is None
    assert overlay_platform({**both, "QT_QPA_PLATFORM": "xcb"}, ("wayland",)) is None
