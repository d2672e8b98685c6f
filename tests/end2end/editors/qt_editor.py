"""A Qt text editor that writes its text to a file whenever it changes: qt_editor.py FILE [TITLE [password]]"""

import sys
from pathlib import Path

from PyQt6.QtWidgets import QApplication, QLineEdit, QTextEdit


def save() -> None:
    """At once or not at all, so that a reader never sees half of it."""
    draft = Path(sys.argv[1] + ".new")
    draft.write_text(editor.text() if isinstance(editor, QLineEdit) else editor.toPlainText(), encoding="utf-8")
    draft.replace(sys.argv[1])


app = QApplication(sys.argv[:1])
editor: QLineEdit | QTextEdit
if sys.argv[3:] == ["password"]:
    editor = QLineEdit()
    editor.setEchoMode(QLineEdit.EchoMode.Password)
else:
    editor = QTextEdit()
    editor.setAcceptRichText(False)
editor.setWindowTitle(sys.argv[2] if len(sys.argv) > 2 else "Qt editor")
editor.textChanged.connect(save)
editor.resize(900, 500)
editor.show()
app.exec()
