"""What the user can do in the window, and what it shows."""

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QListWidget, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.engine.events import (
    AudioLevel,
    Device,
    DevicesChanged,
    ErrorEvent,
    Metrics,
    ModelProgress,
    Severity,
    State,
    StateChanged,
    TranscriptUpdate,
    TranslationUpdate,
)
from desktop.engine.message import Message, verbatim
from desktop.ui.main.main_window import SMALLEST, MainWindow
from desktop.ui.models.installed_choices import find
from desktop.ui.widgets import theme
from desktop.ui.widgets.pickers.picker import PickerButton, PickerList
from desktop.ui.widgets.pickers.popover import Popover

MICROPHONES = (Device("microphone:a", "Built-in", True), Device("microphone:b", "Headset"))
DEVICES = DevicesChanged(
    MICROPHONES, (Device("loopback:x", "Speakers", True),), (Device("output:x", "Speakers", True),)
)


def listen(window: MainWindow) -> None:
    window.on_event(StateChanged(State.LOADING))
    window.on_event(StateChanged(State.LISTENING))


def open_list(picker: PickerButton) -> PickerList:
    picker.open_list()
    return next(one for one in picker.findChildren(PickerList) if one.isVisible())


def labels(popup: PickerList) -> list[str]:
    found = popup.findChild(QListWidget)
    assert found is not None
    return [found.item(row).text() for row in range(found.count())]  # type: ignore[union-attr]


@pytest.mark.parametrize("width", range(640, 1280, 40))
def test_the_figures_of_the_status_line_are_never_cut_off(window: MainWindow, width: int) -> None:
    window.resize(width, 500)
    listen(window)
    figures = {"partial": 2.0, "final": 1.6, "recognition": 1.6, "translation": 3.4, "speech": 0.4}
    window.on_event(
        Metrics(figures, {}, 0.0, 0, "Whisper large-v3-turbo", "Whisper", "", 0.0, (Message("reduced-beam"),))
    )
    QApplication.processEvents()
    line = window.status_line
    assert line._latency.width() >= line._latency.sizeHint().width()
    assert line.latency_text()


def test_start_and_stop_by_mouse_and_keyboard(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.startRequested):
        qtbot.mouseClick(window.start, Qt.MouseButton.LeftButton)
    listen(window)
    assert window.start.text() == "Stop"
    window.activateWindow()
    with qtbot.waitSignal(window.stopRequested):
        qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    window.on_event(StateChanged(State.STOPPING))
    assert not window.start.isEnabled()
    window.on_event(StateChanged(State.IDLE))
    assert (window.start.text(), window.start.isEnabled()) == ("Start", True)


def test_the_state_is_told_in_words(window: MainWindow) -> None:
    words = window.status_line.words
    assert words() == "Ready"
    window.on_event(StateChanged(State.LOADING))
    window.on_event(ModelProgress("recognition", "Whisper", 0.43))
    assert words() == "Loading 43 %"
    window.on_event(StateChanged(State.LISTENING))
    assert words() == "Listening"
    window.on_event(StateChanged(State.FAILED, verbatim(verbatim("Plug in a microphone."))))
    assert words() == "Failed"
    assert window.start.text() == "Start"


@pytest.mark.parametrize(
    ("card", "key", "keys"),
    [("subtitles", "subtitles", Qt.Key.Key_1), ("typing", "typing", Qt.Key.Key_2), ("voice", "speech", Qt.Key.Key_3)],
)
def test_each_output_is_switched_alone(window: MainWindow, qtbot: QtBot, card: str, key: str, keys: Qt.Key) -> None:
    switch = getattr(window.cards, card).switch
    before = switch.isChecked()
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert window.settings is not None
    assert getattr(window.settings, key).enabled is not before
    assert switch.isChecked() is not before
    qtbot.keyClick(window, keys, Qt.KeyboardModifier.ControlModifier)
    assert getattr(window.settings, key).enabled is before


def test_sources_are_listed_under_headings_and_chosen(window: MainWindow, qtbot: QtBot) -> None:
    window.on_event(DEVICES)
    popup = open_list(window.source)
    shown = labels(popup)
    assert shown.index("Microphones") < shown.index("Headset") < shown.index("What the computer plays")
    assert shown[-1] == "File…"
    popup.picked.emit("microphone:b")
    popup.close()
    assert window.settings is not None
    assert window.settings.audio.source == "microphone:b"
    assert "Headset" in window.source.accessibleName()


def test_a_device_that_goes_stays_chosen_and_says_so(window: MainWindow) -> None:
    window.on_event(DEVICES)
    window.settingChanged.emit("audio.source", "microphone:b")
    window.on_event(DevicesChanged(MICROPHONES[:1], (), ()))
    assert "b (not connected)" in window.source.accessibleName()
    window.on_event(DEVICES)
    assert "not connected" not in window.source.accessibleName()


def test_languages_are_found_by_typing(window: MainWindow, qtbot: QtBot) -> None:
    assert window.settings is not None
    window.set_choices(find(window.settings))
    popup = open_list(window.languages.source)
    search = popup.findChild(QLineEdit)
    assert search is not None
    search.setText("españ")  # its own name
    with qtbot.waitSignal(popup.picked) as picked:
        qtbot.keyClick(search, Qt.Key.Key_Return)
    assert picked.args == ["es"]
    assert window.settings.recognition.language == "es"


def test_swap_exchanges_the_languages(window: MainWindow, qtbot: QtBot) -> None:
    assert not window.languages.swap.isEnabled()
    window.settingChanged.emit("recognition.language", "en")
    window.settingChanged.emit("translation.target", "es")
    qtbot.mouseClick(window.languages.swap, Qt.MouseButton.LeftButton)
    assert window.settings is not None
    assert (window.settings.recognition.language, window.settings.translation.target) == ("es", "en")


def test_a_warning_is_one_line_with_one_action(window: MainWindow, qtbot: QtBot) -> None:
    window.on_event(ErrorEvent("model-missing", verbatim("No model; install one."), Severity.WARNING))
    bar = window.status_line.bar
    assert bar.isVisible()
    assert window.status_line.warnings.text() == "1"
    with qtbot.waitSignal(bar.acted) as acted:
        bar._act.click()
    assert acted.args == ["models"]
    assert not bar.isVisible()
    for popup in window.findChildren(PickerList):
        popup.close()
    qtbot.mouseClick(window.status_line.warnings, Qt.MouseButton.LeftButton)
    popover = next(one for one in window.findChildren(Popover) if one.isVisible())
    assert "No model; install one." in [
        label.text() for label in popover.findChildren(QWidget) if hasattr(label, "text")
    ]
    popover.close()


def test_latency_and_loss_are_shown_while_listening(window: MainWindow) -> None:
    listen(window)
    window.on_event(Metrics({"partial": 0.6, "final": 0.8}, {"recognition": 1}, 2.5, 4, "Whisper small", "Argos", ""))
    assert "heard → shown 0.6 s" in window.status_line.latency_text()
    assert window.status_line._dropped.text() == "2.5 s dropped"
    assert window.status_line.model.text() == "Whisper small"


def test_speaking_is_told_and_the_meter_shows_that_it_does_not_listen(window: MainWindow) -> None:
    listen(window)
    window.on_event(Metrics({}, {}, 0.0, 0, "", "", "", spoken_queue=1.0))
    assert window.status_line.words() == "Speaking"
    window.on_event(AudioLevel(-20, -10, False, True))
    assert "while Parley speaks" in window.source.meter.accessibleName()


def test_everything_that_can_be_used_has_a_name(window: MainWindow) -> None:
    window.on_event(DEVICES)
    kinds = (QAbstractButton, QComboBox, QLineEdit, QTextEdit, QListWidget)
    for kind in kinds:
        for widget in window.findChildren(kind):
            if widget.objectName().startswith("qt_"):
                continue
            name = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
            assert name or not widget.isVisible(), widget


def test_tab_goes_through_the_window_from_top_to_bottom(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    window.source.setFocus()
    visited = []
    for _ in range(14):
        focused = window.focusWidget()
        assert focused is not None
        visited.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    wanted = [window.source, window.languages.source, window.languages.target, window.start]
    wanted += [card.switch for card in window.cards.cards] + [window.status_line.menu]
    places = [visited.index(widget) for widget in wanted]
    assert places == sorted(places)


def test_it_can_be_used_at_its_smallest(window: MainWindow) -> None:
    window.resize(*SMALLEST)
    QApplication.processEvents()
    assert (window.width(), window.height()) == SMALLEST
    inside = window.rect()
    for widget in (window.source, window.languages, window.start, *window.cards.cards, window.status_line.menu):
        corner = widget.mapTo(window, widget.rect().bottomRight())
        assert inside.contains(corner), widget
    assert window.transcript.view.height() > 100


@pytest.mark.parametrize("look", ["light", "dark", "contrast"])
def test_text_can_be_read_in_every_look(look: str) -> None:
    """WCAG: 4.5:1 for text on everything it stands on."""
    colors = theme.chosen(look)  # type: ignore[arg-type]
    for background in (colors.window, colors.base, colors.card):
        for text in (colors.text, colors.muted, colors.accent, colors.good, colors.warning, colors.bad):
            assert contrast(text, background) >= 4.5, (text, background)
    assert contrast(colors.on_accent, colors.accent) >= 4.5


def contrast(one: str, other: str) -> float:
    lights = sorted((luminance(one), luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_session_reads_back(window: MainWindow) -> None:
    listen(window)
    window.on_event(TranscriptUpdate(0, 1, "en", "Hello.", "", (), 0.0, 1.0, True))
    window.on_event(TranslationUpdate(0, 1, "en", "es", "Hola.", "", True))
    window.transcript.copy()
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    assert "Hello." in clipboard.text()
    assert "Hola." in clipboard.text()
