"""Findings of the Doctor as rows: state in shape, colour and words, what was found, how to mend it. GUI thread only."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QWidget

from desktop.ui.widgets import icons, theme

if TYPE_CHECKING:
    from desktop.doctor.findings import Finding


@dataclass(frozen=True, slots=True)
class Mark:
    """How a state looks and is called."""

    words: str
    icon: str
    role: icons.Role


MARKS = {
    "ok": Mark("Works", "check-circle", "good"),
    "skipped": Mark("Not looked at", "minus-circle-outline", "muted"),
    "warning": Mark("Could be better", "alert", "warning"),
    "problem": Mark("Does not work", "close-octagon", "bad"),
    "waiting": Mark("Waiting", "circle-outline", "muted"),
    "running": Mark("Looking…", "progress-clock", "accent"),
}
"""By the health of a finding, or what a row without one does."""

_ACTIONS = {
    "settings": ("settings", "Open settings"),
    "microphone": ("source", "Choose a source"),
    "loopback": ("source", "Choose a source"),
    "output": ("voice", "Voice settings"),
    "models": ("models", "Open models"),
    "broken-models": ("models", "Open models"),
    "speed": ("model", "Choose a model"),
    "server": ("server", "Server settings"),
    "typing": ("typing", "Typing settings"),
    "hotkeys": ("hotkeys", "Hotkey settings"),
    "clipboard": ("typing", "Typing settings"),
}
"""Check -> what its button does, and says."""


class StateMark(QWidget):
    """An icon and words for a state."""

    def __init__(self) -> None:
        super().__init__()
        self._picture = QLabel()
        self._picture.setFixedSize(18, 18)
        self._words = QLabel()
        self._words.setFont(theme.font("small", bold=True))
        self._mark = MARKS["waiting"]
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.STEP)
        layout.addWidget(self._picture)
        layout.addWidget(self._words)
        layout.addStretch(1)
        self.show_mark(self._mark)

    @property
    def words(self) -> str:
        return self._words.text()

    def show_mark(self, mark: Mark) -> None:
        self._mark = mark
        self._words.setText(mark.words)
        self.setAccessibleName(mark.words)
        self.refresh()

    def refresh(self) -> None:
        """Paint again, after a change of the look."""
        icon = icons.icon(self._mark.icon, self._mark.role)
        self._picture.setPixmap(icon.pixmap(QSize(18, 18), self.devicePixelRatioF()))
        self._words.setStyleSheet(f"color: {getattr(theme.colors(), self._mark.role)};")


class FindingRow(QWidget):
    """One check and what came of it."""

    acted = pyqtSignal(str)
    """what the user wants to do about it"""

    def __init__(self, check_id: str, title: str) -> None:
        super().__init__()
        self.check_id = check_id
        self.title = title
        self.finding: Finding | None = None
        name = QLabel(title)
        name.setFont(theme.font("body", bold=True))
        name.setWordWrap(True)
        name.setFixedWidth(132)
        name.setContentsMargins(0, 2, 0, 0)
        self.mark = StateMark()
        self._sentence = _words()
        self._sentence.setContentsMargins(0, 2, 0, 0)
        self._fix = _words()
        self._fix.setObjectName("muted")
        self._command = QLabel()
        self._command.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._command.setStyleSheet("font-family: monospace;")
        self._act = _button()
        self._act.clicked.connect(lambda: self.acted.emit(_ACTIONS[self.check_id][0]))
        self._copy = _button()
        self._copy.setIcon(icons.icon("content-copy"))
        self._copy.clicked.connect(self._copy_command)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 2 * theme.STEP, 0, 2 * theme.STEP)
        grid.setHorizontalSpacing(4 * theme.STEP)
        grid.setVerticalSpacing(theme.STEP)
        grid.setColumnMinimumWidth(0, 132)
        grid.setColumnMinimumWidth(1, 136)
        grid.setColumnStretch(2, 1)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(name, 0, 0, top)
        grid.addWidget(self.mark, 0, 1, top)
        grid.addWidget(self._sentence, 0, 2, top)
        grid.addWidget(self._fix, 1, 2)
        grid.addWidget(self._command, 2, 2)
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * theme.STEP)
        buttons.addWidget(self._act)
        buttons.addWidget(self._copy)
        buttons.addStretch(1)
        grid.addLayout(buttons, 3, 2)
        self.wait()

    @property
    def words(self) -> str:
        """Everything it says."""
        return " ".join(part for part in (self._sentence.text(), self._fix.text(), self._command.text()) if part)

    @property
    def action(self) -> QPushButton | None:
        """The button that mends it; None where there is none."""
        return None if self._act.isHidden() else self._act

    @property
    def copy(self) -> QPushButton | None:
        """The button that copies a command; None where there is none."""
        return None if self._copy.isHidden() else self._copy

    def wait(self) -> None:
        """It has not been looked at yet."""
        self._show("waiting", "", "", "")

    def show_running(self) -> None:
        """It is being looked at."""
        self._show("running", "", "", "")

    def show_finding(self, finding: "Finding") -> None:
        self.finding = finding
        self._show(str(finding.health), finding.sentence, finding.fix, finding.command)

    def refresh(self) -> None:
        """Paint again, after a change of the look."""
        self.mark.refresh()

    def _show(self, state: str, sentence: str, fix: str, command: str) -> None:
        self.mark.show_mark(MARKS[state])
        is_bad = state in ("warning", "problem")
        for label, text in ((self._sentence, sentence), (self._fix, fix), (self._command, command)):
            label.setText(text)
            label.setVisible(bool(text))
        self._sentence.setVisible(True)
        action = _ACTIONS.get(self.check_id)
        self._act.setVisible(is_bad and action is not None)
        self._act.setText(action[1] if action else "")
        self._copy.setVisible(bool(command))
        self._copy.setText("Copy command")
        self.setAccessibleName(f"{self.title}: {MARKS[state].words}. {sentence} {fix}".strip())

    def _copy_command(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self._command.text())
            self._copy.setText("Copied")


def _words() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _button() -> QPushButton:
    button = QPushButton()
    button.setObjectName("field")
    button.setMinimumHeight(28)
    return button
