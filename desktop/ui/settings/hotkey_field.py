"""A button that takes a hotkey by pressing it. GUI thread only."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QKeyEvent
from PyQt6.QtWidgets import QPushButton, QWidget

from desktop.ui.runtime.hotkey_listener import latin_of
from desktop.ui.runtime.hotkeys import hotkey_text

_MODIFIERS = (
    (Qt.KeyboardModifier.ControlModifier, "<ctrl>"),
    (Qt.KeyboardModifier.AltModifier, "<alt>"),
    (Qt.KeyboardModifier.ShiftModifier, "<shift>"),
    (Qt.KeyboardModifier.MetaModifier, "<cmd>"),
)
_NAMED = {
    Qt.Key.Key_Space: "<space>",
    Qt.Key.Key_Pause: "<pause>",
    Qt.Key.Key_Insert: "<insert>",
    Qt.Key.Key_Home: "<home>",
    Qt.Key.Key_End: "<end>",
    Qt.Key.Key_PageUp: "<page_up>",
    Qt.Key.Key_PageDown: "<page_down>",
    **{Qt.Key(Qt.Key.Key_F1 + number): f"<f{number + 1}>" for number in range(12)},
}


def combination_of(key: int, modifiers: Qt.KeyboardModifier) -> str:
    """What pynput calls the keys ("<ctrl>+<alt>+l"); empty if they make no hotkey: a letter alone would be taken from
    every other window."""
    held = [name for modifier, name in _MODIFIERS if modifiers & modifier]
    named = _NAMED.get(Qt.Key(key)) if key in _NAMED else None
    if named is not None:
        return "+".join([*held, named]) if held or named.startswith("<f") or named == "<pause>" else ""
    is_letter = 0x20 < key < 0x7F
    return "+".join([*held, chr(key).lower()]) if is_letter and set(held) - {"<shift>"} else ""


class HotkeyField(QPushButton):
    """Shows a hotkey; after a click, the next keys that are pressed together become it."""

    edited = pyqtSignal(str)
    """the new combination"""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """name: what the hotkey does, for screen readers."""
        super().__init__(parent)
        self.setObjectName("field")
        self.setFixedHeight(36)
        self.setMinimumWidth(180)
        self._name = name
        self._combination = ""
        self._is_taking = False
        self.clicked.connect(self._take)
        self._describe()

    def show_combination(self, combination: str) -> None:
        """Show this hotkey; empty for none."""
        self._combination = combination
        self._describe()

    @property
    def combination(self) -> str:
        return self._combination

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is None or not self._is_taking:
            super().keyPressEvent(event)
            return
        event.accept()
        if event.key() == Qt.Key.Key_Escape:
            self._stop()
        elif combination := self._combination_of(event):
            self._combination = combination
            self._stop()
            self.edited.emit(combination)

    def _combination_of(self, event: QKeyEvent) -> str:
        key = event.key()
        if 0x7F <= key <= 0x10FFFF:  # no Latin letter: the hotkey is that of the key
            latin = latin_of(event.nativeScanCode())
            key = ord(latin.upper()) if latin else key
        return combination_of(key, event.modifiers())

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        super().focusOutEvent(event)
        self._stop()

    def _take(self) -> None:
        self._is_taking = True
        self._describe()

    def _stop(self) -> None:
        self._is_taking = False
        self._describe()

    def _describe(self) -> None:
        shown = hotkey_text(self._combination) if self._combination else "None"
        self.setText("Press the keys…" if self._is_taking else shown)
        self.setAccessibleName(f"{self._name}: {self.text()}")
        self.setToolTip("Click, then press the keys together, for example Ctrl+Alt+L")
