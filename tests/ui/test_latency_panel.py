"""The latency panel: figures of a real engine, the arithmetic of its plots, and nothing at all while it is closed."""

import gc
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6 import sip
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.engine.events import ErrorEvent, Metrics, Severity, State, StateChanged
from desktop.engine.latency import LatencyLog, Usage
from desktop.engine.message import Message, verbatim
from desktop.settings.declaration import Settings
from desktop.settings.values import changed
from desktop.ui.main.latency_panel import LatencyPanel
from desktop.ui.main.main_window import MainWindow
from desktop.ui.main.trend import SPAN, Trend, columns, scale
from desktop.ui.runtime.engine_thread import EngineThread
from tests.conftest import TEST_AUDIO


@dataclass(frozen=True, slots=True)
class At:
    at: float
    value: float


@given(st.floats(0, 1e9), st.floats(1e-3, 1e3))
def test_an_axis_ends_at_a_round_number_not_below_what_is_shown(highest: float, least: float) -> None:
    top = scale(highest, least)
    wanted = max(highest, least)
    assert wanted * (1 - 1e-6) <= top <= 10 * wanted
    assert f"{top:.0e}"[0] in "125"


@given(
    st.lists(st.tuples(st.floats(0, 2 * SPAN), st.floats(0, 100)), max_size=50).map(sorted),
    st.integers(1, 400),
)
def test_a_plot_keeps_the_slowest_of_each_pixel_in_order(values: list[tuple[float, float]], width: int) -> None:
    now = 2 * SPAN
    samples = [At(at, value) for at, value in values]
    found = columns(samples, now, width)
    assert [x for x, _ in found] == sorted({x for x, _ in found})
    assert all(0 <= x <= width for x, _ in found)
    shown = [sample.value for sample in samples if now - sample.at <= SPAN]
    assert max((value for _, value in found), default=None) == max(shown, default=None)
    assert len(found) <= len(shown)


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[LatencyPanel]:
    panel = LatencyPanel()
    panel.show()
    qtbot.waitExposed(panel)
    yield panel
    if not sip.isdeleted(panel):
        panel.close()


def metrics(seconds: float, *, queued: int = 0, dropped: float = 0.0, skipped: int = 0) -> Metrics:
    latency = {"partial": seconds, "recognition": seconds / 2}
    return Metrics(latency, {"recognition": queued}, dropped, skipped, "Whisper small", "Argos", "", 1.5)


def test_it_shows_whether_words_are_streamed(panel: LatencyPanel) -> None:
    fact = panel._losses["mode"]
    panel.on_event(replace(metrics(0.1), mode="streaming"))
    panel.refresh()
    assert fact.text.full_text() == "Streaming: words appear while they are spoken"
    assert fact._is_good
    panel.on_event(replace(metrics(0.1), mode="buffered"))
    panel.on_event(ErrorEvent("buffered", verbatim("Live recognition failed."), Severity.WARNING))
    panel.refresh()
    assert fact.text.full_text() == "Buffered: words appear when an utterance ends"
    assert not fact._is_good
    assert panel._losses["fallbacks"].text.full_text() == "1 fallback: Live recognition failed."


def test_it_shows_percentiles_queues_losses_and_fallbacks(panel: LatencyPanel) -> None:
    panel.on_event(metrics(0.1))
    for number in range(1, 101):
        panel.on_event(metrics(number / 100, queued=3, dropped=0.5, skipped=7))
    panel.on_event(ErrorEvent("fallback", verbatim("No Piper voice is installed; espeak-ng speaks."), Severity.WARNING))
    panel.refresh()
    row = panel._rows["partial"]
    texts = {figure: label.text() for figure, label in row.figures.items()}
    log = LatencyLog()
    log.add(metrics(0.1), 0)
    for number in range(1, 101):
        log.add(metrics(number / 100), number)
    stage = log.snapshot(100).stages["partial"]
    assert texts == {name: f"{getattr(stage, name):.2f}" for name in ("latest", "p50", "p95", "p99")}
    assert panel._rows["final"].figures["p50"].text() == "–"
    assert panel._tiles["waiting"].figure.text() == "3"
    assert panel._tiles["memory"].figure.text().endswith((" MB", " GB"))
    assert "0.5 s of sound dropped" in panel._losses["dropped"].text.full_text()
    assert "7 partial results skipped" in panel._losses["skipped"].text.full_text()
    assert "1 fallback: No Piper voice" in panel._losses["fallbacks"].text.full_text()
    assert "Recognition: Whisper small" in panel._models.full_text()
    assert "half within" in row.trend.accessibleName()


def test_it_shows_what_is_reduced_to_keep_up(panel: LatencyPanel) -> None:
    pace = panel._losses["pace"]
    panel.on_event(replace(metrics(0.1), busy=0.34))
    panel.refresh()
    assert pace.text.full_text() == "Recognition as set · busy 34 %"
    assert pace._is_good
    panel.on_event(replace(metrics(0.1), pace=(Message("reduced-cadence", seconds=1.2),), busy=0.8, backlog=4.25))
    panel.refresh()
    assert pace.text.full_text() == "To keep up: words every 1.2 s · busy 80 %"
    assert not pace._is_good
    assert "sound 4.2 s" in panel._waiting.full_text()


def test_what_is_plotted_is_seen(panel: LatencyPanel) -> None:
    trend = Trend("Test", least=1.0)
    trend.resize(200, 40)
    empty = trend.grab().toImage()
    trend.show_samples([At(0, 0.1), At(30, 0.9), At(60, 0.2)], 60, p50=0.2, p95=0.9)
    assert trend.grab().toImage() != empty


def test_it_shows_what_a_real_engine_measures(panel: LatencyPanel, qtbot: QtBot) -> None:
    settings = changed(
        Settings(),
        {
            "audio.source": f"file:{TEST_AUDIO / 'en-00.flac'}",
            "recognition.language": "en",
            "translation.target": "es",
        },
    )
    thread = EngineThread(settings)
    thread.received.connect(panel.on_event)
    ended: list[bool] = []
    thread.received.connect(lambda event: ended.append(event == StateChanged(State.IDLE)))
    thread.start()
    try:
        thread.start_listening()
        qtbot.waitUntil(lambda: any(ended), timeout=60_000)
        panel.refresh()
        for stage in ("recognition", "final"):
            assert float(panel._rows[stage].figures["p95"].text()) >= 0
        assert "Starter" in panel._models.full_text()
    finally:
        thread.close_engine()
        qtbot.waitUntil(thread.isFinished, timeout=10_000)


def test_it_opens_from_the_status_line_and_costs_nothing_when_it_is_closed(window: MainWindow, qtbot: QtBot) -> None:
    window.on_event(StateChanged(State.LOADING))
    window.on_event(StateChanged(State.LISTENING))
    window.on_event(metrics(0.6))
    assert window.menu.latency is None  # nobody looks, nothing is kept
    qtbot.mouseClick(window.status_line._latency, Qt.MouseButton.LeftButton)
    panel = window.menu.latency
    assert panel is not None
    assert panel.isVisible()
    window.on_event(metrics(0.7))
    panel.refresh()
    assert panel._rows["partial"].figures["latest"].text() == "0.70"
    qtbot.waitUntil(panel.isActiveWindow)
    with qtbot.waitSignal(panel.destroyed):
        QTimer.singleShot(0, lambda: qtbot.keyClick(panel, Qt.Key.Key_Escape))  # as the event loop delivers it
    assert window.menu.latency is None
    gc.collect()
    assert not [one for one in QApplication.topLevelWidgets() if isinstance(one, LatencyPanel)]


def test_it_looks_only_while_it_is_seen(panel: LatencyPanel, qtbot: QtBot) -> None:
    assert panel._timer.isActive()
    panel.hide()
    assert not panel._timer.isActive()
    panel.show()
    assert panel._timer.isActive()
    panel.show_snapshot(LatencyLog().snapshot(0.0, Usage(0.25, 2**30)))
    assert panel._tiles["cpu"].figure.text() == "25 %"
    assert panel._tiles["memory"].figure.text() == "1.1 GB"
    assert "Press Start" in panel._waiting.full_text()
