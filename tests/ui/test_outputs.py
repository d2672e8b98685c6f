"""The overlay and the typist are made when they are wanted and can be made, and get their events directly."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app.outputs import OVERLAY, TYPIST, Outputs
from desktop.engine.events import TranscriptUpdate
from desktop.settings.declaration import Settings
from desktop.settings.store import changed
from desktop.ui.runtime.engine_thread import EngineThread
from tests.fakes import FakeEngine
from tests.unit.injector.keyboard import PaperKeyboard


class Bench:
    """Outputs on an engine that runs, and a keyboard that writes on paper."""

    def __init__(self, qtbot: QtBot) -> None:
        self.keyboard = PaperKeyboard()
        engines: list[FakeEngine] = []

        def build(settings: Settings) -> FakeEngine:
            engines.append(FakeEngine(settings))
            return engines[-1]

        self.thread = EngineThread(Settings(), build)
        self.outputs = Outputs(open_on=lambda _: self.keyboard)
        self.outputs.begin(self.thread)
        self.thread.start()
        qtbot.waitUntil(lambda: bool(engines) and "watch_devices" in engines[0].calls)
        self.engine = engines[0]

    def typed(self, text: str, seconds: float = 5.0) -> bool:
        """Whether this stands on the paper in time. Blocks: no event of Qt is delivered meanwhile."""
        pause = threading.Event()
        return any(self.text == text or pause.wait(0.01) for _ in range(round(seconds * 100))) and self.text == text

    @property
    def text(self) -> str:
        return self.keyboard.papers.get("1", "")

    def made(self) -> tuple[bool, bool]:
        return self.outputs.overlay is not None, self.outputs.typist is not None


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Callable[[], Bench]]:
    benches: list[Bench] = []

    def make() -> Bench:
        benches.append(Bench(qtbot))
        return benches[-1]

    yield make
    for each in benches:
        each.outputs.close()
        each.thread.close_engine()
        qtbot.waitUntil(each.thread.isFinished)


def wanted(**values: bool) -> Settings:
    return changed(Settings(), {f"{name}.enabled": is_on for name, is_on in values.items()})


def heard(segment: int, text: str) -> TranscriptUpdate:
    return TranscriptUpdate(segment, 1, "en", text, "", (), 0.0, 1.0, True)


def test_an_output_waits_for_its_module_and_for_the_wish(bench: Callable[[], Bench]) -> None:
    b = bench()
    b.outputs.imported(OVERLAY)
    assert b.made() == (False, False), "no settings yet"
    b.outputs.apply(wanted(subtitles=False, typing=True))
    assert b.made() == (False, False)
    b.outputs.imported(TYPIST)
    assert b.made() == (False, True)
    b.outputs.apply(wanted(subtitles=True, typing=True))
    assert b.made() == (True, True)
    first = b.outputs.overlay
    b.outputs.apply(wanted(subtitles=False, typing=False))
    assert b.outputs.overlay is first, "switched off, it stays for when it is wanted again"


def test_what_is_changed_on_the_overlay_is_told_with_its_key(bench: Callable[[], Bench]) -> None:
    outputs = bench().outputs
    told: list[tuple[str, Any]] = []
    outputs.settingChanged.connect(lambda key, value: told.append((key, value)))
    outputs.imported(OVERLAY)
    outputs.apply(wanted(subtitles=True))
    assert outputs.overlay is not None
    outputs.overlay.geometryChanged.emit((1, 2, 300, 100))
    assert told == [("subtitles.geometry", (1, 2, 300, 100))]


def test_typing_does_not_wait_for_the_window(bench: Callable[[], Bench]) -> None:
    b = bench()
    b.outputs.imported(TYPIST)
    b.outputs.apply(wanted(subtitles=False, typing=True))
    said = [f"Sentence {number}." for number in range(40)]
    for number, sentence in enumerate(said):
        b.engine.emit(heard(number, sentence))
    assert b.typed(" ".join(said)), b.text  # the thread of the window is blocked in here


def test_typing_that_is_switched_on_while_an_engine_is_being_made_hears_all_of_it(qtbot: QtBot) -> None:
    gate = threading.Event()
    keyboard = PaperKeyboard()
    engine = FakeEngine(Settings())

    def build(_: Settings) -> FakeEngine:
        assert gate.wait(10)
        return engine

    thread = EngineThread(Settings(), build)
    outputs = Outputs(open_on=lambda _: keyboard)
    outputs.begin(thread)
    thread.start()
    outputs.imported(TYPIST)
    outputs.apply(wanted(subtitles=False, typing=True))
    engine.emit(heard(0, "First."))
    gate.set()
    qtbot.waitUntil(lambda: keyboard.papers.get("1") == "First.")
    outputs.close()
    thread.close_engine()
    qtbot.waitUntil(thread.isFinished)


def test_after_the_end_nothing_is_shown_or_typed(bench: Callable[[], Bench], qtbot: QtBot) -> None:
    b = bench()
    for module in (OVERLAY, TYPIST):
        b.outputs.imported(module)
    b.outputs.apply(wanted(subtitles=True, typing=True))
    b.engine.emit(heard(0, "Before."))
    assert b.typed("Before.")
    overlay = b.outputs.overlay
    assert overlay is not None
    qtbot.waitUntil(lambda: overlay.text() == "Before.")
    passed = threading.Event()
    b.thread.subscribe(lambda event: passed.set())
    b.engine.emit(heard(1, "Delivered to the window's thread, and not taken yet."))
    assert passed.wait(5)
    b.outputs.close()
    b.engine.emit(heard(2, "After."))
    QApplication.processEvents()
    qtbot.wait(50)
    assert not overlay.isVisible()
    assert "After" not in b.text
