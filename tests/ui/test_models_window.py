"""The models window: what it shows, and everything that can be done in it, with real downloads from a server here."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.engine.events import State, StateChanged
from desktop.engine.models import installed as models
from desktop.system.paths import RESOURCES
from desktop.ui.main.main_window import MainWindow
from desktop.ui.models import overview
from desktop.ui.widgets import theme
from desktop.ui.widgets.question import Question
from tests.model_server import Fault, ModelServer, served
from tests.ui.conftest import StartApp
from tests.ui.models_harness import ModelsHarness, models_harness


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with served() as server:
        yield server


@pytest.fixture
def desk(qtbot: QtBot, server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelsHarness]:
    with models_harness(qtbot, server, tmp_path, monkeypatch) as desk:
        yield desk


def shown(desk: ModelsHarness) -> list[str]:
    assert desk.model_setup.models is not None
    return [row.id for row in desk.model_setup.models.list.rows()]


def test_what_the_languages_lack_is_fetched_with_one_button(desk: ModelsHarness, qtbot: QtBot) -> None:
    window = desk.open()
    assert window.card.title() == "English → Spanish needs 2 more"
    assert "Whisper small" in window.card.line()
    window.card.fetch.click()
    qtbot.waitUntil(lambda: window.card.title() == "Everything for English → Spanish is installed", timeout=20_000)
    assert [model.name for model in models.installed("whisper") if not model.is_starter] == ["small"]
    assert [model.name for model in models.installed("argos") if not model.is_starter] == ["translate-en_es-1_0"]
    desk.waits_for_state("whisper", "small", "installed")
    assert desk.progress[-1] is None  # nothing under way any more
    fractions = [one.fraction for one in desk.progress if one is not None and one.fraction is not None]
    assert max(fractions) > 0.5


def test_the_voice_is_missing_only_where_the_translation_is_spoken(desk: ModelsHarness, qtbot: QtBot) -> None:
    window = desk.open()
    assert "davefx" not in window.card.line()
    desk.store.set("speech.enabled", True)
    qtbot.waitUntil(lambda: "es_ES-davefx-medium" in window.card.line(), timeout=10_000)


def test_rows_say_what_is_known_and_are_found(desk: ModelsHarness, qtbot: QtBot) -> None:
    window = desk.open()
    view = desk.row("whisper", "small")
    assert view.accessibleName().startswith("Whisper small, English, Spanish · ")
    assert "CC0" in view.accessibleName()
    assert "de_DE-thorsten-medium" not in shown(desk)  # German is not among the chosen languages
    assert "translate-de_en-1_0" not in shown(desk)
    qtbot.keyClicks(window.search, "spanish")
    assert {row.id for row in window.list.rows()} >= {"small", "translate-en_es-1_0", "es_ES-davefx-medium"}
    assert all("es" in row.languages for row in window.list.rows())
    window.search.clear()
    window.language.picked.emit("")
    qtbot.waitUntil(lambda: window.list.is_complete)
    assert {"de_DE-thorsten-medium", "translate-de_en-1_0"} <= set(shown(desk))
    window.language.picked.emit("de")
    assert {row.id for row in window.list.rows()} == {"de_DE-thorsten-medium", "translate-de_en-1_0"}
    window.show_kind("voice")
    assert shown(desk) == ["de_DE-thorsten-medium"]
    qtbot.keyClicks(window.search, "xyz")
    assert window.list._empty.text() == "No model has these words."
    assert window.list._empty.isVisible()


def test_a_download_is_paused_goes_on_and_is_cancelled(desk: ModelsHarness, qtbot: QtBot, server: ModelServer) -> None:
    gate = threading.Event()
    server.faults.append(Fault("model.bin", hold=gate, hold_after=2_000_000, times=2))  # the redirect, and the file
    desk.open()
    desk.press("whisper", "small", "fetch")
    qtbot.waitUntil(lambda: "%" in desk.row("whisper", "small").accessibleName(), timeout=10_000)
    desk.press("whisper", "small", "pause")
    gate.set()
    qtbot.waitUntil(lambda: "Paused" in desk.row("whisper", "small").accessibleName(), timeout=10_000)
    assert desk.progress[-1].is_paused
    desk.press("whisper", "small", "resume")
    desk.waits_for_state("whisper", "small", "installed")
    gate.clear()
    server.faults[:] = [Fault("model.bin", hold=gate, hold_after=2_000_000, times=2)]
    desk.press("whisper", "tiny", "fetch")
    qtbot.waitUntil(lambda: "%" in desk.row("whisper", "tiny").accessibleName(), timeout=10_000)
    desk.press("whisper", "tiny", "cancel")
    gate.set()
    desk.press("whisper", "tiny", "fetch")  # the row is as it was
    server.faults.clear()
    desk.waits_for_state("whisper", "tiny", "installed")


def test_a_failure_is_one_sentence_with_one_action_and_is_tried_again(
    desk: ModelsHarness, qtbot: QtBot, server: ModelServer
) -> None:
    server.faults.append(Fault("/resolve/", status=403))
    window = desk.open()
    desk.press("whisper", "small", "fetch")
    qtbot.waitUntil(lambda: "Failed" in desk.row("whisper", "small").accessibleName(), timeout=10_000)
    assert window.bar.isVisible()
    notice = window.bar.notice
    assert notice is not None
    assert notice.message.count(". ") == 0
    assert "403" in notice.message
    with qtbot.waitSignal(desk.model_setup.settingsWanted):
        window.bar._act.click()
    server.faults.clear()
    desk.press("whisper", "small", "retry")
    desk.waits_for_state("whisper", "small", "installed")


def test_the_card_says_why_something_is_still_missing(desk: ModelsHarness, qtbot: QtBot, server: ModelServer) -> None:
    server.faults.append(Fault("argosmodel", status=404))
    window = desk.open()
    window.card.fetch.click()
    qtbot.waitUntil(lambda: window.card.title().endswith("is missing"), timeout=20_000)
    assert "404" in window.card.line()
    assert window.card.fetch.text() == "Try again"
    server.faults.clear()
    window.card.fetch.click()
    qtbot.waitUntil(lambda: window.card.title().startswith("Everything"), timeout=20_000)


def test_a_broken_model_is_named_and_repaired(desk: ModelsHarness, qtbot: QtBot, server: ModelServer) -> None:
    desk.open()
    desk.press("whisper", "small", "fetch")
    desk.waits_for_state("whisper", "small", "installed")
    file = desk.place / "whisper" / "small" / "model.bin"
    file.write_bytes(file.read_bytes()[:100_000])
    desk.open()
    desk.waits_for_state("whisper", "small", "broken")
    assert desk.row("whisper", "small").accessibleName() == "Whisper small, Broken, model.bin is truncated."
    before = len(server.requests)
    desk.press("whisper", "small", "repair")
    desk.waits_for_state("whisper", "small", "installed")
    fetched = {one.path.rpartition("/")[2] for one in server.requests[before:]}
    assert "model.bin" in fetched
    assert "tokenizer.json" not in fetched  # whole files are kept


def test_removing_asks_and_frees_the_space(desk: ModelsHarness, qtbot: QtBot) -> None:
    window = desk.open()
    desk.press("whisper", "small", "fetch")
    desk.waits_for_state("whisper", "small", "installed")
    desk.press("whisper", "small", "remove")
    window.findChildren(Question)[-1].no.click()
    assert (desk.place / "whisper" / "small").exists()
    desk.press("whisper", "small", "remove")
    question = window.findChildren(Question)[-1]
    assert question.no.hasFocus() or not question.yes.isDefault()
    question.yes.click()
    desk.waits_for_state("whisper", "small", "available")
    assert not (desk.place / "whisper" / "small").exists()
    qtbot.waitUntil(lambda: window.bar.notice is not None and "frees" in window.bar.notice.message)


def test_what_ships_with_parley_cannot_be_removed(desk: ModelsHarness) -> None:
    desk.open()
    view = desk.row("whisper", "starter (starter)")
    assert view.button("remove") is None
    assert "ships with Parley" in view.accessibleName()


def drop(window: object, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPointF(50, 50).toPoint(), copy, data, left, none))  # type: ignore[arg-type]
    QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), copy, data, left, none))  # type: ignore[arg-type]


def test_a_folder_is_dropped_and_imported_without_a_network(
    desk: ModelsHarness, qtbot: QtBot, server: ModelServer, tmp_path: Path
) -> None:
    window = desk.open()
    shutil.copytree(RESOURCES / "starter" / "whisper", tmp_path / "my-model")
    with (tmp_path / "my-model" / "model.bin").open("r+b") as weights:  # none that the list has under another name
        weights.seek(-1, 2)
        weights.write(b"\x01")
    before = len(server.requests)
    drop(window, tmp_path / "my-model")
    qtbot.waitUntil(lambda: window.bar.notice is not None and "installed" in window.bar.notice.message, timeout=10_000)
    qtbot.waitUntil(lambda: ("whisper", "my-model") in [row.key for row in window.list.rows()], timeout=10_000)
    assert len(server.requests) == before


def test_what_is_no_model_is_refused_with_a_sentence(desk: ModelsHarness, qtbot: QtBot, tmp_path: Path) -> None:
    window = desk.open()
    (tmp_path / "song.mp3").write_bytes(b"no model")
    drop(window, tmp_path / "song.mp3")
    qtbot.waitUntil(lambda: window.bar.notice is not None, timeout=10_000)
    assert window.bar.notice is not None
    assert "song.mp3 is no model" in window.bar.notice.message
    assert window.list_button.isEnabled()


def test_the_list_is_refreshed(desk: ModelsHarness, qtbot: QtBot, server: ModelServer) -> None:
    window = desk.open()
    server.add_voice("es_MX-ald-medium")
    window.list_button.click()
    assert not window.list_button.isEnabled()
    qtbot.waitUntil(lambda: "es_MX-ald-medium" in shown(desk), timeout=15_000)
    assert window.list_button.isEnabled()
    assert "GB free" in window.place.full_text() or "MB free" in window.place.full_text()


def test_a_damaged_list_is_told_and_the_shipped_one_is_used(desk: ModelsHarness, qtbot: QtBot) -> None:
    (desk.place / "catalogue.json").write_text("{")
    window = desk.open()
    qtbot.waitUntil(lambda: window.bar.notice is not None)
    assert window.bar.notice is not None
    assert window.bar.notice.action == "refresh"
    assert "large-v3" in shown(desk)
    assert len(window.list.rows()) > 10


def test_the_speed_of_this_machine_is_measured_once_and_shown(
    desk: ModelsHarness, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr("desktop.system.paths.models_dir", lambda: desk.place)
    (desk.place / "catalogue.json").unlink()  # the shipped one knows the models' shapes
    assert not overview.is_measured(desk.store.current)
    assert overview.measure(desk.store.current)
    assert overview.is_measured(desk.store.current)
    rows = {row.id: row for row in overview.find(desk.store.current).rows}
    words = ("faster than speech", "about as fast as speech", "too slow for live speech")
    assert rows["tiny"].details.endswith(words)
    assert rows["large-v3"].details.endswith(words)


def test_rows_follow_the_look(desk: ModelsHarness) -> None:
    window = desk.open()
    theme.apply("dark")
    picture = window.list.grab().toImage()
    theme.apply("light")
    assert picture.pixelColor(picture.width() // 2, 4).lightness() < 80


def test_hundreds_of_rows_do_not_stop_the_window(desk: ModelsHarness, qtbot: QtBot) -> None:
    (desk.place / "catalogue.json").unlink()
    window = desk.open()
    window.language.picked.emit("")
    qtbot.waitUntil(lambda: window.list.is_complete)
    assert len(window.list.rows()) > 200
    assert [row.kind for row in window.list.rows()] == sorted(
        (row.kind for row in window.list.rows()), key=["whisper", "argos", "voice"].index
    )


# In the app.


def test_every_way_leads_to_the_models(start_app: StartApp, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "measure", lambda settings: False)
    app, _ = start_app()
    ways = (
        lambda: app.window.act("models"),
        lambda: app.window.menu._act("do:models"),
        lambda: app.window.popovers._model_picked("more:"),
        app.window.status_line.downloads.click,
    )
    for open_it in ways:
        open_it()
        models_window = app.model_setup.models
        assert models_window is not None
        assert models_window.isVisible()
        models_window.close()


def test_a_model_that_comes_is_offered_while_parley_listens(
    start_app: StartApp, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(overview, "measure", lambda settings: False)
    monkeypatch.setattr("desktop.system.paths.models_dir", lambda: tmp_path / "models")
    app, engine = start_app()
    engine.emit(StateChanged(State.LOADING), StateChanged(State.LISTENING))
    qtbot.waitUntil(lambda: app.window.status.is_running)
    shutil.copytree(RESOURCES / "starter" / "whisper", tmp_path / "mine")
    app.model_setup.tasks.import_from(tmp_path / "mine")
    qtbot.waitUntil(lambda: "look_for_models" in engine.calls, timeout=10_000)
    machine = app.window.popovers
    qtbot.waitUntil(lambda: machine.machine is not None and any(c.value == "mine" for c in machine.machine.models))
    app.window.settingChanged.emit("recognition.model", "mine")
    assert engine.settings.recognition.model == "mine"


def test_an_untranslated_pair_leads_to_the_models(window: MainWindow, qtbot: QtBot) -> None:
    window.notify("untranslated", "No translation from English to German is installed.", "warning")
    assert window.status_line.bar._act.text() == "Get one"
    with qtbot.waitSignal(window.menu.modelsWanted):
        window.status_line.bar._act.click()
