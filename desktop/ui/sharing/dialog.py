"""The window in which captions are shared: who may follow, where, with which code. GUI thread only."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QByteArray, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFontDatabase, QGuiApplication
from PyQt6.QtSvgWidgets import QSvgWidget
from PyQt6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.sharing.state import WHO, SharingState, Who, fingerprint_lines, followers_words
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.focus import keeps_focus

if TYPE_CHECKING:
    from desktop.settings.declaration import SharingSettings

_WIDTH = 500
"""pixels of the content, so that it does not become wider when something is shared"""
_QR = 180
"""pixels at most: a phone reads it from half a metre"""


class SharingDialog(QDialog):
    """Beside the main window, which goes on; closing it stops nothing."""

    shareWanted = pyqtSignal(str, int)
    """share, with these (a `Who`), at this port"""
    stopWanted = pyqtSignal()

    def __init__(self, settings: "SharingSettings", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Share captions")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._state = SharingState()
        self.who: dict[Who, QPushButton] = {}
        self._explained = _words(muted=True)
        self.port = QSpinBox()
        self.port.setRange(1024, 65535)
        self.port.setGroupSeparatorShown(False)
        self.port.setFixedSize(96, 32)
        self.port.setAccessibleName("Port")
        self.port.setValue(settings.port)
        self._picture = QLabel()
        self._standing = _words()
        self._standing.setFont(theme.font("body", bold=True))
        self.shared = _SharedCard()
        self.toggle = QPushButton()
        self.toggle.setObjectName("primary")
        self.toggle.clicked.connect(self._toggle)
        self.done_ = QPushButton("Close")
        self.done_.setObjectName("field")
        self.done_.clicked.connect(self.close)
        for button in (self.toggle, self.done_):
            button.setFixedHeight(36)
            button.setMinimumWidth(96)
            button.setAutoDefault(False)
        self._lay_out(settings.who)
        self.show_state(self._state)
        self.toggle.setFocus()

    def show_state(self, state: SharingState) -> None:
        """Show what is shared."""
        self._state = state
        is_off = state.standing == "off"
        for button in (*self.who.values(), self.port):
            button.setEnabled(is_off)
        self._explain()
        self.toggle.setText("Share" if state.standing in ("off", "starting") else "Stop sharing")
        self.toggle.setEnabled(state.standing in ("off", "on"))
        self.toggle.setObjectName("primary" if is_off or state.standing == "starting" else "field")
        if (style := self.toggle.style()) is not None:
            style.polish(self.toggle)
        words, icon, role = _standing(state)
        self._standing.setText(words)
        self._picture.setPixmap(icons.icon(icon, role).pixmap(18, 18))
        self.shared.setVisible(state.shared is not None)
        if state.shared is not None:
            self.shared.show_shared(state)
        self.adjustSize()

    def words(self) -> str:
        """What it says of the state."""
        return self._standing.text()

    @property
    def chosen(self) -> Who:
        """Who may follow."""
        return "network" if self.who["network"].isChecked() else "computer"

    def focusNextPrevChild(self, next: bool) -> bool:
        return keeps_focus(self) or super().focusNextPrevChild(next)

    def _toggle(self) -> None:
        if self._state.standing == "off":
            self.shareWanted.emit(self.chosen, self.port.value())
        else:
            self.stopWanted.emit()

    def _explain(self) -> None:
        self._explained.setText(WHO[self.chosen])

    def _lay_out(self, who: Who) -> None:
        heading = QLabel("Share captions")
        heading.setFont(theme.font("title", bold=True))
        note = _words(muted=True)
        note.setMinimumWidth(_WIDTH)
        note.setText("Others read in their browser what Parley hears, and its translation. They cannot speak in it.")
        group = QButtonGroup(self)
        segments = QHBoxLayout()
        segments.setSpacing(0)
        for key, text, end in (("computer", "This computer only", "left"), ("network", "This network", "right")):
            button = self.who[key] = QPushButton(text)  # type: ignore[index]
            button.setObjectName("segment")
            button.setProperty("end", end)
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setFixedHeight(32)
            button.setAccessibleName(f"Who may follow: {text}")
            button.setChecked(key == who)
            button.clicked.connect(self._explain)
            group.addButton(button)
            segments.addWidget(button)
        segments.addStretch(1)
        segments.addSpacing(3 * theme.STEP)
        port = QLabel("Port")
        port.setBuddy(self.port)
        segments.addWidget(port)
        segments.addSpacing(2 * theme.STEP)
        segments.addWidget(self.port)
        standing = QHBoxLayout()
        standing.setSpacing(2 * theme.STEP)
        standing.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        standing.addWidget(self._standing, 1)
        foot = QHBoxLayout()
        foot.setSpacing(2 * theme.STEP)
        foot.addStretch(1)
        foot.addWidget(self.done_)
        foot.addWidget(self.toggle)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(5 * theme.STEP, 4 * theme.STEP, 5 * theme.STEP, 4 * theme.STEP)
        layout.setSpacing(3 * theme.STEP)
        layout.addWidget(heading)
        layout.addWidget(note)
        layout.addLayout(segments)
        layout.addWidget(self._explained)
        layout.addLayout(standing)
        layout.addWidget(self.shared)
        layout.addLayout(foot)
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)


class _SharedCard(QFrame):
    """Where to follow: for phones, for typing, for sending."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.qr = QSvgWidget()
        self.qr.setAccessibleName("QR code of the link")
        self.address = _words(selectable=True)
        self.address.setWordWrap(False)
        self.code = _words(selectable=True)
        self.code.setFont(theme.font("title", bold=True))
        self.fingerprint = _words(selectable=True)
        mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        mono.setPointSizeF(theme.font("small").pointSizeF() * 0.9)
        self.fingerprint.setFont(mono)
        self.fingerprint.setWordWrap(False)
        self._certificate = _words(muted=True)
        self._certificate.setText("Fingerprint of its certificate (SHA-256), as browsers show it:")
        self.copy = QPushButton("Copy link")
        self.copy.setObjectName("field")
        self.copy.setIcon(icons.icon("content-copy"))
        self.copy.setFixedHeight(32)
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(self._copy)
        self._link = ""
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * theme.STEP)
        grid.setVerticalSpacing(2 * theme.STEP)
        for row, (name, value) in enumerate((("Address", self.address), ("Code", self.code))):
            label = _words(muted=True)
            label.setText(name)
            label.setWordWrap(False)
            grid.addWidget(label, row, 0)
            grid.addWidget(value, row, 1)
        grid.addWidget(self.copy, 2, 1, Qt.AlignmentFlag.AlignLeft)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(3, 1)
        beside = QHBoxLayout()
        beside.setSpacing(4 * theme.STEP)
        beside.addWidget(self.qr)
        beside.addLayout(grid, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * theme.STEP, 3 * theme.STEP, 3 * theme.STEP, 3 * theme.STEP)
        layout.setSpacing(2 * theme.STEP)
        layout.addLayout(beside)
        layout.addWidget(self._certificate)
        layout.addWidget(self.fingerprint)

    def show_shared(self, state: SharingState) -> None:
        shared = state.shared
        if shared is None or shared.link == self._link:
            return
        self._link = shared.link
        self.copy.setText("Copy link")
        self.qr.load(QByteArray(shared.qr))
        self.qr.setFixedSize(_whole_pixels(self.qr.sizeHint()))
        self.address.setText(shared.url)
        self.code.setText(shared.code)
        self.fingerprint.setText(fingerprint_lines(shared.fingerprint))
        for label in (self.fingerprint, self._certificate):
            label.setVisible(bool(shared.fingerprint))

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self._link)
            self.copy.setText("Copied")


def _whole_pixels(modules: QSize) -> QSize:
    """The size in which each module of a QR code, one unit of its SVG, has the same number of pixels."""
    return modules * max(1, _QR // max(1, modules.width()))


def _standing(state: SharingState) -> tuple[str, str, icons.Role]:
    """(words, icon, colour)"""
    if state.problem and state.standing == "off":
        return state.problem, "alert", "warning"
    return {
        "off": ("Nothing is shared.", "circle-outline", "muted"),
        "starting": ("Starting…", "progress-clock", "muted"),
        "on": (f"{followers_words(state.followers)}.", "access-point", "good"),
        "stopping": ("Stopping…", "progress-clock", "muted"),
    }[state.standing]  # type: ignore[return-value]


def _words(*, muted: bool = False, selectable: bool = False) -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    if muted:
        label.setObjectName("muted")
    if selectable:
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return label
