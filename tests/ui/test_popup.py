"""What hangs on a widget: seen by screen readers where one runs, and gone with a click elsewhere either way."""

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.widgets.pickers.picker import Choice, PickerList
from desktop.ui.widgets.pickers.popover import Popover
from desktop.ui.widgets.pickers.popup import show_to_screen_readers

CHOICES = (Choice("a", "First"), Choice("b", "Second"))


@pytest.fixture(params=[False, True], ids=["no reader", "a reader"])
def is_read(request: pytest.FixtureRequest) -> Iterator[bool]:
    show_to_screen_readers(request.param)
    yield request.param
    show_to_screen_readers(False)


@pytest.fixture
def anchor(qtbot: QtBot) -> Iterator[QPushButton]:
    window = QWidget()
    qtbot.addWidget(window)
    button = QPushButton("Open", window)
    window.resize(400, 300)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield button
    window.close()


def a_list(anchor: QPushButton) -> PickerList:
    popup = PickerList("Letters", CHOICES, "a", parent=anchor)
    popup.open_below(anchor)
    return popup


def test_where_a_reader_runs_it_is_a_window_that_qt_tells_of(qtbot: QtBot, anchor: QPushButton, is_read: bool) -> None:
    popup = a_list(anchor)
    assert (popup.windowType() == Qt.WindowType.Popup) is not is_read
    assert popup.accessibleName() == "Letters"
    popup.close()


def test_keys_choose_and_escape_closes(qtbot: QtBot, anchor: QPushButton, is_read: bool) -> None:
    popup = a_list(anchor)
    with qtbot.waitSignal(popup.picked) as picked:
        qtbot.keyClick(popup._list, Qt.Key.Key_Down)
        qtbot.keyClick(popup._list, Qt.Key.Key_Return)
    assert picked.args == ["b"]
    popup = a_list(anchor)
    with qtbot.waitSignal(popup.destroyed):
        qtbot.keyClick(popup._list, Qt.Key.Key_Escape)


def test_enter_in_a_field_presses_no_button(qtbot: QtBot, anchor: QPushButton, is_read: bool) -> None:
    content = QWidget()
    layout = QVBoxLayout(content)
    button, field = QPushButton("Stop"), QLineEdit()
    pressed: list[bool] = []
    button.clicked.connect(pressed.append)
    layout.addWidget(button)
    layout.addWidget(field)
    popover = Popover("Voice", content, anchor)
    popover.open()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert popover.isVisible()
    assert not pressed
    popover.close()


@pytest.mark.parametrize("is_read", [True], indirect=True)
def test_it_closes_when_another_window_is_chosen_but_not_for_what_hangs_on_it(
    qtbot: QtBot, anchor: QPushButton, is_read: bool
) -> None:
    popup = a_list(anchor)
    inner = QDialog(popup)
    inner.show()
    inner.activateWindow()
    qtbot.waitUntil(inner.isActiveWindow)
    qtbot.wait(200)
    assert popup.isVisible()
    inner.close()
    with qtbot.waitSignal(popup.destroyed):
        anchor.window().activateWindow()


def test_a_menu_at_a_point_stays_on_the_screen(qtbot: QtBot, anchor: QPushButton) -> None:
    screen = QApplication.primaryScreen()
    assert screen is not None
    area = screen.availableGeometry().adjusted(0, 0, 2, 2)  # the frame that a screen without window manager adds
    popup = PickerList("Letters", CHOICES, "", parent=anchor)
    popup.open_at(QPoint(area.right() - 3, area.bottom() - 3))
    assert area.contains(popup.geometry()), popup.geometry()
    popup.close()
