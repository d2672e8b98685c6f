"""The card that says what the chosen languages still lack, with the one button that fetches it. GUI thread only."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from desktop.engine.text.languages import listed
from desktop.ui.models.list import paint_progress
from desktop.ui.models.tasks import Download, DownloadsSummary, downloads_summary
from desktop.ui.models.words import size_words, speed_words, time_words
from desktop.ui.widgets import icons, theme

if TYPE_CHECKING:
    from desktop.engine.models.catalogue import Entry


def missing_words(missing: "Sequence[Entry]") -> str:
    """ "Whisper small (484 MB) and English → Spanish (76 MB)" """
    kinds = {"voice": "voice ", "argos": "translation "}
    labels = [kinds.get(one.kind, "") + one.label for one in missing]
    # A line never breaks between a number and its unit.
    sizes = [f" ({size_words(one.size_bytes)})".replace(" ", "\u00a0") if one.size_bytes else "" for one in missing]
    return listed([label + size for label, size in zip(labels, sizes, strict=True)])


def total_words(missing: "Sequence[Entry]") -> str:
    """ "560 MB": what is to be fetched; "at least" where a size is not known."""
    known = sum(one.size_bytes or 0 for one in missing)
    if not known:
        return ""
    return ("" if all(one.size_bytes for one in missing) else "at least ") + size_words(known)


def progress_words(summary: DownloadsSummary) -> str:
    """ "43 % · 2.3 MB/s · 2 min left" """
    parts = [f"{int(summary.fraction * 100)} %" if summary.fraction is not None else size_words(summary.done)]
    if summary.is_paused:
        parts.append("paused")
    else:
        parts += [speed_words(summary.speed), time_words(summary.seconds_left)]
    return " · ".join(part for part in parts if part)


class NeededCard(QFrame):
    """What is missing, being fetched, or complete."""

    fetchWanted = pyqtSignal(object)
    """the entries that are missing"""
    pauseWanted = pyqtSignal()
    resumeWanted = pyqtSignal()
    retryWanted = pyqtSignal(tuple)
    """key of the download that failed"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._missing: tuple[Entry, ...] = ()
        self._failed: Download | None = None
        self._mark: tuple[str, icons.Role] = ("check-circle", "good")
        self._picture = QLabel()
        self._title = QLabel()
        self._title.setFont(theme.font("body", bold=True))
        self._line = QLabel()
        self._line.setObjectName("muted")
        self._line.setWordWrap(True)
        self._line.setTextFormat(Qt.TextFormat.PlainText)
        self._bar = ProgressBar()
        self.fetch = QPushButton()
        self.fetch.setObjectName("primary")
        self.fetch.setFixedHeight(36)
        self.fetch.clicked.connect(self._act)
        self.pause = QToolButton()
        self.pause.setFixedSize(36, 36)
        self.pause.setIconSize(QSize(20, 20))
        self.pause.setAccessibleName("Pause the download")
        self.pause.clicked.connect(self._toggle_pause)
        words = QVBoxLayout()
        words.setSpacing(theme.STEP)
        words.addWidget(self._title)
        words.addWidget(self._line)
        words.addWidget(self._bar)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(3 * theme.STEP, 3 * theme.STEP, 3 * theme.STEP, 3 * theme.STEP)
        layout.setSpacing(3 * theme.STEP)
        layout.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        layout.addWidget(self.fetch)
        layout.addWidget(self.pause)
        self._is_paused = False
        self.show_needed("", (), ())

    def show_needed(self, pair: str, missing: "Sequence[Entry]", downloads: Sequence[Download]) -> None:
        """pair: the languages in words; missing: what they lack; downloads: what is under way."""
        self._missing = tuple(missing)
        active = downloads_summary(downloads)
        wanted = {(one.kind, one.id) for one in missing}
        self._failed = next(
            (download for download in downloads if not download.is_active and download.key in wanted), None
        )
        is_fetching = active is not None and any(download.key in wanted for download in downloads if download.is_active)
        self._bar.setVisible(is_fetching)
        self.pause.setVisible(is_fetching)
        self.fetch.setVisible(bool(missing) and not is_fetching)
        if active is not None and is_fetching:
            self._is_paused = active.is_paused
            count = f"{active.count} models" if active.count > 1 else next(j.label for j in downloads if j.is_active)
            self._show(("progress-download", "accent"), f"Fetching {count}", progress_words(active))
            self._bar.show_fraction(active.fraction, is_paused=active.is_paused)
            self.pause.setIcon(icons.icon("play" if active.is_paused else "pause"))
            name = "Resume" if active.is_paused else "Pause"
            self.pause.setToolTip(name)
            self.pause.setAccessibleName(f"{name} the download")
        elif self._failed is not None:
            self._show(("alert-octagon-outline", "bad"), f"{self._failed.label} is missing", self._failed.message)
            self.fetch.setText("Try again")
            self.fetch.setIcon(icons.icon("refresh", "on_accent"))
        elif missing:
            title = f"{pair} needs {len(missing)} more" if len(missing) > 1 else f"{pair} needs one more"
            self._show(("download-circle-outline", "accent"), title, missing_words(missing))
            self.fetch.setText(f"Fetch {total_words(missing)}".strip())
            self.fetch.setIcon(icons.icon("download", "on_accent"))
        else:
            self._show(("check-circle", "good"), f"Everything for {pair} is installed" if pair else "", "")
        self._line.setVisible(bool(self._line.text()))

    def title(self) -> str:
        return self._title.text()

    def line(self) -> str:
        return self._line.text()

    def refresh(self) -> None:
        """After a change of the look."""
        self._paint_mark()

    def _show(self, mark: tuple[str, icons.Role], title: str, line: str) -> None:
        self._mark = mark
        self._paint_mark()
        self._title.setText(title)
        self._line.setText(line)
        self.setAccessibleName(f"{title}. {line}")

    def _paint_mark(self) -> None:
        name, role = self._mark
        self._picture.setPixmap(icons.icon(name, role).pixmap(QSize(24, 24), self.devicePixelRatioF()))

    def _act(self) -> None:
        if self._failed is not None:
            self.retryWanted.emit(self._failed.key)
        self.fetchWanted.emit(self._missing)

    def _toggle_pause(self) -> None:
        (self.resumeWanted if self._is_paused else self.pauseWanted).emit()


class ProgressBar(QWidget):
    """A thin bar that fills."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(4)
        self._shown: tuple[float | None, bool] = (None, False)

    def show_fraction(self, fraction: float | None, *, is_paused: bool = False) -> None:
        """fraction: 0..1, None where it is not known."""
        if (fraction, is_paused) != self._shown:
            self._shown = (fraction, is_paused)
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_progress(painter, QRectF(self.rect()), self._shown[0], is_paused=self._shown[1])
