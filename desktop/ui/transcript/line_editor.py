"""A field over a line of the transcript, to correct what was heard. GUI thread only."""

from PyQt6.QtCore import QEvent, QPoint, Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QKeyEvent, QTextCursor
from PyQt6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.ui.widgets import theme

_STAYS = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.MenuBarFocusReason)
"""Reasons to lose the focus for a moment only."""

_OWN = (Qt.Key.Key_Escape, Qt.Key.Key_F2)


class LineEditor(QFrame):
    """Enter saves, Escape cancels; leaving it saves what was changed. It tells one of both, once."""

    saved = pyqtSignal(str)
    """the text, one line; empty takes the line out"""
    cancelled = pyqtSignal()

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("popover")
        self._text = text
        self._is_done = False
        self.field = _Field(text, self)
        self.field.left.connect(self._left)
        self.field.entered.connect(self.save)
        self.field.escaped.connect(self.cancel)
        self.field.textChanged.connect(self._fit)
        hint = QLabel("Enter saves and translates again · Esc cancels")
        hint.setObjectName("muted")
        hint.setFont(theme.font("small"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.STEP, theme.STEP, theme.STEP, theme.STEP)
        layout.setSpacing(theme.STEP)
        layout.addWidget(self.field)
        layout.addWidget(hint)

    @property
    def text(self) -> str:
        """What the field holds, as one line."""
        return " ".join(self.field.toPlainText().split())

    def place(self, left: int, top: int, width: int, click: QPoint | None = None) -> None:
        """Lie at this place of the parent; click: where, on the parent, the caret shall stand."""
        self.setFixedWidth(max(width, 160))
        self.move(left, top)
        self._fit()
        if click is not None:
            self.field.setTextCursor(self.field.cursorForPosition(self.field.mapFrom(self.parentWidget(), click)))

    def save(self) -> None:
        if not self._is_done:
            self._is_done = True
            self.saved.emit(self.text)

    def cancel(self) -> None:
        if not self._is_done:
            self._is_done = True
            self.cancelled.emit()

    def _left(self) -> None:
        if self.text == self._text:
            self.cancel()
        else:
            self.save()

    def _fit(self) -> None:
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.field.fit()
        layout.activate()
        self.adjustSize()


class _Field(QPlainTextEdit):
    """Several lines on screen where the text is long, one line in meaning."""

    entered = pyqtSignal()
    escaped = pyqtSignal()
    left = pyqtSignal()

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setAccessibleName("Correct the line")
        self.setAccessibleDescription("Enter saves and translates again, Escape cancels.")
        self.setFont(theme.font("reading"))
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def fit(self) -> None:
        """As high as the text is."""
        document = self.document()
        assert document is not None
        rows = max(1, round(document.size().height()))  # of a plain text, in lines
        margins = 2 * round(document.documentMargin()) + 2 * self.frameWidth()
        self.setFixedHeight(rows * self.fontMetrics().lineSpacing() + margins + 2)

    def event(self, event: QEvent | None) -> bool:
        # The window has shortcuts of its own for these keys; here they belong to the field.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in _OWN:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif event is not None and event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        super().focusOutEvent(event)
        if event is not None and event.reason() not in _STAYS:
            self.left.emit()
