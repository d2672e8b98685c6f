"""The subtitles' window as a widget: what it shows, and what it tells the app."""

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QColor, QImage, QPainter
from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.engine.events import AudioLevel, Metrics, State, StateChanged, TranscriptUpdate, TranslationUpdate
from desktop.overlay.painting import (
    DIMMED,
    Typeface,
    luminance,
    pixel_size,
    readable_part,
    word_ends,
    worst_contrast,
)
from desktop.overlay.place import USUAL_PART
from desktop.overlay.window import SubtitleOverlay
from desktop.settings.declaration import RecognitionSettings, Settings, SubtitleSettings, TranslationSettings
from desktop.ui.main.main_window import MainWindow
from desktop.ui.main.window_geometry import place_first
from desktop.ui.widgets.layouts.fitting import TITLE_BAR

# Qt's platform without a screen says that it can neither raise a window nor limit its size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints)")


def settings(**subtitles: object) -> Settings:
    return Settings(subtitles=SubtitleSettings(**{"clear_after": 60, **subtitles}))


@pytest.fixture
def overlay(qtbot: QtBot) -> SubtitleOverlay:
    overlay = SubtitleOverlay(settings())
    qtbot.addWidget(overlay)
    return overlay


def heard(committed: str, unconfirmed: str = "", segment: int = 0, revision: int = 0) -> TranscriptUpdate:
    return TranscriptUpdate(segment, revision, "en", committed, unconfirmed, (), 0.0, 0.0, False)


def image(overlay: SubtitleOverlay) -> QImage:
    found = QImage(overlay.size(), QImage.Format.Format_ARGB32_Premultiplied)
    found.fill(0)
    painter = QPainter(found)
    overlay.render(painter)
    painter.end()
    return found


def colours(picture: QImage) -> set[str]:
    return {
        picture.pixelColor(x, y).name(QColor.NameFormat.HexArgb)
        for y in range(0, picture.height(), 2)
        for x in range(0, picture.width() // 2, 2)
    }


def test_it_is_hidden_until_something_is_said(overlay: SubtitleOverlay) -> None:
    assert not overlay.isVisible()
    overlay.on_event(AudioLevel(-20, -10, True))
    overlay.on_event(StateChanged(State.LISTENING))
    assert not overlay.isVisible()
    assert overlay.text() == ""
    overlay.on_event(heard("Where is", "the station"))
    overlay.on_event(TranslationUpdate(0, 0, "en", "es", "¿Dónde está", "la", False))
    assert overlay.isVisible()
    assert overlay.text() == "Where is the station\n¿Dónde está la"
    assert overlay.accessibleDescription() == overlay.text()


def test_what_is_not_translated_looks_and_reads_so(overlay: SubtitleOverlay) -> None:
    own = settings(show="translation", text_color="#ffffff", translation_color="#ffd54f", outline=False)
    overlay.apply(own)
    overlay.on_event(TranslationUpdate(0, 0, "en", "es", "Dónde está", "", True))
    assert "#ffffd54f" in colours(image(overlay))
    overlay.clear()
    overlay.on_event(TranslationUpdate(1, 0, "en", "es", "Where is it", "", True, is_translated=False))
    assert overlay.text() == "[EN] Where is it"
    assert overlay.accessibleDescription() == "Not translated: Where is it"
    seen = colours(image(overlay))
    assert "#ffffffff" in seen
    assert "#ffffd54f" not in seen


def test_it_goes_by_itself(qtbot: QtBot, overlay: SubtitleOverlay) -> None:
    overlay.apply(settings(clear_after=1))
    overlay.on_event(heard("Yes."))
    qtbot.waitUntil(lambda: not overlay.isVisible(), timeout=5000)


def test_switched_off_it_is_hidden_and_comes_back_with_what_is_said(overlay: SubtitleOverlay) -> None:
    overlay.on_event(heard("One"))
    overlay.apply(settings(enabled=False))
    assert not overlay.isVisible()
    overlay.on_event(heard("One two", revision=1))
    overlay.apply(settings())
    assert overlay.text() == "One two"


def test_what_is_shown_can_be_changed_at_any_time(overlay: SubtitleOverlay) -> None:
    overlay.on_event(heard("Yes", "no"))
    overlay.on_event(TranslationUpdate(0, 0, "en", "es", "Sí", "", False))
    overlay.apply(settings(show="translation"))
    assert overlay.text() == "Sí"
    overlay.apply(settings(translation_first=True, unconfirmed="hide"))
    assert overlay.text() == "Sí\nYes"


def test_each_language_has_its_colour_and_the_box_its_opacity(overlay: SubtitleOverlay) -> None:
    overlay.apply(
        settings(text_color="#ff0000", translation_color="#00ff00", background_color="#ffffff", background_opacity=1.0)
    )
    overlay.on_event(heard("Yes"))
    overlay.on_event(TranslationUpdate(0, 0, "en", "es", "Sí", "", False))
    found = colours(image(overlay))
    assert {"#ffff0000", "#ff00ff00", "#ffffffff"} <= found


def test_text_that_could_not_be_read_gets_an_outline(overlay: SubtitleOverlay) -> None:
    assert worst_contrast(QColor("#ffffff"), QColor("#000000"), 0.75) > 4.5
    assert worst_contrast(QColor("#ffffff"), QColor("#000000"), 0.3) < 4.5
    overlay.apply(settings(background_opacity=0))
    overlay.on_event(heard("Yes"))
    found = colours(image(overlay))
    assert {"#ffffffff", "#ff000000"} <= found


def test_the_size_follows_the_screen_or_the_setting(overlay: SubtitleOverlay) -> None:
    overlay.on_event(heard("Yes"))
    overlay.apply(settings(font_size=20))
    small = overlay.width(), overlay.height()
    overlay.apply(settings(font_size=30))
    assert overlay.width() > small[0]
    assert overlay.height() > small[1]


def test_a_larger_font_keeps_as_many_characters_where_the_user_made_room(
    qtbot: QtBot, overlay: SubtitleOverlay
) -> None:
    overlay.apply(settings(font_size=16, geometry=(100, 300, 300, 120)))
    with qtbot.waitSignal(overlay.geometryChanged) as told:
        overlay.apply(settings(font_size=24, geometry=(100, 300, 300, 120)))
    assert told.args[0][2] == pytest.approx(450, abs=2)
    assert told.args[0][0] == pytest.approx(25, abs=2)
    with qtbot.assertNotEmitted(overlay.geometryChanged):
        overlay.apply(settings(font_size=24, geometry=told.args[0]))


@pytest.mark.parametrize(
    ("spoken", "target", "expected"),
    [
        ("en", "de", "Subtitles will appear here.\nUntertitel erscheinen hier."),
        ("auto", "", "Subtitles will appear here."),
        ("de", "de", "Untertitel erscheinen hier."),
        ("es", "zh-Hant", "Los subtítulos aparecerán aquí.\n字幕將顯示在這裡。"),
        ("en", "cy", "Subtitles will appear here.\nSubtitles in Welsh will appear here."),
    ],
)
def test_the_sample_is_in_the_chosen_languages(
    overlay: SubtitleOverlay, spoken: str, target: str, expected: str
) -> None:
    overlay.set_locked(False)
    chosen = settings().model_copy(
        update={
            "recognition": RecognitionSettings(language=spoken),
            "translation": TranslationSettings(target=target),
        }
    )
    overlay.apply(chosen)
    assert overlay.text() == expected


def test_pulled_as_wide_as_it_goes_it_says_what_would_let_it_go_further(qtbot: QtBot, overlay: SubtitleOverlay) -> None:
    overlay.apply(settings(font_size=16, geometry=(100, 300, 300, 120)))
    overlay.set_locked(False)
    right, middle = QPoint(overlay.width() - 3, overlay.height() // 2), overlay.height() // 2
    qtbot.mousePress(overlay, Qt.MouseButton.LeftButton, pos=right)
    qtbot.mouseMove(overlay, QPoint(overlay.width() + 20, middle))
    labels = [label.text() for label in overlay.findChildren(QLabel)]
    assert any("resize" in text for text in labels)
    qtbot.mouseMove(overlay, QPoint(3000, middle))
    assert overlay.width() == overlay.maximumWidth()
    labels = [label.text() for label in overlay.findChildren(QLabel)]
    assert any("Settings" in text for text in labels)


def test_dimmed_words_can_be_read_over_any_window() -> None:
    for color in ("#ffffff", "#ffe066", "#ff6666"):
        text, behind = QColor(color), QColor("#000000")
        part = readable_part(text, behind, 0.75)
        assert DIMMED <= part <= 1
        white = QColor.fromRgbF(0.25, 0.25, 0.25)
        seen = QColor.fromRgbF(*(part * one + (1 - part) * 0.25 for one in text.getRgbF()[:3]))
        contrast = (luminance(seen) + 0.05) / (luminance(white) + 0.05)
        assert contrast >= 4.5 or part == 1
    assert readable_part(QColor("#ffffff"), QColor("#000000"), 0.75) == DIMMED
    assert readable_part(QColor("#ffe066"), QColor("#000000"), 0.75) > DIMMED


def test_thai_breaks_where_a_word_ends() -> None:
    text = "การประชุมเริ่มเวลาบ่ายสามโมง"
    assert word_ends(text)[-1] == len(text)
    assert word_ends("😀 hello") == (2, 7)


def test_the_overlay_breaks_no_word_of_thai(overlay: SubtitleOverlay) -> None:
    text = "การประชุมเริ่มเวลาบ่ายสามโมง" * 3
    overlay.on_event(TranscriptUpdate(0, 1, "th", text, "", (), 0.0, 3.0, False))
    ends = word_ends(text)
    lines = overlay.text().split("\n")
    assert len(lines) > 1
    assert len(lines[0]) in ends


def test_at_their_usual_place_they_cover_nothing_of_the_window(window: MainWindow, overlay: SubtitleOverlay) -> None:
    place_first(window, USUAL_PART)
    room = window.screen().availableGeometry()
    face = Typeface("", pixel_size(SubtitleSettings(), window.screen().geometry().height()))
    overlay.apply(Settings())
    top = overlay.geometry().bottom() + 1 - face.box_height(4)  # two lines of each language
    assert window.y() >= room.top()
    assert window.y() + TITLE_BAR + window.height() <= top
    assert window.height() > 400


def test_unlocked_it_shows_a_sample_and_locking_is_told_once(qtbot: QtBot, overlay: SubtitleOverlay) -> None:
    with qtbot.waitSignal(overlay.lockedChanged) as told:
        overlay.set_locked(False)
    assert told.args == [False]
    assert not overlay.is_locked
    assert "appear here" in overlay.text()
    with qtbot.assertNotEmitted(overlay.lockedChanged):
        overlay.set_locked(False)
    overlay.set_locked(True)
    assert not overlay.isVisible()


def test_nothing_is_painted_while_nothing_changes(qtbot: QtBot, overlay: SubtitleOverlay) -> None:
    overlay.on_event(heard("Yes."))
    qtbot.waitExposed(overlay)
    painted = []
    original = overlay.paintEvent
    overlay.paintEvent = lambda event: (painted.append(1), original(event))[1]  # type: ignore[method-assign,assignment]
    qtbot.wait(50)
    painted.clear()
    overlay.on_event(heard("Yes.", revision=1))
    overlay.on_event(AudioLevel(-20, -10, True))
    qtbot.wait(150)
    assert not painted
    overlay.on_event(heard("Yes. No.", revision=2))
    qtbot.waitUntil(lambda: len(painted) == 1, timeout=2000)


def test_a_session_counts_its_utterances_anew(overlay: SubtitleOverlay) -> None:
    overlay.on_event(StateChanged(State.LOADING))
    overlay.on_event(heard("Before", segment=0, revision=9))
    overlay.on_event(StateChanged(State.IDLE))
    overlay.on_event(StateChanged(State.LOADING))
    overlay.on_event(heard("After", segment=0, revision=0))
    assert overlay.text() == "Before\nAfter"


def test_an_arrow_says_that_sound_leaves_this_computer(overlay: SubtitleOverlay) -> None:
    overlay.on_event(StateChanged(State.LISTENING))
    overlay.on_event(heard("Where is the station"))
    plain = image(overlay)
    overlay.on_event(Metrics({}, {}, 0.0, 0, "nova-3", "", "", sent_to="Deepgram"))
    marked = image(overlay)
    assert marked != plain
    corner = range(plain.width() - 30, plain.width())
    assert all(marked.pixelColor(x, y) == plain.pixelColor(x, y) for x in range(corner.start) for y in range(60))
    overlay.on_event(Metrics({}, {}, 0.0, 0, "base", "", ""))
    assert image(overlay) == plain
