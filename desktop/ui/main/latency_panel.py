"""How well Parley keeps up, live: each stage's percentiles with a plot, what waits, what was lost, processor, memory.

GUI thread only. Exists only while it is open: events reach it while it is shown, and a timer looks once a second.
"""

import time
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QEvent, QSize, Qt, QTimer
from PyQt6.QtGui import QCloseEvent, QHideEvent, QShowEvent
from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.engine.text.sizes import readable_size
from desktop.messages import text_of
from desktop.ui.main.status import STAGES
from desktop.ui.main.trend import Trend
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.focus import keeps_focus
from desktop.ui.widgets.layouts.elided_label import ElidedLabel
from desktop.ui.widgets.layouts.fitting import fit
from desktop.ui.widgets.layouts.scrolling import scrolling
from desktop.ui.widgets.window import Window

if TYPE_CHECKING:
    from desktop.engine.events import Event
    from desktop.engine.latency import LatencySnapshot, StageLatency, Usage

EVERY = 1.0
"""Seconds between two looks."""

_EXPLAINED = {
    "partial": "From the end of the newest word until it is on the screen",
    "final": "From the end of what was said until its final text",
    "recognition": "One look of the recogniser at what was said",
    "translation": "One translation",
    "speech": "From the final translation until it is heard",
}
_FIGURES = ("latest", "p50", "p95", "p99")
_HEADINGS = {"latest": "Now", "p50": "p50", "p95": "p95", "p99": "p99"}
_MEANINGS = {
    "latest": "The newest measurement",
    "p50": "Half of the measurements are below (dashed in the plot)",
    "p95": "95 of 100 are below (dotted in the plot)",
    "p99": "99 of 100 are below",
}
_MODES = {
    "": "Words appear while they are spoken, or when an utterance ends",
    "streaming": "Streaming: words appear while they are spoken",
    "buffered": "Buffered: words appear when an utterance ends",
}
_MODELS = {"recognition": "Recognition", "translation": "Translation", "speech": "Voice"}


class LatencyPanel(Window):
    """A window beside the main one. `on_event` takes the engine's events while it is open."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        from desktop.engine.latency import LatencyLog, ProcessUsage

        self.setWindowTitle("Latency")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit(self, (720, 600), (620, 420))
        self._log = LatencyLog()
        self._usage = ProcessUsage()
        self._tiles = {
            "shown": Tile("Heard → shown", "", Trend("Heard → shown", least=0.5)),
            "waiting": Tile("Waiting", "pieces of work", Trend("Waiting", least=5)),
            "cpu": Tile("Processor", "of one core", Trend("Processor", least=1.0)),
            "memory": Tile("Memory", "in use", Trend("Memory", least=2.0**28)),
        }
        self._rows = {stage: StageRow(words[0].upper() + words[1:]) for stage, words in STAGES.items()}
        self._losses = {name: Fact() for name in ("mode", "pace", "dropped", "skipped", "fallbacks")}
        self._clouds = QLabel()
        self._clouds.setWordWrap(True)
        self._cloud_card = QFrame()
        self._models = ElidedLabel()
        self._models.setObjectName("muted")
        self._waiting = ElidedLabel()
        self._waiting.setObjectName("muted")
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(round(EVERY * 1000))
        self._timer.timeout.connect(self.refresh)

    def on_event(self, event: "Event") -> None:
        """An event of the engine."""
        self._log.add(event, time.monotonic())

    def refresh(self) -> None:
        """Show what is known now."""
        self.show_snapshot(self._log.snapshot(time.monotonic(), self._usage.look()))

    def show_snapshot(self, snapshot: "LatencySnapshot") -> None:
        """Show a moment."""
        for stage, row in self._rows.items():
            row.show_latency(snapshot.stages.get(stage), snapshot.at)
        self._show_tiles(snapshot)
        mode, pace, dropped, skipped, fallbacks = self._losses.values()
        mode.show_fact(_MODES[snapshot.mode], is_good=snapshot.mode != "buffered")
        pace.show_fact(_pace_words(snapshot), is_good=not snapshot.pace)
        lost = snapshot.dropped_seconds
        dropped.show_fact(f"{lost:.1f} s of sound dropped" if lost else "No sound dropped", is_good=not lost)
        count = snapshot.coalesced
        skipped.show_fact(f"{count} partial results skipped" if count else "No partial result skipped", is_good=True)
        count = snapshot.fallbacks
        words = (
            f"{count} fallback{'' if count == 1 else 's'}: {text_of(snapshot.last_fallback)}"
            if count
            else "No fallback"
        )
        fallbacks.show_fact(words, is_good=not count)
        self._models.setText(
            " · ".join(f"{_MODELS[stage]}: {name}" for stage, name in snapshot.models.items()) or "No model is loaded."
        )
        parts = [f"{_MODELS.get(stage, stage.capitalize())} {count}" for stage, count in snapshot.queued.items()]
        parts += [f"sound {snapshot.backlog:.1f} s", f"to be spoken {snapshot.spoken_queue:.1f} s"]
        self._waiting.setText(
            "Waiting: " + " · ".join(parts) if snapshot.queued else "Nothing runs. Press Start to measure."
        )

        self._show_clouds(snapshot)

    def clouds(self) -> str:
        """What is said of cloud engines."""
        return self._clouds.text() if not self._cloud_card.isHidden() else ""

    def focusNextPrevChild(self, next: bool) -> bool:
        return keeps_focus(self) or super().focusNextPrevChild(next)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange and hasattr(self, "_losses"):
            for fact in self._losses.values():
                fact.refresh()

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self.refresh()
        self._timer.start()

    def hideEvent(self, event: QHideEvent | None) -> None:
        self._timer.stop()
        super().hideEvent(event)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self._timer.stop()
        super().closeEvent(event)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _show_tiles(self, snapshot: "LatencySnapshot") -> None:
        shown = snapshot.stages.get("partial")
        self._tiles["shown"].show_figure(
            f"{shown.p50:.1f} s" if shown else "–",
            f"95 of 100 within {shown.p95:.1f} s" if shown else "not measured yet",
        )
        self._tiles["shown"].show_samples(shown.series if shown else (), snapshot.at)
        waiting = sum(snapshot.queued.values())
        self._tiles["waiting"].show_figure(str(waiting), "piece of work" if waiting == 1 else "pieces of work")
        self._tiles["waiting"].show_samples(snapshot.queue_depth, snapshot.at)
        usage: Usage = snapshot.usage
        self._tiles["cpu"].show_figure(f"{usage.cpu * 100:.0f} %", "of one core")
        self._tiles["cpu"].show_samples(snapshot.cpu, snapshot.at)
        self._tiles["memory"].show_figure(readable_size(usage.memory), "in use")
        self._tiles["memory"].show_samples(snapshot.memory, snapshot.at)

    def _show_clouds(self, snapshot: "LatencySnapshot") -> None:
        self._cloud_card.setVisible(bool(snapshot.clouds))
        if not snapshot.clouds:
            return
        from desktop.messages.clouds import figures

        lines = [figures(one) for one in snapshot.clouds]
        self._clouds.setText("\n".join([*lines, f"Spent today: ${snapshot.spent:.2f}"]))

    def _lay_out(self) -> None:
        tiles = QHBoxLayout()
        tiles.setSpacing(3 * theme.STEP)
        for tile in self._tiles.values():
            tiles.addWidget(tile, 1)
        page = QWidget()
        page.setObjectName("page")
        layout = QVBoxLayout(page)
        layout.setContentsMargins(4 * theme.STEP, 4 * theme.STEP, 4 * theme.STEP, 4 * theme.STEP)
        layout.setSpacing(3 * theme.STEP)
        layout.addLayout(tiles)
        layout.addWidget(self._table())
        layout.addWidget(self._facts())
        layout.addWidget(self._cloud_facts())
        layout.addStretch(1)
        area = scrolling(page)
        whole = QVBoxLayout(self.content)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)

    def _table(self) -> QWidget:
        card = QFrame()
        card.setObjectName("card")
        grid = QGridLayout(card)
        grid.setContentsMargins(4 * theme.STEP, 3 * theme.STEP, 4 * theme.STEP, 3 * theme.STEP)
        grid.setHorizontalSpacing(3 * theme.STEP)
        grid.setVerticalSpacing(2 * theme.STEP)
        grid.setColumnStretch(1, 1)
        heading = QLabel("Each step, in seconds")
        heading.setFont(theme.font("body", bold=True))
        grid.addWidget(heading, 0, 0)
        span = QLabel("2 minutes · dashed p50 · dotted p95")
        span.setObjectName("muted")
        span.setFont(theme.font("small"))
        grid.addWidget(span, 0, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for place, figure in enumerate(_FIGURES):
            label = QLabel(_HEADINGS[figure])
            label.setObjectName("muted")
            label.setFont(theme.font("small"))
            label.setToolTip(_MEANINGS[figure])
            grid.addWidget(label, 0, 2 + place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for number, (stage, row) in enumerate(self._rows.items(), 1):
            row.name.setToolTip(_EXPLAINED[stage])
            row.add_to(grid, number)
        return card

    def _facts(self) -> QWidget:
        card = QFrame()
        card.setObjectName("card")
        layout = QVBoxLayout(card)
        layout.setContentsMargins(4 * theme.STEP, 3 * theme.STEP, 4 * theme.STEP, 3 * theme.STEP)
        layout.setSpacing(2 * theme.STEP)
        for fact in self._losses.values():
            layout.addWidget(fact)
        layout.addWidget(self._waiting)
        layout.addWidget(self._models)
        return card

    def _cloud_facts(self) -> QWidget:
        card = self._cloud_card
        card.setObjectName("card")
        card.hide()
        heading = QLabel("Cloud engines")
        heading.setFont(theme.font("body", bold=True))
        layout = QVBoxLayout(card)
        layout.setContentsMargins(4 * theme.STEP, 3 * theme.STEP, 4 * theme.STEP, 3 * theme.STEP)
        layout.setSpacing(2 * theme.STEP)
        layout.addWidget(heading)
        layout.addWidget(self._clouds)
        return card


def _pace_words(snapshot: "LatencySnapshot") -> str:
    """Whether recognition keeps up, and what it costs."""
    how = f"To keep up: {', '.join(map(text_of, snapshot.pace))}" if snapshot.pace else "Recognition as set"
    return f"{how} · busy {snapshot.busy * 100:.0f} %"


class Tile(QFrame):
    """One figure, what it is of, and how it went."""

    def __init__(self, name: str, unit: str, trend: Trend | None = None) -> None:
        super().__init__()
        self.setObjectName("card")
        self._name = name
        label = QLabel(name)
        label.setObjectName("muted")
        self.figure = QLabel("–")
        self.figure.setFont(theme.font("title", bold=True))
        self._unit = QLabel(unit)
        self._unit.setObjectName("muted")
        self._unit.setFont(theme.font("small"))
        self.trend = trend
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * theme.STEP, 2 * theme.STEP, 3 * theme.STEP, 2 * theme.STEP)
        layout.setSpacing(0)
        layout.addWidget(label)
        layout.addWidget(self.figure)
        layout.addWidget(self._unit)
        if trend is not None:
            trend.setMinimumWidth(60)
            trend.setFixedHeight(28)
            layout.addSpacing(theme.STEP)
            layout.addWidget(trend)
        layout.addStretch(1)

    def show_figure(self, figure: str, unit: str) -> None:
        self.figure.setText(figure)
        self._unit.setText(unit)
        self.setAccessibleName(f"{self._name}: {figure} {unit}")

    def show_samples(self, samples: Any, now: float) -> None:
        if self.trend is not None:
            self.trend.show_samples(samples, now)
            self.trend.describe(self.figure.text())


class StageRow:
    """One stage: its name, its plot, its figures."""

    def __init__(self, name: str) -> None:
        self.name = QLabel(name)
        self.trend = Trend(name, least=0.5, unit="s")
        self.figures = {figure: QLabel("–") for figure in _FIGURES}
        for label in self.figures.values():
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            label.setFixedWidth(label.fontMetrics().horizontalAdvance("88.88"))

    def add_to(self, grid: QGridLayout, row: int) -> None:
        grid.addWidget(self.name, row, 0)
        grid.addWidget(self.trend, row, 1)
        for place, label in enumerate(self.figures.values()):
            grid.addWidget(label, row, 2 + place)

    def show_latency(self, latency: "StageLatency | None", now: float) -> None:
        """Show a stage's measurements; None: there are none."""
        if latency is None:
            return
        for figure, label in self.figures.items():
            text = f"{getattr(latency, figure):.2f}"
            if label.text() != text:
                label.setText(text)
        self.trend.show_samples(latency.series, now, p50=latency.p50, p95=latency.p95)
        self.trend.describe(f"now {latency.latest:.2f} s, half within {latency.p50:.2f} s")


class Fact(QWidget):
    """One sentence with a mark that says whether it is good."""

    def __init__(self) -> None:
        super().__init__()
        self._picture = QLabel()
        self.text = ElidedLabel()
        self._is_good: bool | None = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * theme.STEP)
        layout.addWidget(self._picture)
        layout.addWidget(self.text, 1)

    def show_fact(self, text: str, *, is_good: bool) -> None:
        self.text.setText(text)
        if is_good != self._is_good:
            self._is_good = is_good
            self.refresh()

    def refresh(self) -> None:
        """Paint the mark again, after a change of the look."""
        icon = icons.icon("check-circle-outline", "good") if self._is_good else icons.icon("alert-outline", "warning")
        self._picture.setPixmap(icon.pixmap(QSize(18, 18), self.devicePixelRatioF()))
