"""What every `parley bench` command finds out: tables, checks, charts. Data only.

A command measures, makes a `Report`, and hands it to `output.deliver`.
"""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Table:
    """Figures as they are read: the first column names the row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A figure that must not be above its limit."""

    name: str
    """as a table names it"""
    value: float | None
    """None: it could not be measured, which does not hold"""
    limit: float
    unit: str = ""

    @property
    def holds(self) -> bool:
        return self.value is not None and self.value <= self.limit

    @property
    def sentence(self) -> str:
        shown = "not measured" if self.value is None else f"{_plain(self.value)}{self._unit}"
        return f"{self.name}: {shown}, limit {_plain(self.limit)}{self._unit}: {'pass' if self.holds else 'FAIL'}."

    @property
    def _unit(self) -> str:
        return f" {self.unit}" if self.unit else ""


@dataclass(frozen=True, slots=True)
class Series:
    """One set of points of a chart; `low` and `high` bound the interval of each, if there are any."""

    name: str
    x: tuple[Any, ...]
    """numbers, or labels where the chart has bars or cells"""
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """One panel of a plot. bars: a group for each label, a bar for each series. lines: points joined. cells: a
    grid with a row for each series, the values written into it."""

    kind: Literal["bars", "lines", "cells"]
    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    limit: float | None = None


@dataclass(frozen=True)
class Report:
    """What a command found out."""

    kind: str
    """the command's name"""
    title: str
    """one sentence: what was measured, of what, how"""
    machine: dict[str, Any]
    """from `machine()` before the measurement began"""
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()
    """how to read the figures, and what they do not show"""
    checks: tuple[Check, ...] = ()
    charts: tuple[Chart, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    """further keys for the JSON: the raw figures"""

    @property
    def holds(self) -> bool:
        return all(check.holds for check in self.checks)


def _plain(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"
