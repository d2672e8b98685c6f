"""Draws the charts of a report with matplotlib, which only `--plot` needs. Main thread.

No window is opened: the figure goes straight into a PNG or SVG file.
"""

import importlib.util
from io import BytesIO
from pathlib import Path
from typing import Any

from desktop.bench.reports.machine import machine_line
from desktop.bench.reports.report import Chart, Report
from desktop.engine.errors import EngineError
from desktop.engine.message import verbatim
from desktop.system.files import write_atomically

_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555")
"""told apart by the colour-blind, too (Okabe and Ito)"""
_INK, _FAINT = "#222222", "#d9d9d9"
_WIDTH = 8.5
_SUFFIXES = (".png", ".svg")


def check(path: Path) -> None:
    """Whether a plot could be drawn into this file. Raises EngineError."""
    if path.suffix.lower() not in _SUFFIXES:
        raise EngineError(verbatim(f"{path.name} is neither PNG nor SVG; give the plot one of these endings."))
    if importlib.util.find_spec("matplotlib") is None:
        raise EngineError(
            verbatim(
                "Plots need the package matplotlib, which is not installed; install Parley with its extra bench, or "
                "matplotlib into Parley's environment."
            )
        )


def draw(report: Report, path: Path) -> None:
    """Every chart of the report, one below the other. Raises EngineError if there is nothing to draw, OSError."""
    check(path)
    if not report.charts:
        raise EngineError(verbatim(f"There is nothing to draw for {report.kind}."))
    import matplotlib as mpl
    from matplotlib.figure import Figure

    style: Any = {
        "font.size": 9,
        "font.family": "sans-serif",
        "axes.edgecolor": _FAINT,
        "axes.labelcolor": _INK,
        "text.color": _INK,
        "xtick.color": _INK,
        "ytick.color": _INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "svg.fonttype": "none",
        "svg.hashsalt": "parley",
    }
    with mpl.rc_context(style):
        heights = [_height(chart) for chart in report.charts]
        figure = Figure(figsize=(_WIDTH, sum(heights) + 0.5), dpi=130, layout="constrained")
        panels = figure.subplots(len(report.charts), 1, squeeze=False, gridspec_kw={"height_ratios": heights})
        for panel, chart in zip(panels[:, 0], report.charts, strict=True):
            _panel(figure, panel, chart)
        figure.supxlabel(machine_line(report.machine), x=0.01, ha="left", fontsize=7, color="#666666")
        metadata = {"Date": None} if path.suffix.lower() == ".svg" else None
        drawn = BytesIO()
        figure.savefig(drawn, format=path.suffix.lower().lstrip("."), metadata=metadata)
    write_atomically(path, drawn.getvalue())


def _height(chart: Chart) -> float:
    """Inches."""
    if chart.kind == "bars":
        return 0.9 + max(0.3, 0.2 * len(chart.series)) * len(chart.series[0].x)
    return 0.9 + 0.4 * len(chart.series) if chart.kind == "cells" else 2.7


def _panel(figure: Any, panel: Any, chart: Chart) -> None:
    panel.set_title(chart.title, loc="left", fontsize=10, fontweight="bold", pad=14 if chart.limit is not None else 6)
    panel.set_xlabel(chart.x_label)
    panel.set_ylabel(chart.y_label)
    panel.tick_params(length=0)
    {"bars": _bars, "lines": _lines, "cells": _cells}[chart.kind](panel, chart)
    if len(chart.series) > 1 and chart.kind != "cells":
        panel.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))


def _bars(panel: Any, chart: Chart) -> None:
    """Lying bars, so that labels of any length can be read; the first label on top. The x axis is the value."""
    labels = [str(label) for label in chart.series[0].x]
    thickness = (0.76 if len(chart.series) > 1 else 0.5) / len(chart.series)
    largest = max((value for one in chart.series for value in (*one.y, *one.high)), default=0.0)
    largest = max(largest, chart.limit or 0.0)
    for index, one in enumerate(chart.series):
        places = [row + (index - (len(chart.series) - 1) / 2) * thickness for row in range(len(labels))]
        spread = None
        if one.low and one.high:
            below = [max(0.0, value - low) for value, low in zip(one.y, one.low, strict=True)]
            above = [max(0.0, high - value) for value, high in zip(one.y, one.high, strict=True)]
            spread = [below, above]
        style = {"ecolor": "#444444", "elinewidth": 0.9, "capsize": 2}
        color = _COLORS[index % len(_COLORS)]
        panel.barh(places, one.y, thickness * 0.92, xerr=spread, color=color, label=one.name, error_kw=style)
        ends = one.high or one.y
        for place, value, end in zip(places, one.y, ends, strict=True):
            panel.text(max(end, value) + largest * 0.012, place, f"{value:.3g}", va="center", fontsize=7)
    panel.set_yticks(range(len(labels)), labels)
    panel.invert_yaxis()
    panel.set_xlim(0, largest * 1.1 or 1.0)
    panel.grid(axis="x", color=_FAINT, linewidth=0.6)
    panel.set_axisbelow(True)
    if chart.limit is not None:
        panel.axvline(chart.limit, color=_INK, linewidth=1, linestyle=(0, (4, 3)))
        top = panel.get_xaxis_transform()
        panel.text(chart.limit, 1.01, f"limit {chart.limit:g}", transform=top, ha="center", fontsize=7)


def _lines(panel: Any, chart: Chart) -> None:
    for index, one in enumerate(chart.series):
        color = _COLORS[index % len(_COLORS)]
        panel.plot(one.x, one.y, color=color, linewidth=1.5, label=one.name, marker="." if len(one.x) < 40 else "")
        if one.low and one.high:
            panel.fill_between(one.x, one.low, one.high, color=color, alpha=0.15, linewidth=0)
    if chart.limit is not None:
        panel.axhline(chart.limit, color=_INK, linewidth=1, linestyle=(0, (4, 3)))
        right = panel.get_yaxis_transform()
        panel.text(0.995, chart.limit, f"limit {chart.limit:g}", transform=right, ha="right", va="bottom", fontsize=7)
    panel.set_ylim(bottom=min(0.0, panel.get_ylim()[0]))
    panel.margins(x=0.01)
    panel.grid(color=_FAINT, linewidth=0.6)
    panel.set_axisbelow(True)


def _cells(panel: Any, chart: Chart) -> None:
    """A row for each series, a column for each x; the deeper the colour, the larger the value."""
    values = [list(one.y) for one in chart.series]
    panel.imshow(values, cmap="Blues", aspect="auto", vmin=0)
    known = [value for row in values for value in row if value == value]
    middle = max(known, default=0.0) * 0.6
    for row, line in enumerate(values):
        for column, value in enumerate(line):
            text = f"{value:.3g}" if value == value else "–"
            panel.text(column, row, text, ha="center", va="center", color="white" if value > middle else _INK)
    panel.set_xticks(range(len(chart.series[0].x)), [str(label) for label in chart.series[0].x])
    panel.set_yticks(range(len(chart.series)), [one.name for one in chart.series])
    for side in panel.spines.values():
        side.set_visible(False)
