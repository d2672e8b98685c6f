"""Every keyboard shortcut of the window, declared once; the list that the user sees is made from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QGridLayout, QLabel, QWidget

from desktop.ui.widgets import theme


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Keys that do something in the main window."""

    name: str
    keys: tuple[str, ...]
    what: str


SHORTCUTS = (
    Shortcut("start", ("Ctrl+Return", "Ctrl+Enter"), "Start or stop"),
    Shortcut("source", ("Ctrl+L",), "Choose what to listen to"),
    Shortcut("spoken", ("Ctrl+E",), "Choose the spoken language"),
    Shortcut("target", ("Ctrl+T",), "Choose the translation"),
    Shortcut("swap", ("Ctrl+Shift+X",), "Swap the languages"),
    Shortcut("subtitles", ("Ctrl+1",), "Subtitles on or off"),
    Shortcut("typing", ("Ctrl+2",), "Typing on or off"),
    Shortcut("voice", ("Ctrl+3",), "Voice on or off"),
    Shortcut("unlock", ("Ctrl+U",), "Move the subtitles, or fix them"),
    Shortcut("escape", ("Esc",), "Dismiss the warning, or stop speaking"),
    Shortcut("model", ("Ctrl+M",), "Choose the model"),
    Shortcut("models", ("Ctrl+Shift+M",), "Get or remove models"),
    Shortcut("find", ("Ctrl+F",), "Search the transcript"),
    Shortcut("edit", ("F2",), "Correct a line of the transcript"),
    Shortcut("copy", ("Ctrl+Shift+C",), "Copy the selection or everything"),
    Shortcut("save", ("Ctrl+S",), "Save the transcript"),
    Shortcut("clear", ("Ctrl+Shift+K",), "Clear the transcript"),
    Shortcut("undo", ("Ctrl+Z",), "Undo clearing or correcting the transcript"),
    Shortcut("live", ("Ctrl+End",), "Go to the newest line"),
    Shortcut("practice", ("Ctrl+P",), "Practice: read a text aloud"),
    Shortcut("share", ("Ctrl+Shift+S",), "Share captions"),
    Shortcut("warnings", ("Ctrl+Shift+W",), "Show the warnings"),
    Shortcut("doctor", ("Ctrl+D",), "Doctor"),
    Shortcut("latency", ("Ctrl+Shift+L",), "Latency"),
    Shortcut("menu", ("F10",), "Menu: profiles, windows"),
    Shortcut("settings", ("Ctrl+,",), "Settings"),
    Shortcut("shortcuts", ("F1",), "These shortcuts"),
    Shortcut("close", ("Ctrl+W",), "Close the window; with a tray icon Parley goes on"),
    Shortcut("quit", ("Ctrl+Q",), "Quit"),
)


def connect_shortcuts(window: QWidget, actions: Mapping[str, Callable[[], object]]) -> None:
    """Let the keys work in a window. actions: name of a shortcut -> what it does."""
    for shortcut in SHORTCUTS:
        for keys in shortcut.keys:
            QShortcut(QKeySequence(keys), window).activated.connect(actions[shortcut.name])


class ShortcutList(QWidget):
    """Two columns: what, and which keys."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6 * theme.STEP)
        grid.setVerticalSpacing(theme.STEP)
        for row, shortcut in enumerate(SHORTCUTS):
            keys = QLabel(QKeySequence(shortcut.keys[0]).toString(QKeySequence.SequenceFormat.NativeText))
            keys.setObjectName("muted")
            grid.addWidget(QLabel(shortcut.what), row, 0)
            grid.addWidget(keys, row, 1, Qt.AlignmentFlag.AlignRight)
