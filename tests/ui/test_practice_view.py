"""The text that is read: what each mark looks like, where words stand, what is painted again, the keyboard."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PyQt6.QtCore import QPoint, QRectF, Qt
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.practice.feedback import PassageFeedback, WordFeedback, WordStatus
from desktop.practice.text import Line, PracticeText
from desktop.ui.practice.mark_painting import Sample, legend
from desktop.ui.practice.marks import EXPECTED, MARKS, changed, is_turned
from desktop.ui.practice.reading_view import ReadingView
from desktop.ui.widgets import theme

FOX = PracticeText(
    "Fox", "en", (Line("The quick brown fox jumps over the lazy dog."), Line("Then it sleeps.", begins_paragraph=True))
)
VERSES = PracticeText("1", "ar", (Line("بِسْمِ اللَّهِ الرَّحْمَٰنِ الرَّحِيمِ", "1:1"), Line("الْحَمْدُ لِلَّهِ", "1:2")))
SHALOM = PracticeText("s", "he", (Line("שלום עולם, מה שלומך היום?"),))
LONG = PracticeText("Long", "en", tuple(Line(f"This is line number {number} of a text.") for number in range(60)))


def feedback(
    text: PracticeText, marks: dict[int, WordStatus], position: int = 0, extra: tuple[WordFeedback, ...] = ()
) -> PassageFeedback:
    words = tuple(
        WordFeedback(index, word.text, marks.get(index, WordStatus.PENDING)) for index, word in enumerate(text.words)
    )
    return PassageFeedback(words, extra, position)


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[ReadingView]:
    theme.apply("light")
    view = ReadingView()
    qtbot.addWidget(view)
    view.resize(640, 420)
    view.apply(hide="nothing", size=1.0, moves=False)
    view.show()
    qtbot.waitExposed(view)
    yield view
    theme.apply("light")


def picture(view: ReadingView) -> QImage:
    viewport = view.viewport()
    assert viewport is not None
    return viewport.grab().toImage()


def colors_in(image: QImage, area: QRectF) -> set[str]:
    box = area.toAlignedRect()
    return {
        image.pixelColor(x, y).name()
        for x in range(max(0, box.left()), min(image.width(), box.right()))
        for y in range(max(0, box.top()), min(image.height(), box.bottom()))
    }


@pytest.mark.parametrize("look", ["light", "dark", "contrast"])
def test_each_status_has_a_colour_and_a_shape_of_its_own(view: ReadingView, look: theme.Theme) -> None:
    theme.apply(look)
    view.show_text(FOX)
    plain = picture(view)
    shapes: dict[WordStatus, bytes] = {}
    for status in (WordStatus.CORRECT, WordStatus.MINOR_MISTAKE, WordStatus.WRONG, WordStatus.MISSING):
        view.show_feedback(feedback(FOX, {3: status}))
        now = picture(view)
        word = view.place_of(3)
        assert QColor(getattr(theme.colors(), MARKS[status].role)).name() in colors_in(now, word.adjusted(-4, 0, 4, 6))
        around = word.adjusted(-4, -2, 4, 7).toAlignedRect()
        grey = now.copy(around).convertToFormat(QImage.Format.Format_Grayscale8)
        below = [
            grey.pixelColor(x, y).lightness() > 128
            for y in (*range(6), *range(grey.height() - 6, grey.height()))
            for x in range(grey.width())
        ]
        shapes[status] = bytes(below)
        for other in (2, 4):  # its neighbours stay as they are
            area = view.place_of(other).toAlignedRect()
            assert now.copy(area) == plain.copy(area)
    assert len(set(shapes.values())) == 4


def test_marks_have_contrast_in_every_look() -> None:
    for look in (theme.LIGHT, theme.DARK, theme.CONTRAST):
        for mark in (*MARKS.values(), EXPECTED):
            assert contrast(QColor(getattr(look, mark.role)), QColor(look.card)) >= 4.5, (mark.name, look)


def test_shapes_and_names_differ() -> None:
    shown = [mark for mark in (*MARKS.values(), EXPECTED) if mark.shape != "none"]
    assert len({mark.shape for mark in shown}) == len({mark.name for mark in shown}) == len(shown) == 6


def test_the_expected_word_and_added_ones_are_marked(view: ReadingView) -> None:
    view.show_text(FOX)
    view.show_feedback(feedback(FOX, {0: WordStatus.CORRECT}, 1))
    without = picture(view)
    view.expect(True)
    expected = picture(view)
    assert theme.colors().accent in colors_in(expected, view.place_of(1).adjusted(-6, -3, 6, 6))
    assert expected.copy(view.place_of(3).toAlignedRect()) == without.copy(view.place_of(3).toAlignedRect())
    view.expect(False)
    view.show_feedback(feedback(FOX, {}, 1, (WordFeedback(2, "", WordStatus.EXTRA, "uh"),)))
    place = view.place_of(2)
    assert theme.colors().accent in colors_in(picture(view), QRectF(place.left() - 14, place.top() - 7, 14, 14))
    assert view.describe(2) == "Added: “uh”. brown: not read yet"
    end = (WordFeedback(len(FOX.words), "", WordStatus.EXTRA, "amen"),)
    view.show_feedback(feedback(FOX, {}, 1, end))
    last = view.place_of(len(FOX.words) - 1)
    assert theme.colors().accent in colors_in(picture(view), QRectF(last.right(), last.top() - 7, 16, 16))


def test_no_word_moves_and_nothing_else_is_painted_again(view: ReadingView, qtbot: QtBot) -> None:
    view.show_text(FOX)
    before = [view.place_of(index) for index in range(len(FOX.words))]
    steps = [
        feedback(FOX, {0: WordStatus.CORRECT}, 1),
        feedback(FOX, {0: WordStatus.CORRECT, 1: WordStatus.WRONG}, 2, (WordFeedback(1, "", WordStatus.EXTRA, "x"),)),
        feedback(FOX, {0: WordStatus.CORRECT, 1: WordStatus.CORRECT, 2: WordStatus.MISSING}, 4),
    ]
    last = None
    for step in steps:
        view.show_feedback(step)
        assert [view.place_of(index) for index in range(len(FOX.words))] == before
        if last is not None:
            assert changed(last, step) <= {0, 1, 2, 3, 4}
        assert changed(step, replace(step, revision=9)) == set()
        last = step


@pytest.mark.parametrize("text", [VERSES, SHALOM])
def test_what_is_written_from_right_to_left_stands_so(view: ReadingView, text: PracticeText) -> None:
    view.show_text(text)
    places = [view.place_of(index) for index, word in enumerate(text.words) if word.line == 0]
    assert [place.left() for place in places] == sorted((place.left() for place in places), reverse=True)
    viewport = view.viewport()
    assert viewport is not None
    assert places[0].right() > viewport.width() / 2
    for index, place in enumerate(places):
        assert view.word_at(place.center().toPoint()) == index
    view.choose(0)
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.selected == 1
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.selected == 0
    assert is_turned(text.lines[0].text)


def test_hidden_words_are_seen_when_they_are_read(view: ReadingView) -> None:
    view.show_text(FOX)
    ink = theme.colors().text
    assert ink in colors_in(picture(view), view.place_of(1))
    view.apply(hide="everything", size=1.0, moves=False)
    for index in range(4):
        letters = view.place_of(index)
        letters.setHeight(letters.height() * 0.7)
        assert ink not in colors_in(picture(view), letters)
    assert view.describe(1) == "hidden word: not read yet"
    view.show_feedback(feedback(FOX, {0: WordStatus.CORRECT, 1: WordStatus.MISSING}, 2))
    assert theme.colors().good in colors_in(picture(view), view.place_of(0))
    assert view.describe(1) == "quick: left out"
    view.apply(hide="some", size=1.0, moves=False)
    assert [view.is_hidden(index) for index in range(2, 6)] == [False, True, False, True]


def test_the_keyboard_goes_from_word_to_word(view: ReadingView, qtbot: QtBot) -> None:
    view.show_text(FOX)
    said: list[str] = []
    view.sayWanted.connect(said.append)
    moved: list[None] = []
    view.moveWanted.connect(lambda: moved.append(None))
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.selected == 0
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.selected == 1
    QTest.keyClick(view, Qt.Key.Key_End)
    assert view.selected == len(FOX.words) - 1
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert FOX.words[view.selected].line == 0
    QTest.keyClick(view, Qt.Key.Key_Home)
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.selected == 0
    QTest.keyClick(view, Qt.Key.Key_Space)
    QTest.keyClick(view, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert said == ["word", "line"]
    assert moved == [None]
    assert view.textCursor().position() == 0  # where a screen reader reads
    view.choose(3)
    assert view.textCursor().position() == FOX.words[3].start


def test_a_click_goes_to_a_word_and_none_beside_the_text(view: ReadingView) -> None:
    view.show_text(FOX)
    viewport = view.viewport()
    QTest.mouseClick(
        viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, view.place_of(4).center().toPoint()
    )
    assert view.selected == 4
    assert view.word_at(QPoint(620, 400)) is None


def test_the_text_follows_skips_and_restarts(view: ReadingView) -> None:
    view.show_text(LONG)
    view.expect(True)
    viewport = view.viewport()
    assert viewport is not None
    for position in (0, 9, 200, 470, 40, 0):
        view.show_feedback(feedback(LONG, {}, position))
        place = view.place_of(min(position, len(LONG.words) - 1))
        assert place.top() >= 0
        assert place.bottom() <= viewport.height()
    view.show_feedback(feedback(LONG, {}, len(LONG.words)))
    assert view.place_of(len(LONG.words) - 1).bottom() <= viewport.height()


def test_scrolling_is_short_and_not_seen_with_reduced_motion(view: ReadingView, qtbot: QtBot) -> None:
    view.apply(hide="nothing", size=1.0, moves=True)
    view.show_text(LONG)
    view.show_feedback(feedback(LONG, {}, 0))
    view.show_feedback(feedback(LONG, {}, 50))
    assert view._scrolling.duration() <= 150
    bar = view.verticalScrollBar()
    assert bar is not None
    qtbot.waitUntil(lambda: view._scrolling.state() == view._scrolling.State.Stopped)
    assert bar.value() > 0
    view.apply(hide="nothing", size=1.0, moves=False)
    view.show_feedback(feedback(LONG, {}, 0))
    assert bar.value() == 0


def test_a_long_text_is_shown_and_marked(view: ReadingView) -> None:
    text = PracticeText(
        "Long", "en", tuple(Line("one two three four five six seven eight nine ten") for _ in range(1000))
    )
    view.show_text(text)
    assert len(text.words) == 10_000
    view.show_feedback(feedback(text, {}, 0))
    view.show_feedback(feedback(text, {9_000: WordStatus.WRONG}, 9_001))
    assert theme.colors().bad in colors_in(picture(view), view.place_of(9_000).adjusted(0, 0, 0, 6))


def test_the_size_of_the_type_can_be_chosen(view: ReadingView) -> None:
    view.show_text(FOX)
    small = view.place_of(0).height()
    view.apply(hide="nothing", size=2.0, moves=False)
    assert view.place_of(0).height() > 1.8 * small


def test_the_legend_names_every_mark(qtbot: QtBot) -> None:
    row = legend()
    qtbot.addWidget(row)
    row.resize(300, 100)
    row.show()
    assert row.accessibleName() == "Marks: Next, Correct, Small mistake, Wrong, Left out, Added"
    wide = row.heightForWidth(900)
    assert row.heightForWidth(200) > wide
    pictures = {bytes_of(one.grab().toImage()) for one in row.findChildren(Sample)}
    assert len(pictures) == 6


def bytes_of(image: QImage) -> bytes:
    bits = image.constBits()
    assert bits is not None
    return bytes(bits.asarray(image.sizeInBytes()))


def contrast(one: QColor, other: QColor) -> float:
    def luminance(color: QColor) -> float:
        parts = (color.redF(), color.greenF(), color.blueF())
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    shades = sorted((luminance(one), luminance(other)))
    return (shades[1] + 0.05) / (shades[0] + 0.05)
