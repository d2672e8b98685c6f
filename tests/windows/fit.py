"""What of a window does not fit: words that are cut off without a sign, widgets over one another, off the screen."""

import itertools
from collections.abc import Iterator

from PyQt6.QtCore import QPoint, QRect
from PyQt6.QtWidgets import QAbstractButton, QAbstractScrollArea, QLabel, QScrollArea, QWidget

from desktop.ui.widgets.layouts.elided_button import ElidedButton
from desktop.ui.widgets.layouts.elided_label import ElidedLabel
from desktop.ui.widgets.pickers.picker import PickerButton

SLACK = 2
"""pixels"""


def misfits(window: QWidget) -> list[str]:
    """Each in words; empty where all is well."""
    return [*_off_screen(window), *_cut_off(window), *_overlapping(window), *_sideways(window)]


def _described(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QLabel | QAbstractButton) else ""
    return f"{type(widget).__name__} {(text or widget.accessibleName() or widget.objectName())[:60]!r}"


def _shown(window: QWidget) -> Iterator[QWidget]:
    for widget in window.findChildren(QWidget):
        if widget.isVisible() and widget.window() is window and not widget.size().isEmpty():
            yield widget


def _off_screen(window: QWidget) -> Iterator[str]:
    screen = window.screen()
    if screen is None:
        return
    area = screen.geometry().adjusted(-SLACK, -SLACK, SLACK, SLACK)  # a window manager's border
    place = QRect(window.mapToGlobal(QPoint(0, 0)), window.size())
    if not area.contains(place):
        yield f"lies at {place.getRect()}, the screen has {area.getRect()}"


def _cut_off(window: QWidget) -> Iterator[str]:
    for widget in _shown(window):
        if isinstance(widget, ElidedButton | ElidedLabel | PickerButton):
            continue  # they end in an ellipsis
        if isinstance(widget, QLabel) and widget.text():
            if widget.wordWrap():
                needed = widget.heightForWidth(widget.width())
                if needed > widget.height() + SLACK:
                    yield f"{_described(widget)} needs {needed} px of height, has {widget.height()}"
            elif widget.sizeHint().width() > widget.width() + SLACK:
                yield f"{_described(widget)} needs {widget.sizeHint().width()} px, has {widget.width()}"
        elif isinstance(widget, QAbstractButton) and widget.text():
            needed = widget.minimumSizeHint().width()
            if needed > widget.width() + SLACK:
                yield f"{_described(widget)} needs {needed} px, has {widget.width()}"
        parent = widget.parentWidget()
        if isinstance(widget, QLabel | QAbstractButton) and parent is not None and parent is not window:
            inside = QRect(QPoint(0, 0), parent.size())
            if not inside.contains(widget.geometry()):
                yield f"{_described(widget)} at {widget.geometry().getRect()} reaches out of {parent.size()}"


def _overlapping(window: QWidget) -> Iterator[str]:
    for parent in (window, *_shown(window)):
        if isinstance(parent, QAbstractScrollArea) or parent.layout() is None:
            continue
        layout = parent.layout()
        assert layout is not None
        children = [
            one
            for one in parent.children()
            if isinstance(one, QWidget) and one.isVisible() and not one.isWindow() and _is_laid_out(parent, one)
        ]
        for one, other in itertools.combinations(children, 2):
            common = one.geometry().intersected(other.geometry())
            if common.width() > SLACK and common.height() > SLACK:
                yield f"{_described(one)} lies over {_described(other)}"


def _is_laid_out(parent: QWidget, child: QWidget) -> bool:
    """Placed by a layout, not by hand over the others."""
    found = False
    layouts = [parent.layout()]
    while layouts:
        layout = layouts.pop()
        if layout is None:
            continue
        for index in range(layout.count()):
            item = layout.itemAt(index)
            assert item is not None
            found = found or item.widget() is child
            layouts.append(item.layout())
    return found


def _sideways(window: QWidget) -> Iterator[str]:
    for widget in _shown(window):
        if isinstance(widget, QScrollArea):
            bar = widget.horizontalScrollBar()
            if bar is not None and bar.maximum() > SLACK:
                yield f"{_described(widget)} scrolls sideways by {bar.maximum()} px"
