"""Turns what went wrong into one line with one action, and keeps the list. Nothing else shows errors. GUI thread."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from PyQt6.QtCore import QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop.messages import text_of
from desktop.ui.widgets import icons, theme

if TYPE_CHECKING:
    from desktop.engine.events import ErrorEvent

Action = Literal[
    "",
    "source",
    "model",
    "language",
    "typing",
    "voice",
    "retry",
    "settings",
    "models",
    "refresh",
    "folder",
    "undo",
    "server",
    "elsewhere",
    "bring-back",
    "copy-rest",
]
"""What the button of a notice does; main_window knows how."""

_ACTIONS: dict[str, tuple[Action, str]] = {
    "device-missing": ("source", "Choose a source"),
    "device-lost": ("source", "Choose a source"),
    "audio-server-missing": ("retry", "Try again"),
    "audio": ("retry", "Try again"),
    "file-unreadable": ("source", "Choose a file"),
    "model-missing": ("models", "Get one"),
    "model-broken": ("models", "Repair"),
    "model-ready": ("model", "Choose a model"),
    "fallback": ("models", "Get one"),
    "catalogue-broken": ("refresh", "Refresh list"),
    "download-gone": ("refresh", "Refresh list"),
    "download": ("settings", "Open settings"),
    "download-unreachable": ("settings", "Open settings"),
    "download-refused": ("settings", "Open settings"),
    "disk-full": ("folder", "Open folder"),
    "model": ("model", "Choose a model"),
    "language-unknown": ("language", "Choose a language"),
    "engine-away": ("elsewhere", "Open settings"),
    "untranslated": ("models", "Get one"),
    "phrasebook": ("models", "Open Models"),
    "pace": ("model", "Choose a model"),
    "buffered": ("model", "Choose a model"),
    "audio-dropped": ("model", "Choose a model"),
    "typing": ("typing", "Typing settings"),
    "speech": ("voice", "Voice settings"),
    "settings": ("settings", "Open settings"),
    "hotkeys": ("settings", "Open settings"),
    "cleared": ("undo", "Undo"),
    "unsaved": ("bring-back", "Bring back"),
    "typing-rest": ("copy-rest", "Copy it"),
}
_SUBJECTS = {
    "pace": "speed",
    "buffered": "streaming",
    "stumbled": "streaming",
    "streaming": "streaming",
    "engine-away": "engine",
    "engine-back": "engine",
    "device-lost": "source",
    "resumed": "source",
    "cleared": "transcript",
    "typing-rest": "typing",
}
"""Codes of notices that tell how something stands now: what was said of it before is over."""
PHRASEBOOK = (
    "Only a phrasebook of about 900 words is installed: real speech comes out wrong. Fetch a Whisper model in Models."
)
"""What is said, with the code "phrasebook", where there is no real recogniser."""
PASSES_AFTER = 8_000
"""Milliseconds after which a notice that only informs goes by itself."""
_LONGEST = 100
"""notices that are kept"""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know."""

    code: str
    message: str
    severity: str
    """info, warning or error"""
    time: datetime
    count: int = 1
    """how often it came"""

    @property
    def action(self) -> Action:
        return _ACTIONS.get(self.code, ("", ""))[0]

    @property
    def action_label(self) -> str:
        return _ACTIONS.get(self.code, ("", ""))[1]


def notice_of(event: "ErrorEvent", now: datetime) -> Notice:
    """The notice for an error event."""
    return Notice(event.code, text_of(event), str(event.severity), now)


def added(notices: tuple[Notice, ...], new: Notice) -> tuple[Notice, ...]:
    """The list with one more, newest first; the same message again counts up instead, and what tells how something
    stands now takes the place of what was said of it before."""
    same = next((n for n in notices if (n.code, n.message) == (new.code, new.message)), None)
    rest = tuple(n for n in notices if n is not same and not is_of_same_subject(n, new))
    return (replace(new, count=same.count + 1 if same else 1), *rest)[:_LONGEST]


def is_of_same_subject(one: Notice, other: Notice) -> bool:
    """Whether both tell how the same thing stands."""
    return one.code in _SUBJECTS and _SUBJECTS[one.code] == _SUBJECTS.get(other.code)


def may_take_the_bar(new: Notice, shown: Notice | None) -> bool:
    """Whether a notice takes the place of the one that is shown: good news does not hide what still needs attention."""
    return new.severity != "info" or shown is None or shown.severity == "info" or is_of_same_subject(new, shown)


def is_known(notices: tuple[Notice, ...], new: Notice) -> bool:
    """Whether it needs no saying again in this run: that there is only a phrasebook, whoever notices it."""
    return new.code == "phrasebook" and any(one.code == "phrasebook" for one in notices)


def icon_of(severity: str) -> tuple[str, icons.Role]:
    """Shape and colour of a severity."""
    marks: dict[str, tuple[str, icons.Role]] = {
        "info": ("information-outline", "muted"),
        "warning": ("alert-outline", "warning"),
        "error": ("alert-octagon-outline", "bad"),
    }
    return marks[severity]


def breakable(text: str) -> str:
    """A sentence whose paths and addresses may end a line behind a slash."""
    return re.sub(r"(?<=[\w.~])([/\\])(?=[\w.~])", "\\1\u200b", text)


class NoticeBar(QFrame):
    """The newest notice, in one line, with its action."""

    acted = pyqtSignal(str)
    """the action that the user wants"""
    changed = pyqtSignal()
    """another notice is shown, or none"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self._notice: Notice | None = None
        self._passing = QTimer(self)
        self._passing.setSingleShot(True)
        self._passing.setInterval(PASSES_AFTER)
        self._passing.timeout.connect(self.dismiss)
        self._picture = QLabel()
        self._text = QLabel()  # as many lines as it takes: what to do stands at the end of a sentence
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._act = QPushButton()
        self._act.setObjectName("flat")
        self._act.setFont(theme.font("body", bold=True))
        self._act.clicked.connect(self._acted)
        close = QToolButton()
        close.setIcon(icons.icon("close", "muted"))
        close.setIconSize(QSize(16, 16))
        close.setAccessibleName("Dismiss")
        close.setToolTip("Dismiss (Esc)")
        close.clicked.connect(self.dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * theme.STEP, 2, theme.STEP, 2)
        layout.setSpacing(2 * theme.STEP)
        layout.addWidget(self._picture)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._act)
        layout.addWidget(close)
        self.hide()

    @property
    def notice(self) -> Notice | None:
        return self._notice

    def show_notice(self, notice: Notice) -> None:
        self._notice = notice
        name, role = icon_of(notice.severity)
        self._picture.setPixmap(icons.icon(name, role).pixmap(QSize(18, 18), self.devicePixelRatioF()))
        is_passing = notice.severity == "info"  # good news needs no click
        again = f" ({notice.count} times)" if notice.count > 1 and not is_passing else ""
        self._text.setText(breakable(notice.message + again))
        self._act.setText(notice.action_label)
        self._act.setVisible(bool(notice.action))
        self.setAccessibleName(f"{notice.severity}: {notice.message}")
        self._passing.start() if is_passing else self._passing.stop()
        if self.property("severity") != notice.severity:
            self.setProperty("severity", notice.severity)
            style = self.style()
            if style is not None:
                style.polish(self)
        self.show()
        self.changed.emit()

    def dismiss(self) -> None:
        self._notice = None
        self._passing.stop()
        self.hide()
        self.changed.emit()

    def _acted(self) -> None:
        notice = self._notice
        self.dismiss()
        if notice is not None:
            self.acted.emit(notice.action)


class NoticeList(QWidget):
    """Every notice of this run, newest first; the content of a popover."""

    acted = pyqtSignal(str)

    def __init__(self, notices: tuple[Notice, ...]) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, theme.STEP, 0)
        layout.setSpacing(3 * theme.STEP)
        self.setMinimumWidth(420)
        if not notices:
            empty = QLabel("No warnings.")
            empty.setObjectName("muted")
            layout.addWidget(empty)
        for notice in notices:
            layout.addWidget(self._row(notice))
        layout.addStretch(1)

    def _row(self, notice: Notice) -> QWidget:
        row = QWidget()
        name, role = icon_of(notice.severity)
        picture = QLabel()
        picture.setPixmap(icons.icon(name, role).pixmap(QSize(18, 18), self.devicePixelRatioF()))
        picture.setAccessibleName(notice.severity)
        text = QLabel(breakable(notice.message))
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        again = f" · {notice.count} times" if notice.count > 1 else ""
        when = QLabel(f"{notice.time:%H:%M:%S}{again}")
        when.setObjectName("muted")
        when.setFont(theme.font("small"))
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(text)
        foot = QHBoxLayout()
        foot.addWidget(when)
        foot.addStretch(1)
        if notice.action:
            act = QPushButton(notice.action_label)
            act.setObjectName("flat")
            act.clicked.connect(lambda: self._act(notice))
            foot.addWidget(act)
        column.addLayout(foot)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * theme.STEP)
        layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(column, 1)
        return row

    def _act(self, notice: Notice) -> None:
        window = self.window()
        if window is not None:
            window.close()
        self.acted.emit(notice.action)
