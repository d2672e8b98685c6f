"""The two questions about profiles: under which name, and whether to remove one. GUI thread only."""

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.ui.widgets import theme


class _Question(QDialog):
    def __init__(self, title: str, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        self.setMinimumWidth(400)
        heading = QLabel(title)
        heading.setFont(theme.font("title", bold=True))
        note = QLabel(text)
        note.setWordWrap(True)
        note.setObjectName("muted")
        self._yes = QPushButton("OK")
        self._yes.setObjectName("primary")
        self._yes.setDefault(True)
        self._yes.clicked.connect(self.accept)
        self._no = QPushButton("Cancel")
        self._no.setObjectName("field")
        self._no.setAutoDefault(False)
        self._no.clicked.connect(self.reject)
        for button in (self._yes, self._no):
            button.setMinimumHeight(32)
            button.setMinimumWidth(88)
        foot = QHBoxLayout()
        foot.setSpacing(2 * theme.STEP)
        foot.addStretch(1)
        foot.addWidget(self._no)
        foot.addWidget(self._yes)
        self._body = QVBoxLayout()
        self._body.setSpacing(2 * theme.STEP)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(5 * theme.STEP, 4 * theme.STEP, 5 * theme.STEP, 4 * theme.STEP)
        layout.setSpacing(3 * theme.STEP)
        layout.addWidget(heading)
        layout.addWidget(note)
        layout.addLayout(self._body)
        layout.addLayout(foot)


class SaveProfile(_Question):
    """Asks for a name. `chosen` tells it."""

    chosen = pyqtSignal(str)

    def __init__(self, taken: Sequence[str], parent: QWidget) -> None:
        """taken: names that exist; the first one is no profile and cannot be chosen."""
        super().__init__(
            "Save as a profile",
            "A profile keeps the current settings under a name, to switch to them with one click, from the tray or "
            "with a hotkey. From now on, changes are kept in it.",
            parent,
        )
        self._reserved = {name.casefold() for name in taken[:1]}
        self._taken = {name.casefold() for name in taken[1:]}
        self.name = QLineEdit()
        self.name.setPlaceholderText("Name, for example Lecture")
        self.name.setAccessibleName("Name of the profile")
        self.name.setMinimumHeight(32)
        self.name.setTextMargins(theme.STEP, 0, theme.STEP, 0)
        self.name.textChanged.connect(self._check)
        self._body.addWidget(self.name)
        self.accepted.connect(lambda: self.chosen.emit(self.name.text().strip()))
        self._check("")
        self.name.setFocus()

    def _check(self, text: str) -> None:
        name = text.strip().casefold()
        is_taken = name in self._taken
        self._yes.setText("Replace" if is_taken else "Save")
        for set_default in (self._yes.setAutoDefault, self._yes.setDefault):
            set_default(not is_taken)  # Enter replaces nothing
        self._yes.setEnabled(bool(name) and name not in self._reserved)


class RemoveProfile(_Question):
    """Asks whether to remove a profile; `accepted` says yes."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(
            f"Remove the profile {name}?",
            "What is set in it is forgotten, and Parley goes on with your other settings. A profile that came with "
            "Parley stays in the list, as it was at first.",
            parent,
        )
        self._yes.setText("Remove")
        self._yes.setAutoDefault(False)
        self._no.setDefault(True)
        self._no.setFocus()
