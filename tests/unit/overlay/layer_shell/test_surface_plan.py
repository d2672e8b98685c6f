"""Where a surface lies, and what of it is painted: for any rectangle, screen and scale."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from desktop.overlay.layer_shell.outputs import SCALE_STEPS, Output, OutputFacts, exact_scale, output_of, screen_areas
from desktop.overlay.layer_shell.surface_plan import COARSEST_GRID, blit, grid, on_grid, pixels, plan
from desktop.overlay.place import Rect, ScreenArea

SCALES = st.integers(60, 4 * SCALE_STEPS).map(lambda steps: steps / SCALE_STEPS)
LENGTHS = st.integers(1, 4000)
PLACES = st.integers(-5000, 5000)
RECTS = st.builds(Rect, PLACES, PLACES, LENGTHS, LENGTHS)


@st.composite
def outputs(draw: st.DrawFn) -> Output:
    whole = Rect(draw(PLACES), draw(PLACES), draw(st.integers(300, 4000)), draw(st.integers(300, 4000)))
    room = draw(st.none() | st.tuples(st.integers(200, whole.width), st.integers(200, whole.height)))
    return Output(draw(st.integers(1, 9)), "screen", whole, draw(SCALES), room)


@st.composite
def placed(draw: st.DrawFn) -> tuple[Output, Rect]:
    """A screen, and a rectangle in what panels leave of it."""
    output = draw(outputs())
    area = output.available
    width, height = draw(st.integers(1, area.width)), draw(st.integers(1, area.height))
    x = draw(st.integers(area.x, area.x + area.width - width))
    y = draw(st.integers(area.y, area.y + area.height - height))
    return output, Rect(x, y, width, height)


@given(placed())
def test_the_surface_lies_around_its_picture(case: tuple[Output, Rect]) -> None:
    output, rect = case
    area = output.available
    found = plan(rect, output, fills=False)
    x, y = found.corner((area.width, area.height))
    at = rect.x - area.x - x, rect.y - area.y - y
    size = grid(output.scale)
    for start, length, whole in ((at[0], rect.width, found.width), (at[1], rect.height, found.height)):
        assert 0 <= whole - length <= 2 * size, "no larger than the grid makes it"
        assert -size <= start <= whole - length + size
    assert min(found.from_side, found.from_end) >= 0
    assert found.output == output.number


@given(placed(), st.integers(-200, 200))
def test_near_an_edge_it_stays_by_that_edge_when_a_panel_comes(case: tuple[Output, Rect], thickness: int) -> None:
    output, rect = case
    area = output.available
    found = plan(rect, output, fills=False)
    below = area.height - (rect.y - area.y) - rect.height
    above = rect.y - area.y
    if below < above - 2 * COARSEST_GRID:
        assert found.at_bottom
        _, before = found.corner((area.width, area.height))
        _, after = found.corner((area.width, area.height - thickness))
        assert after == before - thickness
    elif above < below - 2 * COARSEST_GRID:
        assert not found.at_bottom


def test_the_usual_place_sticks_to_the_lower_edge() -> None:
    output = Output(1, "DP-1", Rect(1920, 0, 1920, 1080), 1.0)
    found = plan(Rect(1920 + 444, 739, 1032, 298), output, fills=False)
    assert (found.at_bottom, found.from_end, found.from_side, found.width) == (True, 43, 444, 1032)
    assert plan(Rect(0, 0, 5, 5), output, fills=True).fills
    assert plan(Rect(0, 0, 5, 5), output, fills=True).corner((1920, 1080)) == (0, 0)


@given(SCALES, st.integers(0, 500))
def test_the_grid_falls_on_whole_pixels(scale: float, count: int) -> None:
    size = grid(scale)
    exact = Fraction(round(scale * SCALE_STEPS), SCALE_STEPS)
    if size > 1 or exact.denominator == 1:
        assert (exact * size * count).denominator == 1
        assert size == exact.denominator
    else:
        assert exact.denominator > COARSEST_GRID


@given(RECTS, st.integers(1, COARSEST_GRID))
def test_a_rectangle_on_the_grid_holds_the_one_it_was_made_for(rect: Rect, size: int) -> None:
    found = on_grid(rect, size)
    assert found.overlap(rect) == rect.area
    assert not any(edge % size for edge in found)
    assert found.width < rect.width + 2 * size
    assert on_grid(found, size) == found


@given(st.integers(-9000, 9000), SCALES)
def test_pixels_are_the_nearest(length: int, scale: float) -> None:
    assert abs(pixels(length, scale) - length * scale) <= 0.5 + 1e-6
    assert pixels(length, 1.0) == length
    assert pixels(-length, scale) == -pixels(length, scale)


@given(
    st.integers(-300, 300), st.integers(-300, 300), st.tuples(st.integers(1, 200), st.integers(1, 200)),
    st.tuples(st.integers(1, 200), st.integers(1, 200)),
)  # fmt: skip
def test_a_picture_is_cut_off_at_the_buffers_edges(
    x: int, y: int, picture: tuple[int, int], buffer: tuple[int, int]
) -> None:
    found = blit(x, y, picture, buffer)
    seen = {(column, row) for column in (x, x + picture[0] - 1) for row in (y, y + picture[1] - 1)}
    for column, row in seen:  # the picture's corners
        is_inside = 0 <= column < buffer[0] and 0 <= row < buffer[1]
        is_painted = found.x <= column < found.x + found.width and found.y <= row < found.y + found.height
        assert is_inside == is_painted
    if not found.is_empty:
        assert found.x + found.width <= buffer[0]
        assert found.y + found.height <= buffer[1]
        assert found.from_x + found.width <= picture[0]
        assert found.from_y + found.height <= picture[1]
        assert (found.x - found.from_x, found.y - found.from_y) == (x, y)


@given(st.integers(1, 4 * SCALE_STEPS), st.integers(640, 7680), st.integers(480, 4320))
def test_the_scale_is_found_from_rounded_logical_sizes(steps: int, width: int, height: int) -> None:
    scale = max(60, steps) / SCALE_STEPS
    logical = max(1, round(width / scale)), max(1, round(height / scale))
    found = exact_scale((width, height), logical, 1)
    assert abs(found - scale) <= 1 / SCALE_STEPS + scale / max(logical)


def test_scales_of_real_screens() -> None:
    for mode, logical, expected in (
        ((2560, 1440), (2048, 1152), 1.25),
        ((1920, 1080), (1477, 831), 1.3),
        ((3840, 2160), (2259, 1271), 1.7),
        ((1080, 1920), (720, 1280), 1.5),
    ):
        assert exact_scale(mode, logical, 2) == expected
    assert exact_scale((0, 0), (720, 1280), 2) == 2
    assert exact_scale((1920, 1080), None, 0) == 1


def test_a_screen_is_complete_when_its_size_is_known() -> None:
    facts = OutputFacts(7, "DP-1")
    assert facts.output() is None
    facts.mode, facts.buffer_scale, facts.position = (2560, 1440), 2, (10, 20)
    assert facts.output() == Output(7, "DP-1", Rect(10, 20, 1280, 720), 2.0)
    facts.transform = 1
    assert facts.output() == Output(7, "DP-1", Rect(10, 20, 720, 1280), 2.0)
    facts.logical_position, facts.logical_size, facts.name = (0, 5), (960, 1707), ""
    turned = facts.output()
    assert turned == Output(7, "screen 7", Rect(0, 5, 960, 1707), 1.5)
    assert facts.output(is_exact=False) == Output(7, "screen 7", Rect(0, 5, 960, 1707), 2.0)
    assert turned.available == turned.whole


def test_screens_have_the_names_that_qt_gives_them() -> None:
    left, right = Output(1, "DP-1", Rect(0, 0, 100, 90), 1.0), Output(2, "DP-2", Rect(100, 0, 100, 90), 1.0, (100, 80))

    def known(name: str, rect: Rect) -> ScreenArea:
        return ScreenArea(name, rect, rect)

    through_x = [known("XWAYLAND1", right.whole), known("XWAYLAND0", left.whole)]
    found = screen_areas([left, right], through_x)
    assert [screen.name for screen in found] == ["XWAYLAND1", "XWAYLAND0"], "the primary one first"
    assert found[0].whole == right.whole
    assert found[0].available == found[0].limits == Rect(100, 0, 100, 80)
    by_name = screen_areas([left, right], [known("DP-2", Rect(5, 5, 9, 9))])
    assert [screen.name for screen in by_name] == ["DP-2", "DP-1"]
    assert [screen.name for screen in screen_areas([left, right], [])] == ["DP-1", "DP-2"]
    assert screen_areas([], through_x) == []


@given(RECTS, st.lists(outputs(), max_size=4))
def test_a_rectangle_is_on_the_screen_that_shows_most_of_it(rect: Rect, screens: list[Output]) -> None:
    found = output_of(rect, screens)
    if not screens:
        assert found is None
    else:
        assert found in screens
        assert rect.overlap(found.whole) == max(rect.overlap(screen.whole) for screen in screens)
