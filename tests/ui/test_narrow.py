"""Whatever the width, nothing is cut off without a sign, nothing lies over another, and one sees what has the focus."""

import itertools

import pytest
from PyQt6.QtCore import QPoint
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QLineEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.engine.events import AudioLevel, Metrics, SourceOpened, State, StateChanged, TranscriptUpdate
from desktop.ui.main.main_window import SMALLEST, MainWindow
from desktop.ui.widgets import level_meter, theme
from desktop.ui.widgets.layouts.elided_button import ElidedButton
from desktop.ui.widgets.level_meter import LevelMeter
from desktop.ui.widgets.notifications import breakable
from desktop.ui.widgets.pickers.picker import PickerButton

REMEDY = (
    "The settings file /home/ana/.config/parley/settings.toml cannot be read (line 3); it was kept as "
    "settings.broken.toml beside it, and Parley goes on with its defaults. Mend it, or delete it."
)


def busy(window: MainWindow) -> None:
    window.show_profiles(("Default", "Lecture hall with guests"), "Lecture hall with guests")
    window.on_event(StateChanged(State.LISTENING))
    latency = {"partial": 0.6, "final": 1.2, "recognition": 0.4, "translation": 0.2, "speech": 0.3}
    window.on_event(Metrics(latency, {}, 0.0, 0, "Whisper large-v3-turbo", "Argos", "Piper"))


@pytest.mark.parametrize("width", [440, 480, 560, 640, 800, 960, 1280])
def test_texts_end_in_an_ellipsis_where_they_do_not_fit(window: MainWindow, qtbot: QtBot, width: int) -> None:
    busy(window)
    window.resize(width, 560)
    qtbot.waitUntil(lambda: window.width() == width)
    line = window.status_line
    for button in line.findChildren(ElidedButton):
        if button.isVisible():
            whole = button.sizeHint().width() <= button.width()
            assert button.shown_text() == button.text() or (not whole and button.shown_text().endswith("…"))
            assert button.accessibleName()
    assert "end → final 1.2 s" in line._latency.accessibleName()  # also where it is not shown


def test_how_far_a_recording_is_comes_before_more_figures(window: MainWindow, qtbot: QtBot) -> None:
    busy(window)
    window.on_event(SourceOpened("file:/home/ana/talk.mp3", 0.0, 60.0))
    window.on_event(TranscriptUpdate(0, 1, "en", "Hello", "", (), 15.0, 16.0, True))
    reason, latency = window.status_line._reason, window.status_line._latency
    assert "of 1:00" in reason.full_text()
    for width in range(640, 1300, 40):
        window.resize(width, 560)
        qtbot.waitUntil(lambda width=width: window.width() == width)
        is_whole = reason.text() == reason.full_text()
        assert is_whole or " · " not in latency.text(), (width, reason.text(), latency.text())


def overlapping(window: MainWindow) -> list[object]:
    """Widgets that lie over another one, or outside of what holds them."""
    found: list[object] = []
    for parent in (*window.cards.cards, window.status_line, window.cards, window):
        children = [one for one in parent.children() if isinstance(one, QWidget)]
        shown = [one for one in children if one.isVisible() and not one.isWindow()]
        pairs = itertools.combinations(shown, 2)
        found += [pair for pair in pairs if pair[0].geometry().intersects(pair[1].geometry())]
        found += [one for one in shown if not parent.rect().contains(one.geometry())]
    return found


@pytest.mark.parametrize("width", [440, 480, 560, 640, 960])
def test_nothing_lies_over_another(window: MainWindow, qtbot: QtBot, width: int) -> None:
    assert SMALLEST[0] <= 440
    busy(window)
    window.resize(width, 560)
    qtbot.waitUntil(lambda: window.width() == width)
    qtbot.waitUntil(lambda: not overlapping(window))
    meter = window.source.meter
    assert not meter.isVisible() or meter.x() > 30


@pytest.mark.parametrize("width", [440, 640, 960])
def test_a_warning_says_what_to_do_to_its_end(window: MainWindow, qtbot: QtBot, width: int) -> None:
    window.resize(width, 560)
    window.notify("settings", REMEDY, "warning")
    qtbot.waitUntil(window.status_line.bar.isVisible)
    label = window.status_line.bar._text
    assert label.text().replace("\u200b", "") == REMEDY
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()))


def test_only_paths_and_addresses_may_break_behind_a_slash() -> None:
    assert breakable("in /home/ana/x") == "in /home/\u200bana/\u200bx"
    assert breakable("yes / no") == "yes / no"


def test_a_microphone_that_is_pulled_out_leaves_no_level(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(level_meter, "STALE", 50)
    meter = LevelMeter()
    qtbot.addWidget(meter)
    meter.show_level(-10, is_speech=True, is_muted=False)
    assert meter.accessibleName() == "Level: speech"
    qtbot.waitUntil(lambda: meter._shown == (0, False, False))
    assert meter.accessibleName() == "Level: no speech"
    window.on_event(StateChanged(State.LISTENING))
    window.on_event(AudioLevel(-10, -5, True))
    assert window.source.meter._silence.isActive()


def named(widget: QWidget, name: str) -> QWidget:
    widget.setObjectName(name)
    return widget


@pytest.mark.parametrize("look", ["light", "dark", "contrast"])
def test_the_ring_of_the_focus_is_two_pixels_of_a_colour_that_is_seen(qtbot: QtBot, look: theme.Theme) -> None:
    theme.apply(look)
    holder = QWidget()
    qtbot.addWidget(holder)
    holder.resize(300, 400)
    widgets = [
        named(QPushButton("Field", holder), "field"),
        named(QPushButton("Segment", holder), "segment"),
        named(QPushButton("Flat", holder), "flat"),
        PickerButton("Picker", parent=holder),
        QToolButton(holder),
        QLineEdit(holder),
    ]
    for place, widget in enumerate(widgets):
        widget.setGeometry(20, 20 + 50 * place, 200, 36)
    holder.show()
    holder.activateWindow()
    colors = theme.colors()
    for widget in widgets:
        widget.setFocus()
        qtbot.waitUntil(widget.hasFocus)
        picture = widget.grab().toImage()
        ring = {picture.pixelColor(QPoint(x, picture.height() // 2)).name() for x in (0, 1)}
        assert ring <= {colors.accent, colors.text}, (widget.objectName(), ring)
        assert contrast(QColor(ring.pop()), QColor(colors.card)) >= 3
    theme.apply("light")


def contrast(one: QColor, other: QColor) -> float:
    def luminance(color: QColor) -> float:
        parts = (color.redF(), color.greenF(), color.blueF())
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    shades = sorted((luminance(one), luminance(other)))
    return (shades[1] + 0.05) / (shades[0] + 0.05)
