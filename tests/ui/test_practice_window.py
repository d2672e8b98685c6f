"""The practice window with a real engine and recording: a text is chosen, read, and its result shown and kept."""

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PyQt6 import sip
from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDropEvent, QGuiApplication
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractButton, QListView, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.engine.audio.sources.file import FileSource
from desktop.engine.events import Samples
from desktop.practice.feedback import WordStatus
from desktop.practice.history import History
from desktop.practice.text import Line, PracticeText
from desktop.practice.texts.passage import Passage
from desktop.settings.declaration import Settings
from desktop.settings.values import changed
from desktop.ui.practice import run as practice_run
from desktop.ui.practice.keeping import Keeping
from desktop.ui.practice.window import PracticeWindow
from desktop.ui.runtime.engine_thread import EngineThread
from desktop.ui.widgets import theme
from tests.conftest import TEST_AUDIO
from tests.fakes import FakeSource
from tests.ui.conftest import StartApp
from tests.unit.practice.texts.books import book

SOON = 30_000
VERSES = "1|1|بِسْمِ اللَّهِ الرَّحْمَٰنِ الرَّحِيمِ\n1|2|الْحَمْدُ لِلَّهِ\n2|1|الم\n"


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineThread]:
    """The app's engine on its thread, with the starter models."""
    theme.apply("light")
    thread = EngineThread(changed(Settings(), {"recognition.language": "en", "recognition.unload_after": 0}))
    thread.start()
    yield thread
    thread.close_engine()
    assert thread.wait(10_000)


class Desk:
    """A window, what it announced and changed, and where its results are."""

    def __init__(self, engine: EngineThread, folder: Path) -> None:
        self.settings = changed(
            Settings(), {"recognition.language": "en", "audio.source": f"file:{TEST_AUDIO}/en-00.flac"}
        )
        self.folder = folder
        self.window = window = PracticeWindow(engine, self.keeping)
        self.announced: list[str] = []
        window.announced.connect(lambda words, _: self.announced.append(words))
        window.settingChanged.connect(self.set)
        window.apply(self.settings)
        window.show()

    def keeping(self) -> Keeping:
        practice = self.settings.practice
        return Keeping(self.folder, keeps_results=practice.keep_results, keeps_audio=practice.keep_audio)

    def set(self, key: str, value: Any) -> None:
        self.settings = changed(self.settings, {key: value})
        self.window.apply(self.settings)


@pytest.fixture
def desk(engine: EngineThread, qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    theme.apply("light")
    desk = Desk(engine, tmp_path / "practice")
    qtbot.waitExposed(desk.window)
    yield desk
    if not sip.isdeleted(desk.window):
        desk.window.close()
    assert practice_run.wait(10)


@pytest.fixture
def said(manifest: dict[str, dict[str, Any]]) -> str:
    return str(manifest["en-00"]["text"])


def paste(window: PracticeWindow, text: str, qtbot: QtBot) -> None:
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    clipboard.setText(text)
    with qtbot.waitSignal(window.texts.opened, timeout=SOON):
        QTest.keyClick(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def page(window: PracticeWindow) -> QWidget | None:
    return window.pages.currentWidget()


def read(desk: Desk, text: str, qtbot: QtBot) -> None:
    """Paste a text, and read it with the recording, by the keyboard alone."""
    window = desk.window
    paste(window, text, qtbot)
    press = Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(window, *press)
    assert page(window) is window.reading
    QTest.keyClick(window, *press)
    assert window.run is not None
    qtbot.waitUntil(lambda: page(window) is window.result, timeout=SOON)


def test_a_text_is_read_marked_scored_and_kept(desk: Desk, qtbot: QtBot, said: str) -> None:
    window = desk.window
    states: list[str] = []
    read_states = window.reading.show_state
    window.reading.show_state = lambda state: (states.append(state), read_states(state))[1]  # type: ignore[method-assign]
    read(desk, f"{said}\nThis was never said.", qtbot)
    result = window._result
    assert result is not None
    words = result.feedback.words
    count = len(said.split())
    assert sum(word.status is WordStatus.CORRECT for word in words[:count]) >= 0.7 * count, words
    assert all(word.status is not WordStatus.CORRECT for word in words[count:])
    assert window.reading.view.feedback == result.feedback
    assert window.result.total.accessibleName() == f"Score: {round(result.score.total)} of 100"
    assert [state for state in ("loading", "listening", "finishing", "checking", "done") if state in states][1:] == [
        "listening", "finishing", "checking", "done",
    ]  # fmt: skip
    assert any(one.startswith("Score ") for one in desk.announced)
    kept = History(desk.folder).all()
    assert [one.result for one in kept] == [result]
    assert "first reading" in window.result.plot.accessibleName()
    for file in desk.folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.suffix == ".json"  # no sound: nobody asked for it
    window.result.delete.click()
    qtbot.waitUntil(lambda: not History(desk.folder).all(), timeout=SOON)
    qtbot.waitUntil(lambda: window.result.kept.text() == "This result is deleted.")


def test_results_and_sound_are_kept_as_the_settings_say(desk: Desk, qtbot: QtBot, said: str) -> None:
    desk.set("practice.keep_audio", True)
    read(desk, said, qtbot)
    assert sorted(file.suffix for file in desk.folder.iterdir()) == [".json", ".wav"]
    sound = next(desk.folder.glob("*.wav"))
    assert stat.S_IMODE(sound.stat().st_mode) == 0o600
    assert str(sound) in desk.window.result.kept.text()
    desk.set("practice.keep_results", False)
    desk.window.read_again()
    qtbot.waitUntil(lambda: page(desk.window) is desk.window.result, timeout=SOON)
    assert len(History(desk.folder).all()) == 1
    assert desk.window.result.kept.text() == "Results are not kept; the settings say so."


def test_a_folder_that_cannot_be_written_is_said(desk: Desk, qtbot: QtBot, said: str) -> None:
    desk.folder.write_text("a file is in the way")
    read(desk, said, qtbot)
    notice = desk.window.bar.notice
    assert notice is not None
    assert notice.message.startswith("The result cannot be kept (")
    assert desk.window._result is not None


def test_pause_go_on_and_end_by_the_keyboard(desk: Desk, qtbot: QtBot, said: str) -> None:
    window = desk.window
    paste(window, said, qtbot)
    press = Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(window, *press)
    assert window.reading.start.text() == "Start"
    QTest.keyClick(window, *press)
    qtbot.waitUntil(lambda: window.run is not None and window.run.state == "listening", timeout=SOON)
    assert window.reading.start.text() == "Pause"
    assert not window.reading.source.isEnabled()
    QTest.keyClick(window, *press)
    assert window.run is not None
    assert window.run.state == "paused"
    assert window.reading.start.text() == "Go on"
    heard = window.run.recording.seconds
    QTest.keyClick(window, *press)
    qtbot.waitUntil(lambda: window.run is not None and window.run.recording.seconds > heard, timeout=SOON)
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: page(window) is window.result, timeout=SOON)
    QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert page(window) is window.reading
    assert window.reading.start.text() == "Read again"
    QTest.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert page(window) is window.result


def test_the_reader_can_go_on_at_a_word(desk: Desk, qtbot: QtBot, said: str) -> None:
    window = desk.window
    window._open_source = lambda _: FakeSource()
    paste(window, said, qtbot)
    window.read_chosen()
    window.start()
    qtbot.waitUntil(lambda: window.reading.view.feedback is not None, timeout=SOON)
    window.reading.view.choose(4)
    QTest.keyClick(window.reading.view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.reading.view.position == 4, timeout=SOON)
    window.go_back()
    assert window.run is None
    assert page(window) is window.texts


def test_a_source_that_is_missing_and_a_file_that_is_none_are_sentences(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    window = desk.window
    paste(window, "Some text.", qtbot)
    window.read_chosen()
    window._choose_source(f"file:{tmp_path / 'none.wav'}")
    window.start()
    qtbot.waitUntil(lambda: window.bar.notice is not None, timeout=SOON)
    assert window.bar.notice is not None
    assert "does not exist" in window.bar.notice.message
    assert window.run is None
    assert window.reading.start.text() == "Read again"
    assert any("does not exist" in one for one in desk.announced)


def test_closing_the_window_while_it_reads_ends_everything(
    desk: Desk, engine: EngineThread, qtbot: QtBot, said: str
) -> None:
    source = FakeSource()
    window = desk.window
    window._open_source = lambda _: source
    paste(window, said, qtbot)
    window.read_chosen()
    window.start()
    qtbot.waitUntil(lambda: source.is_open, timeout=SOON)
    window.close()
    qtbot.waitUntil(lambda: not source.is_open, timeout=SOON)
    assert practice_run.wait(10)
    qtbot.waitUntil(lambda: sip.isdeleted(window), timeout=SOON)


def test_files_of_each_kind_are_offered_by_chapters_and_lines(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    texts = desk.window.texts
    verses = tmp_path / "pack.txt"
    verses.write_text(VERSES, encoding="utf-8")
    with qtbot.waitSignal(texts.opened, timeout=SOON):
        texts.open_file(verses)
    assert texts.chapter.label == "Surah 1"
    assert texts.chosen.full_text() == "All: 2 lines, 6 words"
    assert texts.lines.layoutDirection() == Qt.LayoutDirection.RightToLeft
    texts.choose_lines(Passage(0, 1, 1))
    assert texts.chosen.full_text() == "1 line, 2 words"
    text = texts.text()
    assert text is not None
    assert text.title == "pack.txt · Surah 1 · 1:2"
    epub = tmp_path / "garden.epub"
    epub.write_bytes(book({"one": "<h1>Spring</h1><p>Snow.</p>", "two": "<h1>Summer</h1><p>It was hot.</p>"}))
    with qtbot.waitSignal(texts.opened, timeout=SOON):
        texts.open_file(epub)
    assert texts.title.full_text() == "The Garden"
    texts.show_chapter(1)
    assert texts.chosen.full_text() == "All: 2 lines, 4 words"
    old = tmp_path / "old.txt"
    old.write_bytes("Где вокзал?".encode("windows-1251"))
    with qtbot.waitSignal(texts.opened, timeout=SOON):
        texts.open_file(old)
    assert "windows-1252" in texts.note.text()
    with qtbot.waitSignal(texts.opened, timeout=SOON):
        desk.set("practice.language", "ru")
        texts.options.languageChosen.emit()
    assert texts.text() is not None
    assert [word.text for word in texts.text().words] == ["Где", "вокзал?"]  # type: ignore[union-attr]


def test_no_more_is_read_than_one_reading_takes(desk: Desk, qtbot: QtBot) -> None:
    paste(desk.window, "A line of some words.\n" * 9_000, qtbot)
    assert desk.window.texts.chosen.full_text().startswith("As much as one reading takes: ")
    text = desk.window.texts.text()
    assert text is not None
    assert 1_000 < len(text.lines) < 9_000


def test_a_reading_that_ends_at_once_is_a_result(desk: Desk, qtbot: QtBot, said: str) -> None:
    window = desk.window
    window._open_source = lambda _: FakeSource()
    paste(window, said, qtbot)
    window.read_chosen()
    window.start()
    window.finish()
    qtbot.waitUntil(lambda: page(window) is window.result, timeout=SOON)
    assert window._result is not None
    assert window._result.score.total == 0


def test_a_microphone_is_left_when_the_last_word_was_read(
    desk: Desk, qtbot: QtBot, said: str, speech: Callable[[str], Samples], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(practice_run, "AFTER_END", 300)
    source = FakeSource()
    window = desk.window
    window._open_source = lambda _: source
    paste(window, said, qtbot)
    window.read_chosen()
    window.start()
    qtbot.waitUntil(lambda: source.is_open, timeout=SOON)
    source.send(np.concatenate((speech("en-00"), np.zeros(24_000, np.float32))))
    qtbot.waitUntil(lambda: page(window) is window.result, timeout=SOON)
    assert not source.is_open
    assert window._result is not None
    assert window._result.score.completeness > 50


def test_what_cannot_be_read_is_one_sentence(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    window = desk.window
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    with qtbot.waitSignal(window.texts.problem, timeout=SOON):
        window.texts.open_file(picture)
    assert window.bar.notice is not None
    assert window.bar.notice.message.startswith("picture.png is no text that Parley can read")
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    clipboard.setText(" ")
    window.texts.paste.click()
    assert window.bar.notice.message == "The clipboard holds no text; copy one first."
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.bar.isHidden()
    assert window.isVisible()


def test_a_file_or_a_text_can_be_dropped(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    texts = desk.window.texts
    file = tmp_path / "poem.txt"
    file.write_text("Roses are red", encoding="utf-8")
    for mime, title in ((QMimeData(), "poem.txt"), (QMimeData(), "Pasted text")):
        if title == "poem.txt":
            mime.setUrls([QUrl.fromLocalFile(str(file))])
        else:
            mime.setText("Violets are blue")
        event = QDropEvent(
            QPointF(QPoint(9, 9)),
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        with qtbot.waitSignal(texts.opened, timeout=SOON):
            texts.dropEvent(event)
        assert texts.title.full_text() == title


def test_settings_of_reading_are_shown_and_changed(desk: Desk, qtbot: QtBot) -> None:
    options = desk.window.options
    paste(desk.window, "Some text.", qtbot)
    assert options.language == "en"
    options.prompt.click()
    options.following.picked.emit("quick")
    options.hiding.picked.emit("everything")
    options.picker.picked.emit("es")
    practice = desk.settings.practice
    assert (practice.uses_prompt, practice.following, practice.hide, practice.language) == (
        True,
        "quick",
        "everything",
        "es",
    )
    assert options.reading_options.uses_prompt
    assert options.language == "es"
    options.suggest("fr")  # another text, which says its language
    assert options.language == "fr"
    options.suggest("")
    assert options.language == "es"
    desk.window.read_chosen()
    assert desk.window.reading.view.is_hidden(0)


def test_the_lines_with_mistakes_can_be_read_again(desk: Desk, qtbot: QtBot, said: str) -> None:
    read(desk, f"{said}\nThis was never said at all.", qtbot)
    window = desk.window
    assert window.result.words.count() > 0
    window.result.lines.click()
    assert page(window) is window.reading
    assert "This was never said at all." in [line.text for line in window.reading.view.text_shown.lines]


@pytest.mark.parametrize("width", [400, 480, 560, 700, 900])
def test_nothing_lies_over_another_at_any_width(desk: Desk, qtbot: QtBot, width: int) -> None:
    window = desk.window
    paste(window, VERSES, qtbot)
    window._text = PracticeText("Fox", "en", (Line("The quick brown fox jumps over the lazy dog."),))
    for shown in (window.texts, window.reading, window.result):
        window.pages.setCurrentWidget(shown)
        window.resize(width, 700)
        qtbot.waitUntil(lambda: window.width() == max(width, window.minimumWidth()))
        qtbot.waitUntil(lambda shown=shown: not overlapping(shown))


def overlapping(parent: QWidget) -> list[object]:
    """Widgets that lie over a sibling, or outside of what holds them, all the way down."""
    found: list[object] = []
    children = [one for one in parent.children() if isinstance(one, QWidget) and one.isVisible() and not one.isWindow()]
    for at, one in enumerate(children):
        if not parent.rect().contains(one.geometry()) and type(parent).__name__ not in ("QWidget", "ReadingView"):
            found.append((parent, one))
        found += [(one, other) for other in children[at + 1 :] if one.geometry().intersects(other.geometry())]
    if type(parent).__name__ in ("TextPage", "ReadingPage", "ResultPage", "Flow"):
        for one in children:
            found += overlapping(one)
    return found


def test_every_control_has_a_name(desk: Desk, qtbot: QtBot) -> None:
    window = desk.window
    paste(window, VERSES, qtbot)
    count = 0
    for shown in (window.texts, window.reading, window.result):
        window.pages.setCurrentWidget(shown)
        kinds = (QAbstractButton, QListView, QTextEdit)
        controls = [one for kind in kinds for one in window.findChildren(kind) if one.isVisible()]
        nameless = [one for one in controls if not (one.accessibleName() or getattr(one, "text", str)())]
        assert not nameless, nameless
        count += len(controls)
    assert count > 20


def test_it_opens_from_menu_shortcut_and_tray_and_quits_while_it_reads(
    start_app: StartApp, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.system.paths.practice_dir", lambda: tmp_path / "practice")
    app, engine = start_app()
    assert any(choice.label == "Practice…" for choice in app.window.menu.menu())
    app.window.menu._act("do:practice")
    window = app.practice.window
    assert window is not None
    assert app.practice.open() is window
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    clipboard.setText("Some text to read.")
    with qtbot.waitSignal(window.texts.opened, timeout=SOON):
        window.texts.paste.click()
    window._open_source = lambda _: FileSource(TEST_AUDIO / "en-00.flac")
    app.start()
    window.read_chosen()
    window.start()
    qtbot.waitUntil(lambda: "begin_side" in engine.calls and "stop" in engine.calls)
    assert window.run is not None
    app.window.startRequested.emit()  # the app listens itself: the reader waits
    assert window.run.state == "paused"
    window.say("text")
    assert "speak" in engine.calls
    window.close()
    assert "end_side" in engine.calls
    qtbot.waitUntil(lambda: app.practice.window is None)
    app.background.practiceRequested.emit()
    assert app.practice.window is not None
    app.practice.window.settingChanged.emit("practice.hide", "some")
    assert app.store is not None
    assert app.store.current.practice.hide == "some"


def test_nothing_that_is_read_goes_into_the_log(
    desk: Desk, qtbot: QtBot, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    read(desk, said, qtbot)
    words = {word.strip(".,!?").casefold() for word in said.split() if len(word) > 5}
    assert words
    assert not [record for record in caplog.messages if words & set(record.casefold().split())]
    assert json.loads(next(desk.folder.glob("*.json")).read_text(encoding="utf-8"))
