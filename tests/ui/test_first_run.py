"""The first steps: every page, by mouse and keyboard, without a network and with one."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.engine.errors import DeviceMissing
from desktop.engine.events import Device, DevicesChanged, Samples
from desktop.engine.message import verbatim
from desktop.settings.declaration import Settings
from desktop.ui.first_run import source_check
from desktop.ui.first_run.source_check import recognise
from desktop.ui.first_run.window import FirstRun
from desktop.ui.models import overview
from desktop.ui.settings.hotkey_field import combination_of
from desktop.ui.widgets.pickers.picker import PickerList
from tests.conftest import TEST_AUDIO
from tests.fakes import FakeSource
from tests.model_server import Fault, ModelServer, served
from tests.ui.conftest import StartApp
from tests.ui.models_harness import ModelsHarness, models_harness

DEVICES = DevicesChanged(
    (Device("microphone:a", "Built-in", True), Device("microphone:b", "Headset")),
    (Device("loopback:x", "Speakers", True),),
    (),
)


class Room:
    """What the chosen source hears: opened sources, in order. fail: why it cannot be opened."""

    def __init__(self) -> None:
        self.sources: list[FakeSource] = []
        self.fail: DeviceMissing | None = None

    def source_for(self, source_id: str) -> FakeSource:
        self.sources.append(FakeSource(source_id, fail=self.fail))
        return self.sources[-1]


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    room = Room()
    monkeypatch.setattr("desktop.engine.audio.sources.choose.source_for", room.source_for)
    return room


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with served() as server:
        yield server


@pytest.fixture
def desk(
    qtbot: QtBot, server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: Room
) -> Iterator[ModelsHarness]:
    with models_harness(qtbot, server, tmp_path, monkeypatch) as desk:
        yield desk


LANGUAGES, MODELS, SOURCE, OUTPUTS, READY = range(5)


def opened(desk: ModelsHarness, room: Room, page: int = LANGUAGES) -> FirstRun:
    """The first steps at a page; where that is the source's, the source is open."""
    desk.model_setup.on_event(DEVICES)
    window = desk.model_setup.open_first_run()
    assert window is not None
    desk.qtbot.waitUntil(lambda: window.models.card.title() != "", timeout=10_000)
    window.turn_to(page)
    if page == SOURCE:
        desk.qtbot.waitUntil(lambda: bool(room.sources) and room.sources[-1].is_open, timeout=10_000)
    return window


def fetched(window: FirstRun, qtbot: QtBot) -> None:
    """Fetch what the languages need, on the page of the models, and wait for it."""
    window.turn_to(MODELS)
    window.models.card.fetch.click()
    qtbot.waitUntil(lambda: window.models.card.title().startswith("Everything for"), timeout=20_000)


def test_the_level_moves_and_the_test_shows_what_was_understood(
    desk: ModelsHarness, room: Room, qtbot: QtBot, speech: Any, manifest: dict[str, dict[str, Any]]
) -> None:
    window = opened(desk, room)
    fetched(window, qtbot)
    window.turn_to(SOURCE)
    page = window.source
    qtbot.waitUntil(lambda: "bars should move" in page.level_words())
    samples: Samples = speech("en-01")
    room.sources[-1].send(samples[16_000:24_000])
    qtbot.waitUntil(lambda: page.level_words() == "Parley hears you.")
    assert page.picker.meter.accessibleName() == "Level: speech"
    window.activateWindow()
    page.test.setFocus()
    page.test.click()
    assert page.test.text() == "Listening…"
    page.test.click()  # nothing: it is under way
    assert page.test.text() == "Listening…"
    room.sources[-1].send(np.concatenate([samples, np.zeros(48_000, np.float32)]))
    qtbot.waitUntil(lambda: page.test.text() == "Test again", timeout=20_000)
    assert page.understood() == f"“{manifest['en-01']['text']}”"
    assert page.result_words() == "That is what Whisper small understood."
    assert not window.later.hasFocus()
    assert page.test.isEnabled()


def test_the_test_keeps_the_focus_where_it_was(desk: ModelsHarness, room: Room, qtbot: QtBot) -> None:
    window = opened(desk, room, SOURCE)
    window.activateWindow()
    page = window.source
    qtbot.waitUntil(page.test.isEnabled)
    page.test.setFocus()
    qtbot.waitUntil(page.test.hasFocus)
    qtbot.keyClick(page.test, Qt.Key.Key_Space)
    assert page.test.hasFocus()
    room.sources[-1].send(np.zeros(60_000, np.float32))
    qtbot.waitUntil(lambda: page.test.text() == "Test again", timeout=20_000)
    assert page.test.hasFocus()
    page.picker.chosen.emit(f"file:{TEST_AUDIO / 'en-01.flac'}")  # which cannot be tested
    assert not page.test.isEnabled()
    assert page.picker.hasFocus()


def test_a_test_without_a_real_model_says_that_it_is_a_phrasebook(
    desk: ModelsHarness, room: Room, qtbot: QtBot, speech: Any, manifest: dict[str, dict[str, Any]]
) -> None:
    page = opened(desk, room, SOURCE).source
    qtbot.waitUntil(page.test.isEnabled)
    assert "Only a phrasebook is installed" in page.result_words()
    page.test.click()
    room.sources[-1].send(np.concatenate([speech("en-01"), np.zeros(48_000, np.float32)]))
    qtbot.waitUntil(lambda: page.test.text() == "Test again", timeout=20_000)
    assert page.understood() == f"“{manifest['en-01']['text']}”"
    assert "Starter (phrasebook)" in page.result_words()
    assert "phrasebook only" in page.result_words()


def test_while_the_model_is_being_fetched_the_test_waits_and_the_page_can_be_passed(
    desk: ModelsHarness, room: Room, qtbot: QtBot, server: ModelServer
) -> None:
    gate = threading.Event()
    server.faults.append(Fault("model.bin", hold=gate, hold_after=4_000_000))
    window = opened(desk, room, MODELS)
    window.models.card.fetch.click()
    window.turn_to(SOURCE)
    page = window.source
    qtbot.waitUntil(lambda: "bars should move" in page.level_words())
    assert page.result_words().startswith("Whisper small is still being fetched")
    assert not page.test.isEnabled()
    window.next.click()
    assert window.number == OUTPUTS
    window.back.click()
    gate.set()
    qtbot.waitUntil(page.test.isEnabled, timeout=20_000)
    qtbot.waitUntil(lambda: "fetched" not in page.result_words(), timeout=10_000)


def test_silence_is_told(desk: ModelsHarness, room: Room, qtbot: QtBot) -> None:
    page = opened(desk, room, SOURCE).source
    qtbot.waitUntil(page.test.isEnabled)
    page.test.click()
    room.sources[-1].send(np.zeros(60_000, np.float32))
    qtbot.waitUntil(lambda: page.test.text() == "Test again", timeout=20_000)
    assert page.understood() == ""
    assert page.result_words().startswith("Nothing was understood")


def test_a_source_that_is_missing_is_one_sentence_and_another_one_works(
    desk: ModelsHarness, room: Room, qtbot: QtBot
) -> None:
    room.fail = DeviceMissing(verbatim("The microphone Headset is not connected; choose another one."))
    desk.model_setup.on_event(DEVICES)
    window = desk.model_setup.open_first_run()
    assert window is not None
    window.turn_to(SOURCE)
    page = window.source
    qtbot.waitUntil(lambda: page.level_words().startswith("The microphone Headset"))
    assert not page.test.isEnabled()
    room.fail = None
    page.picker.picked.emit("loopback:x")
    qtbot.waitUntil(lambda: "Play something" in page.level_words())
    assert desk.store.current.audio.source == "loopback:x"


def test_what_the_source_before_said_is_not_shown_for_another_one(
    desk: ModelsHarness, room: Room, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def recognise(samples: Samples, settings: Settings) -> tuple[str, str]:
        begun.set()
        assert go_on.wait(10)
        ended.set()
        return "said into the microphone", "Whisper small"

    monkeypatch.setattr(source_check, "recognise", recognise)
    page = opened(desk, room, SOURCE).source
    qtbot.waitUntil(page.test.isEnabled)
    page.test.click()
    room.sources[-1].send(np.zeros(60_000, np.float32))
    qtbot.waitUntil(begun.is_set)
    page.picker.picked.emit("loopback:x")
    qtbot.waitUntil(lambda: "Play something" in page.level_words())
    go_on.set()
    assert ended.wait(10)
    qtbot.wait(50)
    assert page.understood() == ""
    assert page.test.text() == "Test for 3 seconds"
    assert page.test.isEnabled()


def test_the_microphone_is_open_only_while_its_page_is_shown(desk: ModelsHarness, room: Room, qtbot: QtBot) -> None:
    window = opened(desk, room, MODELS)
    assert not room.sources
    window.next.click()
    qtbot.waitUntil(lambda: bool(room.sources) and room.sources[-1].is_open)
    window.next.click()
    qtbot.waitUntil(lambda: not room.sources[-1].is_open)
    window.back.click()
    qtbot.waitUntil(lambda: len(room.sources) == 2 and room.sources[-1].is_open)
    window.close()
    qtbot.waitUntil(lambda: not room.sources[-1].is_open)
    assert window.wait(5)


def test_languages_are_those_there_are_models_for(desk: ModelsHarness, room: Room, qtbot: QtBot) -> None:
    window = opened(desk, room)
    page = window.languages
    page.spoken.click()
    popup = next(one for one in page.spoken.findChildren(PickerList) if one.isVisible())
    labels = [popup._list.item(row).text() for row in range(popup._list.count())]  # type: ignore[union-attr]
    assert labels == ["English or Spanish", "English", "Spanish"]
    popup.close()
    page.spoken.picked.emit("es")
    page.target.picked.emit("en")
    assert page.plan() == "Parley writes down Spanish and translates it into English."
    page._arrow.click()
    assert page.plan() == "Parley writes down English and translates it into Spanish."
    page.target.picked.emit("")
    assert page.plan() == "Parley writes down English."


def test_models_are_fetched_while_one_goes_on(desk: ModelsHarness, room: Room, qtbot: QtBot) -> None:
    window = opened(desk, room, MODELS)
    page = window.models
    assert page.card.title() == "English → Spanish needs 2 more"
    assert page.starter.isChecked()
    page.card.fetch.click()
    assert not page.starter.isChecked()
    window.turn_to(READY)
    done = "Whisper small is installed and understands English. Everything is installed."
    qtbot.waitUntil(lambda: window.ready.models.sentence() == done, timeout=20_000)
    assert page.card.title() == "Everything for English → Spanish is installed"


def test_a_real_model_takes_the_place_of_the_starter_models(desk: ModelsHarness, room: Room, qtbot: QtBot) -> None:
    window = opened(desk, room, MODELS)
    page = window.models
    assert (page.starter.isVisible(), page.basic.isVisible(), page.understood.isVisible()) == (True, True, False)
    assert "Not for real speech" in page.starter.accessibleName()
    fetched(window, qtbot)
    assert not page.starter.isVisible()
    assert not page.basic.isVisible()
    assert page.understood.text() == "Whisper small is installed and understands English."
    desk.store.set("recognition.backend", "pocketsphinx")  # a way back must stay
    qtbot.waitUntil(page.starter.isVisible)
    assert page.starter.accessibleName().startswith("Whisper, not chosen")
    page.starter.click()
    assert desk.store.current.recognition.backend == "auto"


def test_sizes_say_what_they_are_good_for_and_can_be_fetched(desk: ModelsHarness, room: Room, qtbot: QtBot) -> None:
    window = opened(desk, room, MODELS)
    page = window.models
    assert [line.choice.entry.id for line in page.sizes] == ["tiny", "small"]
    tiny, small = page.sizes
    assert "Fastest" in tiny.about()
    assert "More accurate" in small.about()
    tiny.fetch.click()
    qtbot.waitUntil(lambda: page.sizes[0].choice.is_installed, timeout=20_000)
    assert not tiny.fetch.isVisible()
    assert small.fetch.isVisible()
    assert page.understood.text() == "Whisper tiny is installed and understands English."


def test_without_a_network_one_begins_with_what_ships(
    desk: ModelsHarness, room: Room, qtbot: QtBot, server: ModelServer
) -> None:
    server.faults.append(Fault("/", status=503))
    window = opened(desk, room, MODELS)
    page = window.models
    page.card.fetch.click()
    qtbot.waitUntil(lambda: page.card.fetch.text() == "Try again" and page.card.fetch.isVisible(), timeout=20_000)
    assert "503" in page.card.line()
    page.basic.click()
    assert desk.store.current.recognition.backend == "pocketsphinx"
    assert (page.basic.isChecked(), page.starter.isChecked()) == (True, False)
    page.starter.click()
    assert desk.store.current.recognition.backend == "auto"
    assert page.starter.isChecked()
    window.turn_to(READY)
    assert window.ready.models.sentence().startswith("Only a phrasebook")
    with qtbot.waitSignal(desk.model_setup.startRequested):
        window.next.click()
    assert not window.isVisible()


def test_outputs_and_the_hotkey(desk: ModelsHarness, room: Room, qtbot: QtBot) -> None:
    window = opened(desk, room, OUTPUTS)
    page = window.outputs
    page.switches["typing"].click()
    page.switches["subtitles"].click()
    assert desk.store.current.typing.enabled
    assert not desk.store.current.subtitles.enabled
    assert not page.clear.isVisible()
    page.hotkey.click()
    assert page.hotkey.text() == "Press the keys…"
    qtbot.keyClick(page.hotkey, Qt.Key.Key_L)  # a letter alone is no hotkey
    assert page.hotkey.text() == "Press the keys…"
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(page.hotkey, Qt.Key.Key_L, both)
    assert desk.store.current.hotkeys.toggle_listening == "<ctrl>+<alt>+l"
    assert page.hotkey.text() == "Ctrl+Alt+L"
    window.turn_to(4)
    assert window.ready.outputs.sentence() == "Typing. Ctrl+Alt+L starts and stops."
    window.back.click()
    page.clear.click()
    assert desk.store.current.hotkeys.toggle_listening == ""


@pytest.mark.parametrize("page", range(5))
def test_it_can_be_left_at_any_page_and_that_is_remembered(
    desk: ModelsHarness, room: Room, qtbot: QtBot, page: int
) -> None:
    window = opened(desk, room)
    window.turn_to(page)
    with qtbot.waitSignal(desk.model_setup.firstRunLeft):
        qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()
    again = desk.model_setup.open_first_run()
    assert again is window
    assert again.number == 0


def test_it_is_gone_through_by_keyboard(desk: ModelsHarness, room: Room, qtbot: QtBot) -> None:
    window = opened(desk, room)
    window.activateWindow()
    for number in range(1, 5):
        qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        assert window.number == number
    qtbot.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.number == 3
    qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(desk.model_setup.startRequested):
        qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_everything_that_can_be_pressed_has_a_name(desk: ModelsHarness, room: Room) -> None:
    def nameless(window: QWidget) -> list[QAbstractButton]:
        shown = [one for one in window.findChildren(QAbstractButton) if one.isVisibleTo(window)]
        can_be_reached = [one for one in shown if one.focusPolicy() != Qt.FocusPolicy.NoFocus]
        return [one for one in can_be_reached if not (one.accessibleName() or one.text())]

    window = opened(desk, room)
    for number in range(5):
        window.turn_to(number)
        assert not nameless(window)
        assert window._steps.accessibleName().startswith(f"Step {number + 1} of 5")
    assert not nameless(desk.open())


@pytest.mark.parametrize("size", [(560, 460), (720, 520), (1400, 900)])
def test_nothing_is_cut_off_sideways(desk: ModelsHarness, room: Room, qtbot: QtBot, size: tuple[int, int]) -> None:
    window = opened(desk, room)
    window.resize(*size)
    for number in range(5):
        window.turn_to(number)
        page: QWidget = window.pages[number]
        qtbot.waitUntil(lambda page=page: page.width() <= window.width())
        assert page.minimumSizeHint().width() <= window.width()


@pytest.mark.parametrize(
    ("key", "modifiers", "expected"),
    [
        (Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier, "<ctrl>+l"),
        (Qt.Key.Key_L, Qt.KeyboardModifier.ShiftModifier, ""),
        (Qt.Key.Key_L, Qt.KeyboardModifier.NoModifier, ""),
        (Qt.Key.Key_F9, Qt.KeyboardModifier.NoModifier, "<f9>"),
        (Qt.Key.Key_Space, Qt.KeyboardModifier.AltModifier, "<alt>+<space>"),
        (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, ""),
        (Qt.Key.Key_Control, Qt.KeyboardModifier.ControlModifier, ""),
        (Qt.Key.Key_1, Qt.KeyboardModifier.MetaModifier | Qt.KeyboardModifier.ShiftModifier, "<shift>+<cmd>+1"),
    ],
)
def test_keys_become_what_pynput_understands(key: Qt.Key, modifiers: Qt.KeyboardModifier, expected: str) -> None:
    assert combination_of(key, modifiers) == expected


def test_the_test_recognises_with_what_is_chosen(desk: ModelsHarness, speech: Any) -> None:
    from desktop.settings.store import changed

    settings = changed(desk.store.current, {"recognition.language": "es"})
    text, name = recognise(speech("es-02"), settings)
    assert name == "Starter (phrasebook)"
    assert text
    assert recognise(np.zeros(48_000, np.float32), settings)[0] == ""


def test_a_recording_has_no_level(desk: ModelsHarness, room: Room, qtbot: QtBot) -> None:
    window = opened(desk, room, SOURCE)
    window.source.picker.chosen.emit(f"file:{TEST_AUDIO / 'en-01.flac'}")
    qtbot.waitUntil(lambda: window.source.level_words().startswith("A recording"))
    assert not window.source.test.isEnabled()


# In the app.


def test_the_first_start_greets_in_the_desktops_language(
    start_app: StartApp, qtbot: QtBot, room: Room, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(overview, "measure", lambda settings: False)
    app, engine = start_app(greets=True)
    qtbot.waitUntil(
        lambda: app.model_setup.first_run is not None and app.model_setup.first_run.isVisible(), timeout=10_000
    )
    window = app.model_setup.first_run
    assert window is not None
    assert engine.settings.recognition.language != "auto"
    window.turn_to(4)
    window.next.click()
    qtbot.waitUntil(lambda: "start" in engine.calls)
    assert (tmp_path / "settings.toml").exists()


def test_what_was_only_for_this_run_is_not_saved_by_leaving(
    start_app: StartApp, qtbot: QtBot, room: Room, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(overview, "measure", lambda settings: False)
    monkeypatch.setenv("PARLEY_RECOGNITION__LANGUAGE", "es")
    app, engine = start_app(greets=True)
    qtbot.waitUntil(
        lambda: app.model_setup.first_run is not None and app.model_setup.first_run.isVisible(), timeout=10_000
    )
    assert engine.settings.recognition.language == "es"
    assert app.model_setup.first_run is not None
    app.model_setup.first_run.close()
    file = tmp_path / "settings.toml"
    assert file.exists()
    assert "language" not in file.read_text(encoding="utf-8")


def test_a_later_start_does_not_greet(start_app: StartApp, room: Room) -> None:
    app, _ = start_app()
    assert app.model_setup.first_run is None
    app.window.menu._act("do:first-steps")
    assert app.model_setup.first_run is not None
    assert app.model_setup.first_run.isVisible()
