"""A button that shows what is chosen and opens a list to choose from, with headings and search. GUI thread only."""

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QEvent, QObject, QPoint, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication, QIcon, QKeyEvent, QPainter, QPaintEvent, QPixmap
from PyQt6.QtWidgets import (
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.pickers.popup import Popup
from desktop.ui.widgets.pickers.search_field import SearchField

_ROWS = 12
"""Rows a list shows before it scrolls."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a list."""

    value: str
    label: str
    icon: str = ""
    search: str = ""
    """further words it is found by"""
    is_heading: bool = False


def heading(label: str) -> Choice:
    """A line that names the group below it."""
    return Choice("", label, is_heading=True)


class PickerButton(QPushButton):
    """Shows the chosen label, elided, and opens the list."""

    picked = pyqtSignal(str)
    """the value that the user chose"""

    def __init__(self, name: str, *, searchable: bool = False, parent: QWidget | None = None) -> None:
        """name: what is chosen here, for screen readers and the tooltip."""
        super().__init__(parent)
        self.setObjectName("picker")
        self._name = name
        self._searchable = searchable
        self._choices: tuple[Choice, ...] = ()
        self._value = ""
        self._label = ""
        self.reserved = 0
        """pixels on the right kept free for a widget that lies on the button"""
        self.setMinimumWidth(96)
        self.setFixedHeight(36)
        self.setIconSize(QSize(theme.ICON, theme.ICON))
        self.clicked.connect(self.open_list)
        self._describe()

    @property
    def value(self) -> str:
        return self._value

    @property
    def label(self) -> str:
        """What is shown."""
        return self._label

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Replace the list. The chosen value stays, even if it is not in it."""
        self._choices = tuple(choices)

    def choose(self, value: str, label: str = "") -> None:
        """Show `value` as chosen; label: used where the list does not have it. Tells nobody."""
        self._value = value
        chosen = next((c for c in self._choices if c.value == value and not c.is_heading), None)
        self._label = chosen.label if chosen else label or value
        if chosen and chosen.icon:
            self.setIcon(icons.icon(chosen.icon))
        self._describe()
        self.update()

    def open_list(self) -> None:
        popup = PickerList(self._name, self._choices, self._value, searchable=self._searchable, parent=self)
        popup.picked.connect(self.picked)
        popup.open_below(self)

    def sizeHint(self) -> QSize:
        size = super().sizeHint()
        width = self.fontMetrics().horizontalAdvance(self._label or self._name) + 56 + self.reserved
        return QSize(width, size.height())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.icon = icons.icon("circle")  # the style paints only the frame; it must not see the real icon
        option.text = ""
        option.iconSize = QSize(0, 0)
        style = self.style()
        assert style is not None
        style.drawControl(QStyle.ControlElement.CE_PushButtonBevel, option, painter, self)
        x = 2 * theme.STEP
        middle = self.height() // 2
        if not self.icon().isNull():
            self.icon().paint(painter, x, middle - theme.ICON // 2, theme.ICON, theme.ICON)
            x += theme.ICON + 2 * theme.STEP
        end = self.width() - 24 - self.reserved
        text = self.fontMetrics().elidedText(self._label or self._name, Qt.TextElideMode.ElideRight, max(0, end - x))
        group = self.palette().ColorGroup.Normal if self.isEnabled() else self.palette().ColorGroup.Disabled
        painter.setPen(self.palette().color(group, self.palette().ColorRole.ButtonText))
        painter.drawText(x, 0, max(0, end - x), self.height(), Qt.AlignmentFlag.AlignVCenter, text)
        arrow = icons.icon("chevron-down", "muted")
        arrow.paint(painter, self.width() - 22, middle - 8, 16, 16)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        keys = (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event is not None and event.key() in keys and not event.modifiers():
            self.open_list()
            return
        super().keyPressEvent(event)

    def _describe(self) -> None:
        self.setAccessibleName(f"{self._name}: {self._label}" if self._label else self._name)
        self.setToolTip(f"{self._name}: {self._label}" if self._label else self._name)
        self.updateGeometry()


class PickerList(Popup):
    """The list that a picker opens, or a menu."""

    picked = pyqtSignal(str)

    def __init__(
        self,
        name: str,
        choices: Sequence[Choice],
        value: str,
        *,
        searchable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name, parent)
        layout = QVBoxLayout(self.frame)
        layout.setContentsMargins(theme.STEP, theme.STEP, theme.STEP, theme.STEP)
        layout.setSpacing(theme.STEP)
        self._search = SearchField("Search", self)
        self._search.setVisible(searchable)
        self._search.textChanged.connect(self._filter)
        self._search.installEventFilter(self)
        self._list = QListWidget(self)
        self._list.setAccessibleName("Choices")
        self._list.setIconSize(QSize(18, 18))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.itemClicked.connect(self._pick)
        self._list.itemActivated.connect(self._pick)
        layout.addWidget(self._search)
        layout.addWidget(self._list)
        self._nothing = QLabel("Nothing found.")
        self._nothing.setObjectName("muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.hide()
        layout.addWidget(self._nothing)
        self._choices = tuple(choices)
        for choice in self._choices:
            item = QListWidgetItem(choice.label, self._list)
            item.setData(Qt.ItemDataRole.UserRole, choice)
            item.setSizeHint(QSize(0, (6 if choice.is_heading else 7) * theme.STEP))
            if choice.is_heading:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
                item.setFont(theme.font("small", bold=True))
            else:
                item.setIcon(icons.icon(choice.icon) if choice.icon else icons.icon("check"))
                if not choice.icon and choice.value != value:
                    item.setIcon(_blank())
                item.setToolTip(choice.label)
            if choice.value == value and not choice.is_heading:
                self._list.setCurrentItem(item)
        if self._list.currentItem() is None:
            self._first()

    def open_below(self, button: QWidget, rows: int = _ROWS, *, align_right: bool = False) -> None:
        """Show the list under a button, or above it where there is no room below. rows: shown before it scrolls;
        align_right: the right edges are in line, not the left ones."""
        self._take_size(rows, max(button.width(), 200))
        self.move(popover_position(button, self.size(), align_right=align_right))
        self._show()

    def open_at(self, point: QPoint) -> None:
        """Show the whole list at a point of the screen, as a context menu."""
        self._take_size(self._list.count(), 0)
        screen = QGuiApplication.screenAt(point) or self.screen()
        if screen is not None:
            area = screen.availableGeometry()
            corner = area.bottomRight() - QPoint(self.width(), self.height())
            point = QPoint(max(area.left(), min(point.x(), corner.x())), max(area.top(), min(point.y(), corner.y())))
        self.move(point)
        self._show()

    def _take_size(self, rows: int, least: int) -> None:
        rows = min(rows, max(1, self._list.count()))
        height = sum(self._list.sizeHintForRow(row) for row in range(rows)) + 2 * theme.STEP
        widest = max(
            (
                self._list.fontMetrics().horizontalAdvance(c.label) + (64 if not c.is_heading else 32)
                for c in self._choices
            ),
            default=0,
        )
        self._list.setFixedHeight(height)
        self.frame.ensurePolished()  # its border belongs to the size
        border = 2 * self.frame.frameWidth()
        self.setFixedWidth(min(max(widest, least), 560) + border)
        self.adjustSize()

    def _show(self) -> None:
        self.show()
        current = self._list.currentItem()
        if current is not None:
            self._list.scrollToItem(current, QListWidget.ScrollHint.PositionAtCenter)
        (self._search if not self._search.isHidden() else self._list).setFocus()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if watched is self._search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
                self._list.setFocus()
                self._list.keyPressEvent(event)
                self._search.setFocus()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._pick(self._list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        from desktop.engine.text.compare import folded

        wanted = folded(text, accents=False).strip()
        for row, choice in enumerate(self._choices):
            item = self._list.item(row)
            assert item is not None
            found = wanted in folded(f"{choice.label} {choice.search} {choice.value}", accents=False)
            item.setHidden(bool(wanted) and (choice.is_heading or not found))
        self._first()
        is_empty = self._list.currentItem() is None
        self._nothing.setFixedHeight(self._list.height())
        self._nothing.setVisible(is_empty)
        self._list.setVisible(not is_empty)

    def _first(self) -> None:
        for row, choice in enumerate(self._choices):
            item = self._list.item(row)
            if item is not None and not item.isHidden() and not choice.is_heading:
                self._list.setCurrentItem(item)
                return
        self._list.setCurrentItem(None)

    def _pick(self, item: QListWidgetItem | None) -> None:
        if item is None or item.isHidden():
            return
        choice: Choice = item.data(Qt.ItemDataRole.UserRole)
        if not choice.is_heading:
            self.close()
            self.picked.emit(choice.value)


def popover_position(anchor: QWidget, size: QSize, *, align_right: bool = False) -> QPoint:
    """Where a popover of this size goes: below the anchor, above it without room, always on the screen."""
    corner = anchor.mapToGlobal(QPoint(anchor.width() - size.width() if align_right else 0, 0))
    x, y = corner.x(), corner.y() + anchor.height() + theme.STEP
    screen = anchor.screen()
    if screen is not None:
        area = screen.availableGeometry()
        if y + size.height() > area.bottom() and corner.y() - theme.STEP - size.height() >= area.top():
            y = corner.y() - theme.STEP - size.height()
        x = max(area.left(), min(x, area.right() - size.width()))
        y = max(area.top(), min(y, area.bottom() - size.height()))
    return QPoint(x, y)


def _blank() -> QIcon:
    pixmap = QPixmap(18, 18)
    pixmap.fill(Qt.GlobalColor.transparent)
    return QIcon(pixmap)
