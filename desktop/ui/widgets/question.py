"""A question with one answer that does something and one that does nothing. GUI thread only."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.ui.widgets import theme


class Question(QDialog):
    """Asks before something is lost; `accepted` is the answer yes."""

    def __init__(self, title: str, text: str, yes: str, parent: QWidget, *, no: str = "Keep") -> None:
        """yes: what the button says that does it ("Remove"); no: what the other one says."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        heading = QLabel(title)
        heading.setFont(theme.font("title", bold=True))
        heading.setWordWrap(True)
        line = QLabel(text)
        line.setObjectName("muted")
        line.setWordWrap(True)
        self.no = QPushButton(no)
        self.no.setObjectName("field")
        self.yes = QPushButton(yes)
        self.yes.setObjectName("primary")
        for button in (self.no, self.yes):
            button.setFixedHeight(36)
            button.setMinimumWidth(96)
        self.yes.clicked.connect(self.accept)
        self.no.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.no)
        row.addWidget(self.yes)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(5 * theme.STEP, 4 * theme.STEP, 5 * theme.STEP, 4 * theme.STEP)
        layout.setSpacing(3 * theme.STEP)
        layout.addWidget(heading)
        layout.addWidget(line)
        layout.addSpacing(theme.STEP)
        layout.addLayout(row)
        self.setMinimumWidth(380)
        self.yes.setAutoDefault(False)
        self.no.setDefault(True)
        self.no.setFocus()
