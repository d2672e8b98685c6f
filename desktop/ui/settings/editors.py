"""One editor per type of setting: switch, choice, number, colour, text, list. GUI thread only."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from PyQt6.QtCore import QObject, QRectF, QSignalBlocker, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPixmap
from PyQt6.QtWidgets import QColorDialog, QDoubleSpinBox, QLineEdit, QPushButton, QSpinBox, QWidget

from desktop.ui.settings.hotkey_field import HotkeyField
from desktop.ui.settings.names import shown_value
from desktop.ui.widgets import theme
from desktop.ui.widgets.pickers.picker import Choice, PickerButton
from desktop.ui.widgets.switch import Switch

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

_UNITS = {
    "vad.onset": " s",
    "vad.preroll": " s",
    "vad.hangover": " s",
    "vad.max_segment": " s",
    "recognition.step": " s",
    "recognition.window": " s",
    "subtitles.clear_after": " s",
    "subtitles.font_size": " px",
    "audio.level_hz": " / s",
}
_SPECIAL = {"subtitles.font_size": "Automatic"}
_WORDS = {
    "cpu": "CPU",
    "cuda": "CUDA",
    "cloud": "Cloud first",
    "local": "This computer first",
    "race": "Both, in a race",
    "allow": "When switched on",
    "whisper": "Whisper",
    "dim": "Dimmed",
    "hide": "Hidden",
}
_EMPTY = {
    "recognition.vocabulary": "Names, terms",
    "server.url": "https://cellar:5026",
    "server.certificate": "Publicly known",
    "cloud.recognition": "None",
    "cloud.translation": "None",
    "cloud.speech": "None",
    "subtitles.geometry": "Bottom centre",
    "window.geometry": "Automatic",
}


class Editor(QObject):
    """Changes one value. `edited` tells the new value; `show_value` tells nobody."""

    edited = pyqtSignal(object)
    widget: QWidget

    def show_value(self, value: Any) -> None:
        raise TypeError("an editor shows its own kind of value")


def make_editor(key: str, field: "FieldInfo", name: str, choices: Sequence[Choice] = ()) -> Editor:
    """The editor for a setting; choices: what it can be where that depends on the machine."""
    kind: Any = field.annotation
    low, high = _range(field)
    editor: Editor
    if choices:
        editor = _PickerEditor(key, name, choices)
    elif key.startswith("hotkeys."):
        editor = _HotkeyEditor(name)
    elif kind is bool:
        editor = _SwitchEditor(name)
    elif get_origin(kind) is Literal:
        words = [Choice(value, _WORDS.get(value, value.capitalize())) for value in get_args(kind)]
        editor = _PickerEditor(key, name, words)
    elif kind is int:
        editor = _NumberEditor(key, int(low), int(high))
    elif kind is float:
        editor = _DecimalEditor(key, low, high)
    elif get_origin(kind) is tuple:
        editor = _ListEditor(key, int if get_args(kind)[0] is int else str)
    elif key.endswith("_color"):
        editor = _ColorEditor(name)
    else:
        editor = _TextEditor(key)
    if not isinstance(editor.widget, HotkeyField | PickerButton):  # whose names tell what is chosen, too
        editor.widget.setAccessibleName(name)
    return editor


class _SwitchEditor(Editor):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.widget: Switch = Switch(name)
        self.widget.toggled.connect(self.edited.emit)

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.widget):
            self.widget.setChecked(value)


class _HotkeyEditor(Editor):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.widget: HotkeyField = HotkeyField(name)
        self.widget.setFixedHeight(30)
        self.widget.edited.connect(self.edited.emit)

    def show_value(self, value: Any) -> None:
        self.widget.show_combination(value)


class _PickerEditor(Editor):
    def __init__(self, key: str, name: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._key = key
        self.widget: PickerButton = PickerButton(name, searchable=len(choices) > 12)
        self.widget.setFixedHeight(30)
        self.widget.set_choices(choices)
        self.widget.picked.connect(self.edited.emit)

    def show_value(self, value: Any) -> None:
        shown = shown_value(self._key, value)
        self.widget.choose(value, shown[:1].upper() + shown[1:])


class _NumberEditor(Editor):
    def __init__(self, key: str, low: int, high: int) -> None:
        super().__init__()
        self.widget: QSpinBox = _Spin()
        self.widget.setRange(low, high)
        self.widget.setSuffix(_UNITS.get(key, ""))
        self.widget.setSpecialValueText(_SPECIAL.get(key, ""))
        self.widget.setKeyboardTracking(False)
        self.widget.valueChanged.connect(self.edited.emit)

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.widget):
            self.widget.setValue(value)


class _DecimalEditor(Editor):
    def __init__(self, key: str, low: float, high: float) -> None:
        super().__init__()
        self.widget: QDoubleSpinBox = _DecimalSpin()
        is_fine = high <= 2 or low < 0.1
        self.widget.setDecimals(2 if is_fine else 1)
        self.widget.setSingleStep(0.05 if is_fine else 0.5)
        self.widget.setRange(low, high)
        self.widget.setSuffix(_UNITS.get(key, ""))
        self.widget.setKeyboardTracking(False)
        self.widget.valueChanged.connect(lambda value: self.edited.emit(round(value, 3)))

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.widget):
            self.widget.setValue(value)


class _TextEditor(Editor):
    def __init__(self, key: str) -> None:
        super().__init__()
        self.widget: QLineEdit = QLineEdit()
        self.widget.setMinimumHeight(30)
        self.widget.setTextMargins(theme.STEP, 0, theme.STEP, 0)
        self.widget.setPlaceholderText(_EMPTY.get(key, "Automatic"))
        self.widget.editingFinished.connect(self._finished)
        self._shown = ""

    def show_value(self, value: Any) -> None:
        self._shown = value
        if self.widget.text() != value:
            self.widget.setText(value)

    def _finished(self) -> None:
        if self.widget.text() != self._shown:
            self._shown = self.widget.text()
            self.edited.emit(self.widget.text())


class _ListEditor(Editor):
    def __init__(self, key: str, kind: type[int] | type[str]) -> None:
        super().__init__()
        self._kind = kind
        self.widget: QLineEdit = QLineEdit()
        self.widget.setMinimumHeight(30)
        self.widget.setTextMargins(theme.STEP, 0, theme.STEP, 0)
        self.widget.setPlaceholderText(_EMPTY.get(key, "None"))
        self.widget.editingFinished.connect(self._finished)
        self._shown: tuple[Any, ...] = ()

    def show_value(self, value: Any) -> None:
        self._shown = tuple(value)
        self.widget.setText(", ".join(map(str, value)))
        self.widget.setCursorPosition(0)

    def _finished(self) -> None:
        parts = tuple(part.strip() for part in self.widget.text().split(",") if part.strip())
        try:
            value = tuple(self._kind(part) for part in parts)
        except ValueError:
            self.show_value(self._shown)
            return
        if value != self._shown:
            self._shown = value
            self.edited.emit(value)


class _ColorEditor(Editor):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._value = "#ffffff"
        self.widget: QPushButton = QPushButton()
        self.widget.setObjectName("field")
        self.widget.setMinimumHeight(30)
        self.widget.setIconSize(QSize(32, 16))
        self.widget.clicked.connect(self._open)

    def show_value(self, value: Any) -> None:
        self._value = value
        self.widget.setText(value)
        self.widget.setAccessibleName(f"{self._name}: {value}")
        pixmap = QPixmap(64, 32)
        pixmap.fill(QColor(value))
        painter = QPainter(pixmap)
        painter.setPen(QColor(theme.colors().border))
        painter.drawRect(0, 0, 63, 31)
        painter.end()
        self.widget.setIcon(QIcon(pixmap))

    def _open(self) -> None:
        dialog = QColorDialog(QColor(self._value), self.widget.window())
        dialog.setWindowTitle(self._name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(lambda color: self.edited.emit(color.name()))
        dialog.open()


class _Spin(QSpinBox):
    """Does not take the wheel from the page it lies on."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(30)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, e: Any) -> None:
        e.ignore()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        super().paintEvent(event)
        _frame(self)


class _DecimalSpin(QDoubleSpinBox):
    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(30)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, e: Any) -> None:
        e.ignore()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        super().paintEvent(event)
        _frame(self)


def _frame(widget: QWidget) -> None:
    """Fusion's own frame is drawn in a shade of the window, which cannot be seen in high contrast."""
    look = theme.colors()
    if look is not theme.CONTRAST:
        return
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(look.accent if widget.hasFocus() else look.border))
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)


def _range(field: "FieldInfo") -> tuple[float, float]:
    low, high = 0.0, 9999.0
    for constraint in field.metadata:
        low = float(getattr(constraint, "ge", low))
        high = float(getattr(constraint, "le", high))
    return low, high
