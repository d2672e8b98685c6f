"""The Doctor: what Parley needs of this machine, how each of it is, how to mend it, and what only the user can try.

GUI thread only; the examination, listening and typing have threads of their own.
"""

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QEvent, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QGuiApplication
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.doctor.rows import MARKS, FindingRow
from desktop.ui.doctor.run import DoctorRun
from desktop.ui.doctor.trials import HotkeyTrial, MicrophoneTrial, TypingTrial
from desktop.ui.runtime import running_threads
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.focus import keeps_focus
from desktop.ui.widgets.layouts.divider import Divider
from desktop.ui.widgets.layouts.elided_label import ElidedLabel
from desktop.ui.widgets.layouts.fitting import fit
from desktop.ui.widgets.layouts.scrolling import scrolling
from desktop.ui.widgets.window import Window

if TYPE_CHECKING:
    from desktop.doctor.findings import Finding
    from desktop.settings.declaration import Settings
    from desktop.ui.runtime.hotkeys import Hotkeys


class DoctorWindow(Window):
    """Looks as soon as it is shown with `examine`."""

    acted = pyqtSignal(str)
    """what the user wants to do about a finding: an action of the main window"""
    examined = pyqtSignal()
    """an examination came to its end"""

    def __init__(
        self,
        settings: "Settings",
        hotkeys: "Hotkeys",
        problems: tuple[str, ...] = (),
        usable_at: float | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """problems: sentences about settings that could not be read; usable_at: when the window could be used, of
        `time.time`."""
        super().__init__(parent)
        self.setWindowTitle("Doctor")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit(self, (800, 720), (640, 420))
        self._settings, self._problems, self._usable_at = settings, problems, usable_at
        self._run: DoctorRun | None = None
        self.rows: dict[str, FindingRow] = {}
        self._picture = QLabel()
        self.summary = QLabel()
        self.summary.setFont(theme.font("title", bold=True))
        self._detail = ElidedLabel()
        self._detail.setObjectName("muted")
        self._state = "running"
        self.again = self._button("refresh", "Run again", self.examine)
        self.copy = self._button("content-copy", "Copy diagnostics", self.copy_diagnostics)
        self.copy.setToolTip("What was found, versions and changed settings; nothing that was said or typed")
        self._copied = QTimer(self)
        self._copied.setSingleShot(True)
        self._copied.setInterval(2000)
        self._copied.timeout.connect(lambda: self.copy.setText("Copy diagnostics"))
        self.microphone = MicrophoneTrial()
        self.typing = TypingTrial()
        self.hotkey = HotkeyTrial(hotkeys)
        self.hotkey.settingsWanted.connect(lambda: self.acted.emit("hotkeys"))
        self.typing.apply(settings)
        self._page = QVBoxLayout()
        self._findings = self._card("What Parley needs", ())
        self._lay_out()

    def examine(self) -> None:
        """Look at everything, from the start."""
        self._cancel()
        run = DoctorRun(self._settings, self._problems, self._usable_at)
        run.listed.connect(self._listed)
        run.found.connect(self._found)
        run.failed.connect(self._failed)
        run.finished.connect(lambda: self._ended(run))
        self._run = run
        for row in self.rows.values():
            row.wait()
        self.again.setEnabled(False)
        self._show_summary("running", "Looking…", "This takes about ten seconds; a short quiet tone is played.")
        running_threads.start(run)
        self.microphone.listen(self._source())

    def apply(self, settings: "Settings", problems: tuple[str, ...]) -> None:
        """Settings changed: what is tried follows, findings do so with the next run."""
        old, self._settings, self._problems = self._settings, settings, problems
        self.typing.apply(settings)
        if settings.hotkeys != old.hotkeys:
            self.hotkey.show_keys()
        if settings.audio.source != old.audio.source:
            self.microphone.listen(self._source())

    @property
    def findings(self) -> "tuple[Finding, ...]":
        """What has been found so far."""
        return tuple(row.finding for row in self.rows.values() if row.finding is not None)

    def copy_diagnostics(self) -> None:
        """Put the text for a report on the clipboard."""
        from desktop.doctor.diagnostics import diagnostics, gather

        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(diagnostics(self.findings, self._settings, gather()))
            self.copy.setText("Copied")
            self._copied.start()

    def focusNextPrevChild(self, next: bool) -> bool:
        return keeps_focus(self) or super().focusNextPrevChild(next)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange and hasattr(self, "_findings"):
            for row in self.rows.values():
                row.refresh()
            for trial in (self.microphone, self.typing, self.hotkey):
                trial.refresh()
            self._paint_mark()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self._cancel()
        self.microphone.stop()
        self.hotkey.stop()
        super().closeEvent(event)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    # The examination.

    def _listed(self, checks: tuple[tuple[str, str], ...]) -> None:
        if not self.rows:
            for check_id, title in checks:
                row = FindingRow(check_id, title)
                row.acted.connect(self.acted)
                self.rows[check_id] = row
                layout = self._findings.layout()
                assert layout is not None
                layout.addWidget(Divider())
                layout.addWidget(row)
        self._look_at_next()

    def _found(self, finding: "Finding") -> None:
        self.rows[finding.id].show_finding(finding)
        self._look_at_next()

    def _look_at_next(self) -> None:
        following = next((row for row in self.rows.values() if row.mark.words == MARKS["waiting"].words), None)
        if following is not None:
            following.show_running()
            place = list(self.rows).index(following.check_id) + 1
            self._show_summary("running", "Looking…", f"{following.title} ({place} of {len(self.rows)})")

    def _failed(self, sentence: str) -> None:
        self._show_summary("problem", "The Doctor cannot look", sentence)

    def _ended(self, run: DoctorRun) -> None:
        if run is not self._run:
            return
        self._run = None
        self.again.setEnabled(True)
        if self.findings and self._state == "running":
            self._show_summary(*summary([str(finding.health) for finding in self.findings]))
        self.examined.emit()

    def _cancel(self) -> None:
        run, self._run = self._run, None
        if run is not None:
            for signal in (run.listed, run.found, run.failed):
                signal.disconnect()
            run.cancel()

    # What is shown.

    def _show_summary(self, state: str, words: str, detail: str) -> None:
        self._state = state
        self.summary.setText(words)
        self._detail.setText(detail)
        self._paint_mark()

    def _paint_mark(self) -> None:
        mark = MARKS[self._state]
        self._picture.setPixmap(icons.icon(mark.icon, mark.role).pixmap(QSize(32, 32), self.devicePixelRatioF()))

    def _source(self) -> str:
        """What the level is of: the chosen source, or the default microphone while that is a recording."""
        source = self._settings.audio.source
        return "microphone:" if source.startswith("file:") else source

    def _button(self, icon: str, text: str, do: Any) -> QPushButton:
        button = QPushButton(icons.icon(icon), text)
        button.setObjectName("field")
        button.setMinimumHeight(32)
        button.clicked.connect(lambda: do())
        return button

    def _card(self, title: str, rows: tuple[QWidget, ...]) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        layout = QVBoxLayout(card)
        layout.setContentsMargins(4 * theme.STEP, 3 * theme.STEP, 4 * theme.STEP, 2 * theme.STEP)
        layout.setSpacing(0)
        heading = QLabel(title)
        heading.setFont(theme.font("body", bold=True))
        heading.setObjectName("muted")
        heading.setContentsMargins(0, 0, 0, 2 * theme.STEP)
        layout.addWidget(heading)
        for row in rows:
            layout.addWidget(Divider())
            layout.addWidget(row)
        return card

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.summary)
        words.addWidget(self._detail)
        top = QHBoxLayout()
        top.setSpacing(3 * theme.STEP)
        top.setContentsMargins(0, 0, 2 * theme.STEP, 0)
        top.addWidget(self._picture)
        top.addLayout(words, 1)
        top.addWidget(self.again)
        top.addWidget(self.copy)
        page = QWidget()
        page.setObjectName("page")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 2 * theme.STEP, 0)
        column.setSpacing(3 * theme.STEP)
        column.addWidget(self._card("Try it yourself", (self.microphone, self.typing, self.hotkey)))
        column.addWidget(self._findings)
        column.addStretch(1)
        area = scrolling(page)
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(4 * theme.STEP, 4 * theme.STEP, 2 * theme.STEP, 2 * theme.STEP)
        layout.setSpacing(3 * theme.STEP)
        layout.addLayout(top)
        layout.addWidget(area, 1)


def summary(healths: list[str]) -> tuple[str, str, str]:
    """(state, words, detail) for the findings of an examination. Pure."""
    problems, warnings, skipped = (healths.count(one) for one in ("problem", "warning", "skipped"))
    works = f"{healths.count('ok')} of {len(healths)} work"
    if skipped:
        works += f", {skipped} not looked at"
    if problems:
        words = f"{problems} thing{'' if problems == 1 else 's'} do{'es' if problems == 1 else ''} not work"
        return "problem", words, f"{works}, {warnings} could be better" if warnings else works
    if warnings:
        words = f"{warnings} thing{'' if warnings == 1 else 's'} could be better"
        return "warning", words, works
    return "ok", "Everything works", works
