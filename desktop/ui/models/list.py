"""The list of models: a row for each, under headings, made in small steps so that nothing stalls. GUI thread only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QToolButton, QVBoxLayout, QWidget

from desktop.messages import text_of
from desktop.ui.models.rows import Key, ModelRow
from desktop.ui.models.tasks import Download
from desktop.ui.models.words import KIND_ICONS, KIND_NAMES, size_words, speed_words, time_words
from desktop.ui.widgets import icons, theme

_HEIGHT = 56
_FOLLOWING = {"fetch": "pause", "retry": "pause", "pause": "resume", "resume": "pause"}
"""action -> the one that takes its place under the keyboard's focus"""
_STEP = 24
"""rows that are made between two events"""


@dataclass(frozen=True, slots=True)
class RowAction:
    """A button of a row. name: what it does, for `ModelList.acted`."""

    name: str
    label: str
    icon: str
    has_words: bool = True
    """written on the button; otherwise only the icon"""


def actions_of(row: ModelRow, download: Download | None) -> tuple[RowAction, ...]:
    """The buttons of a row, from left to right. Pure."""
    cancel = RowAction("cancel", "Cancel", "close", has_words=False)
    if download is not None:
        if download.phase == "failed":
            return (
                RowAction("retry", "Try again", "refresh"),
                RowAction("cancel", "Dismiss", "close", has_words=False),
            )
        if download.is_paused:
            return (RowAction("resume", "Resume", "play"), cancel)
        if download.phase in ("queued", "installing", "checking"):
            return (cancel,) if download.phase == "queued" else ()
        return (RowAction("pause", "Pause", "pause", has_words=False), cancel)
    remove = RowAction("remove", "Remove", "trash-can-outline", has_words=False)
    match row.state:
        case "available":
            return (RowAction("fetch", "Fetch", "download"),)
        case "broken":
            return (RowAction("repair", "Repair", "wrench-outline"), remove) if row.entry is not None else (remove,)
        case "installed":
            return (remove,)
        case _:
            return ()


def state_of(row: ModelRow, download: Download | None) -> tuple[str, str, icons.Role]:
    """(words, icon, colour) of a row's state: each has a shape of its own. Pure."""
    if download is not None:
        words = {
            "queued": "Waiting",
            "waiting": "Waiting",
            "paused": "Paused",
            "checking": "Checking",
            "installing": "Installing",
            "retrying": "Trying again",
            "failed": "Failed",
        }.get(download.phase, "Fetching")
        marks: dict[str, tuple[str, icons.Role]] = {
            "Failed": ("alert-octagon-outline", "bad"),
            "Paused": ("pause-circle-outline", "muted"),
            "Waiting": ("progress-clock", "muted"),
            "Trying again": ("alert-outline", "warning"),
        }
        return (words, *marks.get(words, ("progress-download", "accent")))
    states: dict[str, tuple[str, str, icons.Role]] = {
        "available": ("", KIND_ICONS[row.kind], "muted"),
        "installed": ("Installed", "check-circle", "good"),
        "starter": ("For trying out", "check-circle-outline", "muted"),
        "broken": ("Broken", "alert-octagon-outline", "bad"),
    }
    return states[row.state]


def progress_line(download: Download) -> str:
    """ "43 % of 484 MB · 2.3 MB/s · 2 min left", or why it is not going on. Pure."""
    if download.phase in ("failed", "retrying") and download.message:
        return download.message
    fraction = download.fraction
    parts = []
    if fraction is not None:
        parts.append(f"{int(fraction * 100)} % of {size_words(download.total)}")
    elif download.done:
        parts.append(size_words(download.done))
    if download.phase == "fetching":
        parts += [speed_words(download.speed), time_words(download.seconds_left)]
    return " · ".join(part for part in parts if part)


class ModelRowView(QFrame):
    """One row: the mark of its state, its name, one line about it, its buttons. Words and progress are painted, so
    that hundreds of rows stay light; screen readers get them as the accessible name."""

    acted = pyqtSignal(str)

    def __init__(self, row: ModelRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        self._download: Download | None = None
        self._actions: tuple[RowAction, ...] = ()
        self._has_tooltip = False
        self.setFixedHeight(_HEIGHT)
        self.setMinimumWidth(320)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 2 * theme.STEP, 0)
        self._layout.setSpacing(theme.STEP)
        self._layout.addStretch(1)
        self._buttons: list[QPushButton | QToolButton] = []
        self._title_font = theme.font("body", bold=True)
        self._small = theme.font("small")
        self.show_row(row, None)

    def show_row(self, row: ModelRow, download: Download | None) -> None:
        """Show what is known of the model now."""
        self.row, self._download = row, download
        actions = actions_of(row, download)
        if actions != self._actions:
            self._actions = actions
            self._make_buttons()
        words = state_of(row, download)[0]
        line = progress_line(download) if download is not None else row.details
        self.setAccessibleName(", ".join(part for part in (row.label, words, line) if part))
        whole = text_of(row.broken.problem) if row.broken is not None and download is None else line
        self.setToolTip(whole if row.state == "broken" or (download is not None and download.phase == "failed") else "")
        self.update()

    def button(self, name: str) -> QPushButton | QToolButton | None:
        """The button of an action, if the row has it now."""
        return next((b for a, b in zip(self._actions, self._buttons, strict=True) if a.name == name), None)

    def refresh(self) -> None:
        """After a change of the look."""
        self._make_buttons()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(560, _HEIGHT)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        look, download = theme.colors(), self._download
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        words, icon, role = state_of(self.row, download)
        icons.paint(painter, QRectF(3 * theme.STEP, 18, 20, 20), icon, QColor(getattr(look, role)))
        left = 3 * theme.STEP + 20 + 3 * theme.STEP
        right = (self._buttons[0].x() if self._buttons else self.width() - 2 * theme.STEP) - 3 * theme.STEP
        title, small = QFontMetrics(self._title_font), QFontMetrics(self._small)
        state_width = small.horizontalAdvance(words)
        painter.setFont(self._small)
        if words:
            painter.setPen(QColor(getattr(look, role)))
            painter.drawText(QRectF(right - state_width, 6, state_width + 1, 22), Qt.AlignmentFlag.AlignVCenter, words)
        painter.setFont(self._title_font)
        painter.setPen(QColor(look.text))
        room = right - left - (state_width + 3 * theme.STEP if words else 0)
        label = title.elidedText(self.row.label, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(QRectF(left, 6, room, 22), Qt.AlignmentFlag.AlignVCenter, label)
        is_bad = self.row.state == "broken" or (download is not None and download.phase in ("failed", "retrying"))
        painter.setFont(self._small)
        painter.setPen(QColor(look.muted))
        line = progress_line(download) if download is not None else self.row.details
        below = QRectF(left, 28, right - left, 18)
        shown = small.elidedText(line, Qt.TextElideMode.ElideRight, int(below.width()))
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, shown)
        if download is not None and not is_bad:
            paint_progress(painter, QRectF(left, 47, right - left, 4), download.fraction, is_paused=download.is_paused)
        painter.setPen(QPen(QColor(look.border), 1))
        painter.drawLine(int(left), self.height() - 1, self.width() - 2 * theme.STEP, self.height() - 1)

    def _make_buttons(self) -> None:
        focused = next((a.name for a, b in zip(self._shown_actions, self._buttons, strict=True) if b.hasFocus()), "")
        for button in self._buttons:
            self._layout.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = []
        for action in self._actions:
            button = _row_button(action, self.row.label)
            button.clicked.connect(lambda _=False, name=action.name: self.acted.emit(name))
            self._layout.addWidget(button)
            self._buttons.append(button)
            if self.isVisible():
                button.show()
        self._shown_actions = self._actions
        if focused:
            # Only to what takes back or goes on with the press; the place in the list is kept in any case.
            following = (focused, _FOLLOWING.get(focused, ""))
            same = [b for a, b in zip(self._actions, self._buttons, strict=True) if a.name in following]
            (same[0] if same else self).setFocus()
        self._layout.activate()

    _shown_actions: tuple[RowAction, ...] = ()


def _row_button(action: RowAction, label: str) -> QPushButton | QToolButton:
    button: QPushButton | QToolButton
    if action.has_words:
        button = QPushButton(icons.icon(action.icon), action.label)
        button.setObjectName("field")
        button.setMinimumWidth(96)
    else:
        button = QToolButton()
        button.setIcon(icons.icon(action.icon, "muted"))
        button.setFixedWidth(32)
        button.setToolTip(action.label)
    button.setFixedHeight(32)
    button.setIconSize(QSize(18, 18))
    button.setAccessibleName(f"{action.label} {label}")
    return button


def paint_progress(painter: QPainter, rect: QRectF, fraction: float | None, *, is_paused: bool = False) -> None:
    """A thin bar; where it is not known how far it is, only its track."""
    look = theme.colors()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(look.border))
    painter.drawRoundedRect(rect, 2, 2)
    if fraction:
        painter.setBrush(QColor(look.muted if is_paused else look.accent))
        painter.drawRoundedRect(QRectF(rect.x(), rect.y(), max(4.0, rect.width() * fraction), rect.height()), 2, 2)


class ModelList(QScrollArea):
    """Rows under headings. Rows keep their widget while they are shown, so nothing flickers."""

    acted = pyqtSignal(str, object)
    """(name of the action, ModelRow)"""

    def __init__(self, download: Callable[[Key], Download | None], parent: QWidget | None = None) -> None:
        """download: what is under way with a model."""
        super().__init__(parent)
        self._download = download
        self._views: dict[Key, ModelRowView] = {}
        self._waiting: list[ModelRow] = []
        self._rows: tuple[ModelRow, ...] = ()
        self._places: dict[Key, int] = {}
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Models")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget()
        page.setObjectName("page")
        self._layout = QVBoxLayout(page)
        self._layout.setContentsMargins(theme.STEP, 0, theme.STEP, 2 * theme.STEP)
        self._layout.setSpacing(0)
        self._empty = QLabel()
        self._empty.setObjectName("muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setMinimumHeight(120)
        self._headings: dict[str, QLabel] = {}
        for kind, name in KIND_NAMES.items():
            heading = QLabel(name)
            heading.setObjectName("muted")
            heading.setFont(theme.font("small", bold=True))
            heading.setContentsMargins(3 * theme.STEP, 4 * theme.STEP, 0, theme.STEP)
            heading.hide()
            self._headings[kind] = heading
            self._layout.addWidget(heading)
        self._layout.addWidget(self._empty)
        self._layout.addStretch(1)
        self.setWidget(page)
        self._idle = QTimer(self)
        self._idle.setInterval(0)
        self._idle.timeout.connect(self._make_some)

    def show_rows(self, rows: Sequence[ModelRow], nothing: str) -> None:
        """Show these rows and no others. nothing: what is said where there are none."""
        self._rows = tuple(rows)
        self._places = {row.key: place for place, row in enumerate(rows)}
        for key, view in self._views.items():
            if key not in self._places:
                view.hide()
        self._empty.setText(nothing)
        self._empty.setVisible(not rows)
        kinds = {row.kind for row in rows}
        for kind, heading in self._headings.items():
            heading.setVisible(kind in kinds)
        self._waiting = list(rows)
        self._make_some()
        self._idle.start()

    def show_download(self, key: Key) -> None:
        """A download got further."""
        view = self._views.get(key)
        if view is not None:
            view.show_row(view.row, self._download(key))

    def view(self, key: Key) -> ModelRowView | None:
        """The row of a model, if it is shown."""
        view = self._views.get(key)
        return view if view is not None and not view.isHidden() else None

    @property
    def is_complete(self) -> bool:
        """Every row is on the page."""
        return not self._waiting

    def rows(self) -> tuple[ModelRow, ...]:
        """What is shown, in its order."""
        return self._rows

    def finish(self) -> None:
        """Make the rows that are still missing now."""
        while self._waiting:
            self._make_some()

    def refresh(self) -> None:
        """After a change of the look."""
        for view in self._views.values():
            view.refresh()

    def _make_some(self) -> None:
        for _ in range(min(_STEP, len(self._waiting))):
            row = self._waiting.pop(0)
            self._put(row)
        if not self._waiting:
            self._idle.stop()

    def _put(self, row: ModelRow) -> None:
        view = self._views.get(row.key)
        if view is None:
            view = ModelRowView(row)
            view.acted.connect(lambda name, view=view: self.acted.emit(name, view.row))
            self._views[row.key] = view
        view.show_row(row, self._download(row.key))
        place = self._place_of(row)
        if self._layout.indexOf(view) != place:
            self._layout.removeWidget(view)
            self._layout.insertWidget(place, view)
        view.show()

    def _place_of(self, row: ModelRow) -> int:
        """Right behind the row before it that is on the page, or the heading."""
        here = self._places[row.key]
        before = self._rows[here - 1] if here else None
        anchor: QWidget = self._headings[row.kind]
        if before is not None and before.kind == row.kind and before.key in self._views:
            anchor = self._views[before.key]
        place = self._layout.indexOf(anchor) + 1
        view = self._views[row.key]
        now = self._layout.indexOf(view)
        return place - 1 if 0 <= now < place else place
