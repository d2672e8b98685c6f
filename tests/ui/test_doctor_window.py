"""The Doctor's window on a real audio server and a real screen: what it finds, what can be tried, what is copied."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6 import sip
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.bench.live.virtual_audio import VirtualAudio
from desktop.doctor.examination import CHECKS
from desktop.doctor.findings import Finding, Health
from desktop.engine.errors import TypingError
from desktop.injector.typing_trial import SENTENCE, type_sentence
from desktop.settings.declaration import Settings
from desktop.settings.store import SettingsStore
from desktop.system import paths
from desktop.ui.doctor.rows import MARKS, FindingRow
from desktop.ui.doctor.window import DoctorWindow, summary
from desktop.ui.main.main_window import MainWindow
from desktop.ui.runtime.hotkeys import Hotkeys, hotkey_text
from desktop.ui.widgets import theme
from tests.conftest import TEST_AUDIO
from tests.raising import raises
from tests.virtual_desktop import VirtualDesktop


@pytest.fixture(scope="module")
def audio() -> Iterator[VirtualAudio]:
    with VirtualAudio() as audio:
        yield audio


@pytest.fixture
def doctor(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[DoctorWindow]:
    monkeypatch.delenv("DISPLAY", raising=False)  # what is found must not depend on who runs the tests
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    theme.apply("light")
    store = SettingsStore(None, environment={})
    store.update(
        {
            "recognition.language": "en",
            "recognition.vocabulary": "Rumpelstiltskin",
            "hotkeys.toggle_listening": "<ctrl>+<alt>+l",
        }
    )
    window = DoctorWindow(store.current, Hotkeys(), ("In the file, speech.rate cannot be 9. It is ignored.",))
    window.show()
    qtbot.waitExposed(window)
    yield window
    if not sip.isdeleted(window):
        window.close()


def play(audio: VirtualAudio, stop: threading.Event) -> threading.Thread:
    """Speak into the virtual microphone until `stop`."""

    def speak() -> None:
        while not stop.is_set():
            audio.play(TEST_AUDIO / "en-00.flac", "micfeed").wait(30)

    thread = threading.Thread(target=speak, daemon=True)
    thread.start()
    return thread


def test_it_examines_the_machine_and_says_how_everything_is(
    audio: VirtualAudio, doctor: DoctorWindow, qtbot: QtBot
) -> None:
    stop = threading.Event()
    speaker = play(audio, stop)
    try:
        with qtbot.waitSignal(doctor.examined, timeout=60_000):
            doctor.examine()
            assert not doctor.again.isEnabled()
        assert list(doctor.rows) == [check.id for check in CHECKS]
        for row in doctor.rows.values():
            assert row.finding is not None
            assert row.mark.words == MARKS[str(row.finding.health)].words
            assert row.finding.sentence in row.words
        assert doctor.rows["microphone"].mark.words == "Works", doctor.rows["microphone"].words
        assert doctor.rows["output"].mark.words == "Works", doctor.rows["output"].words
        assert doctor.rows["typing"].mark.words == "Not looked at"
        assert "speech.rate cannot be 9" in doctor.rows["settings"].words
        qtbot.waitUntil(lambda: doctor.microphone.words == "Parley hears you.", timeout=20_000)
        qtbot.waitUntil(lambda: doctor.microphone.meter._shown[0] > 5, timeout=20_000)
    finally:
        stop.set()
        speaker.join(20)
    healths = [str(finding.health) for finding in doctor.findings]
    assert doctor.summary.text() == summary(healths)[1]
    assert doctor.again.isEnabled()


def test_the_diagnostics_have_the_findings_and_nothing_private(
    audio: VirtualAudio, doctor: DoctorWindow, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(doctor.examined, timeout=60_000):
        doctor.examine()
    qtbot.mouseClick(doctor.copy, Qt.MouseButton.LeftButton)
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    text = clipboard.text()
    assert doctor.copy.text() == "Copied"
    for check in CHECKS:
        assert check.title in text
    assert "recognition.vocabulary = set" in text
    for private in ("Rumpelstiltskin", "VirtualMicrophone", str(Path.home()), str(paths.config_file())):
        assert private not in text


def test_it_can_be_closed_and_run_again_in_the_middle(audio: VirtualAudio, doctor: DoctorWindow, qtbot: QtBot) -> None:
    doctor.examine()
    qtbot.waitUntil(lambda: bool(doctor.findings), timeout=20_000)
    first = doctor._run
    assert first is not None
    doctor.examine()
    assert first.is_cancelled
    qtbot.waitUntil(lambda: sip.isdeleted(first) or first.isFinished(), timeout=20_000)
    second, listener = doctor._run, doctor.microphone._listener
    assert second is not None
    assert listener is not None
    closed: list[bool] = []
    doctor.destroyed.connect(lambda: closed.append(True))
    QTimer.singleShot(0, doctor.close)
    qtbot.waitUntil(lambda: bool(closed), timeout=10_000)
    qtbot.waitUntil(second.isFinished, timeout=20_000)
    qtbot.waitUntil(listener.isFinished, timeout=20_000)


@pytest.mark.parametrize("health", list(Health))
def test_each_state_has_its_own_shape_and_words(qtbot: QtBot, health: Health) -> None:
    row = FindingRow("microphone", "Microphone")
    qtbot.addWidget(row)
    row.show_finding(Finding("microphone", "Microphone", health, "It is so.", "Do this.", "do --this"))
    mark = MARKS[str(health)]
    assert row.mark.words == mark.words
    others = [MARKS[str(one)] for one in Health if one is not health]
    assert all((mark.icon, mark.words) != (one.icon, one.words) and mark.icon != one.icon for one in others)
    assert mark.words in row.accessibleName()
    is_bad = health in (Health.WARNING, Health.PROBLEM)
    assert (row.action is not None) is is_bad


def test_a_fix_is_one_click(qtbot: QtBot) -> None:
    row = FindingRow("hotkeys", "Global hotkeys")
    qtbot.addWidget(row)
    row.show_finding(Finding("hotkeys", "Global hotkeys", Health.PROBLEM, "No.", "Change it.", "apt install it"))
    assert row.action is not None
    with qtbot.waitSignal(row.acted) as acted:
        row.action.click()
    assert acted.args == ["hotkeys"]
    assert row.copy is not None
    row.copy.click()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == "apt install it"


@pytest.mark.parametrize(
    ("healths", "said"),
    [
        (["ok", "ok"], "Everything works"),
        (["ok", "skipped"], "Everything works"),
        (["ok", "warning"], "1 thing could be better"),
        (["problem", "warning"], "1 thing does not work"),
        (["problem", "problem"], "2 things do not work"),
    ],
)
def test_the_summary_says_the_worst(healths: list[str], said: str) -> None:
    assert summary(healths)[1] == said


def test_it_follows_the_theme_while_it_is_open(audio: VirtualAudio, doctor: DoctorWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(doctor.examined, timeout=60_000):
        doctor.examine()
    row = doctor.rows["settings"]
    assert theme.LIGHT.warning in row.mark._words.styleSheet()
    theme.apply("contrast")
    qtbot.waitUntil(lambda: theme.CONTRAST.warning in row.mark._words.styleSheet(), timeout=5_000)
    theme.apply("light")


def test_a_source_that_is_not_there_is_named(audio: VirtualAudio, doctor: DoctorWindow, qtbot: QtBot) -> None:
    doctor.microphone.listen("microphone:nothing")
    qtbot.waitUntil(lambda: doctor.microphone.mark.words == MARKS["problem"].words, timeout=10_000)
    assert "nothing" in doctor.microphone.words


def test_without_a_screen_typing_says_so(doctor: DoctorWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(doctor.typing.tried, timeout=10_000) as tried:
        qtbot.mouseClick(doctor.typing.button, Qt.MouseButton.LeftButton)
    assert tried.args == [False]
    assert "no screen" in doctor.typing.words


def test_without_a_hotkey_the_settings_are_one_click_away(window: MainWindow, qtbot: QtBot) -> None:
    window.menu.begin(Hotkeys(), tuple, 0.0)
    doctor = window.menu.open_doctor()
    assert doctor is not None
    assert "No hotkey is set" in doctor.hotkey.words
    qtbot.mouseClick(doctor.hotkey.button, Qt.MouseButton.LeftButton)
    dialog = window.popovers._dialog
    assert dialog is not None
    assert dialog._list.currentItem().text() == "Hotkeys"  # type: ignore[union-attr]
    dialog.close()
    run = doctor._run
    QTimer.singleShot(0, doctor.close)
    qtbot.waitUntil(lambda: window.menu.doctor is None, timeout=10_000)
    if run is not None:
        qtbot.waitUntil(lambda: sip.isdeleted(run) or run.isFinished(), timeout=20_000)


def test_a_combination_is_shown_as_it_is_pressed() -> None:
    assert hotkey_text("<ctrl>+<alt>+l") == "Ctrl+Alt+L"
    assert hotkey_text("<f9>") == "F9"


def test_nothing_is_typed_into_another_window() -> None:
    with VirtualDesktop((800, 600), compositor=False) as desktop:
        desktop.spawn(["xterm", "-T", "other"])
        desktop.activate(desktop.wait_for_window("^other$"))
        with raises(TypingError, match="Another window has the focus"):
            type_sentence(Settings())


def test_real_keys_reach_the_field_and_a_hotkey_is_heard(audio: VirtualAudio) -> None:
    with VirtualDesktop((1280, 900)) as desktop:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.doctor_on_screen"],
            env={**os.environ, **desktop.environment},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "press\n"
            desktop.run(["xdotool", "key", "ctrl+alt+l"])
            assert process.stdout.readline() == "again\n"
            desktop.run(["xdotool", "key", "ctrl+alt+l"])
            result = json.loads(process.stdout.readline())
            assert process.wait(20) == 0
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()
    assert result["field"] == SENTENCE
    assert result["typing"][0] == "Works"
    assert result["hotkey"] == ["Works", "Ctrl+Alt+L was heard: Start and Stop."]
    assert result["pressed_during"] == []  # it was only tried
    assert result["pressed_after"] == ["toggle_listening"]
    assert (result["rows"]["typing"], result["rows"]["compositor"]) == ("Works", "Works")
