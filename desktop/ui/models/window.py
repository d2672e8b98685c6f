"""The models: what there is, what is here, what the chosen languages still lack; fetching, importing, removing.

GUI thread only. It shows what `ModelsFinder` finds and `ModelTasks` does, and asks the latter; closing it ends nothing.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QSize, Qt, QUrl, pyqtSignal
from PyQt6.QtGui import (
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeySequence,
    QShortcut,
)
from PyQt6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.models.list import ModelList
from desktop.ui.models.needed_card import NeededCard
from desktop.ui.models.rows import Key, ModelRow, matching
from desktop.ui.models.tasks import ModelTasks
from desktop.ui.models.words import KIND_NAMES, pair_words, size_words
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.focus import keeps_focus
from desktop.ui.widgets.layouts.elided_label import ElidedLabel
from desktop.ui.widgets.layouts.fitting import fit
from desktop.ui.widgets.notifications import Notice, NoticeBar
from desktop.ui.widgets.pickers.picker import Choice, PickerButton, PickerList
from desktop.ui.widgets.pickers.search_field import SearchField
from desktop.ui.widgets.question import Question
from desktop.ui.widgets.window import Window

if TYPE_CHECKING:
    from desktop.settings.declaration import Settings
    from desktop.ui.models.overview import ModelOverview

_ANY, _PAIR = "", "pair"
_IMPORTED = "Models (*.argosmodel *.onnx *.zip *.tar *.tar.gz *.tgz)"


class ModelsWindow(Window):
    """Shows the models; what the user wants goes to the tasks."""

    refreshWanted = pyqtSignal()
    """the models have to be looked up again"""
    settingsWanted = pyqtSignal()

    def __init__(self, tasks: ModelTasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Models")
        self.setWindowIcon(icons.app_icon())
        fit(self, (860, 640), (620, 420))
        self.setAcceptDrops(True)
        self._tasks = tasks
        self._found: ModelOverview | None = None
        self._pair = ""
        self._languages: frozenset[str] = frozenset()
        self.card = NeededCard()
        self.bar = NoticeBar()
        self.search = SearchField("Search models", has_picture=True)
        self.search.setFixedHeight(36)
        self.language = PickerButton("Language", searchable=True)
        self.language.setMinimumWidth(190)
        self.language.set_choices([Choice(_ANY, "All languages")])
        self.language.choose(_PAIR, "My languages")
        self.kinds = QButtonGroup(self)
        self.list = ModelList(tasks.download)
        self.place = ElidedLabel()
        self.place.setObjectName("muted")
        self.place.setFont(theme.font("small"))
        self.list_button = _field("refresh", "Refresh list")
        self.import_button = _field("folder-download-outline", "Import…")
        self.folder_button = QToolButton()
        self.folder_button.setIcon(icons.icon("folder-open-outline", "muted"))
        self.folder_button.setIconSize(QSize(18, 18))
        self.folder_button.setToolTip("Open the folder of the models")
        self.folder_button.setAccessibleName("Open the folder of the models")
        self._drop = QLabel("Drop a model to import it", self)
        self._drop.setObjectName("drop")
        self._drop.setFont(theme.font("title", bold=True))
        self._drop.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._drop.hide()
        self._lay_out()
        self._connect()
        self.show_busy(tasks.is_busy)
        self.search.setFocus()

    # What comes in.

    def apply(self, settings: "Settings") -> None:
        """The chosen languages, in words."""
        source, target = settings.recognition.language, settings.translation.target
        self._pair = pair_words(source, target)
        spoken = set(settings.recognition.spoken)
        self._languages = frozenset(spoken | {target} - {""} if spoken else ())
        self._show_needed()
        self._filter()

    def show_found(self, found: "ModelOverview") -> None:
        """Show what there is now."""
        self._found = found
        self.language.set_choices(
            [
                Choice(_PAIR, "My languages", search="chosen"),
                Choice(_ANY, "All languages", search="any"),
                *(choice for choice in found.spoken if choice.value != "auto"),
            ]
        )
        self.language.choose(self.language.value, "My languages")
        date = f" · list of {found.date}" if found.date else ""
        self.place.setText(f"{_home(found.place)} · {size_words(found.free_bytes)} free{date}")
        for problem in found.problems[:1]:
            self.notify("catalogue-broken", problem, "warning")
        self._show_needed()
        self._filter()

    def show_download(self, key: Key) -> None:
        """A download got further."""
        self.list.show_download(key)
        self._show_needed()

    def show_busy(self, is_busy: bool) -> None:
        """An import, a removal or a refresh is under way."""
        self.list_button.setEnabled(not is_busy)
        self.import_button.setEnabled(not is_busy)
        self.list_button.setText("Working…" if is_busy else "Refresh list")

    def notify(self, code: str, message: str, severity: str) -> None:
        """One sentence with its one action."""
        from datetime import datetime

        self.bar.show_notice(Notice(code, message, severity, datetime.now()))

    def show_kind(self, kind: str) -> None:
        """Show only models of a kind; empty: all."""
        button = next(one for one in self.kinds.buttons() if one.property("kind") == kind)
        button.setChecked(True)
        self._filter()

    # What the user does.

    def act(self, action: str, row: ModelRow) -> None:
        """Do what a button of a row says."""
        match action:
            case "fetch" if row.entry is not None:
                self._tasks.fetch([row.entry])
            case "pause":
                self._tasks.pause(row.key)
            case "resume":
                self._tasks.resume(row.key)
            case "cancel":
                self._tasks.cancel(row.key)
            case "retry":
                self._tasks.retry(row.key)
            case "repair" if row.broken is not None:
                self._tasks.repair(row.broken, row.key, row.label)
            case "remove":
                self._ask_to_remove(row)

    def _ask_to_remove(self, row: ModelRow) -> None:
        model = row.installed or row.broken
        if model is None:
            return
        size = f" This frees {size_words(row.installed.size_bytes)}." if row.installed is not None else ""
        again = " It can be fetched again." if row.entry is not None else " It cannot be fetched again from here."
        question = Question(f"Remove {row.label}?", f"{size}{again}".strip(), "Remove", self)
        question.accepted.connect(lambda: self._tasks.remove(model))
        question.open()

    def _ask_to_import(self) -> None:
        choices = (Choice("file", "From a file…", "file-outline"), Choice("folder", "From a folder…", "folder-outline"))
        menu = PickerList("Import", choices, "", parent=self.import_button)
        menu.picked.connect(lambda value: self._import_file() if value == "file" else self._import_folder())
        menu.open_below(self.import_button, align_right=True)

    def _import_file(self) -> None:
        dialog = QFileDialog(self, "Import a model")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([_IMPORTED, "All files (*)"])
        self._open(dialog)

    def _import_folder(self) -> None:
        dialog = QFileDialog(self, "Import a folder of models")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._open(dialog)

    def _open(self, dialog: QFileDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self._tasks.import_from(Path(path)))
        dialog.open()

    def _open_folder(self) -> None:
        if self._found is None:
            return
        place = self._found.place
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.notify("models", f"{place} cannot be made ({error.strerror}); mend its permissions.", "warning")
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(place)))

    def _notice_action(self, action: str) -> None:
        match action:
            case "settings":
                self.settingsWanted.emit()
            case "refresh":
                self._tasks.refresh()
            case "folder":
                self._open_folder()

    def _escape(self) -> None:
        if self.search.text():
            self.search.clear()
        elif not self.bar.isHidden():
            self.bar.dismiss()
        else:
            self.close()

    # Dropping a file.

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        if event is not None and _dropped(event):
            event.acceptProposedAction()
            self._drop.setGeometry(self.rect().adjusted(16, 16, -16, -16))
            self._drop.show()
            self._drop.raise_()

    def dragLeaveEvent(self, event: QDragLeaveEvent | None) -> None:
        self._drop.hide()

    def dropEvent(self, event: QDropEvent | None) -> None:
        self._drop.hide()
        if event is not None:
            event.acceptProposedAction()
            for path in _dropped(event):
                self._tasks.import_from(path)

    # What is shown.

    def _show_needed(self) -> None:
        if self._found is None:
            self.card.hide()
            return
        self.card.show()
        self.card.show_needed(self._pair, self._found.missing, self._tasks.downloads())

    def _filter(self) -> None:
        if self._found is None:
            return
        chosen = self.language.value
        languages = self._languages if chosen == _PAIR else frozenset({chosen} if chosen else ())
        button = self.kinds.checkedButton()
        kind = str(button.property("kind")) if button is not None else ""
        rows = matching(self._found.rows, self.search.text(), languages, kind)
        nothing = "No model has these words." if self.search.text() else "No model for this choice."
        self.list.show_rows(rows, nothing)

    def focusNextPrevChild(self, next: bool) -> bool:
        return keeps_focus(self) or super().focusNextPrevChild(next)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange and hasattr(self, "list"):
            self.list.refresh()
            self.card.refresh()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self.bar.dismiss()
        super().closeEvent(event)

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(2 * theme.STEP)
        tools.addWidget(self.search, 1)
        tools.addWidget(self.language)
        strip = QHBoxLayout()
        strip.setSpacing(0)
        for kind, name in {"": "All", **KIND_NAMES}.items():
            button = QPushButton(name)
            button.setObjectName("segment")
            button.setCheckable(True)
            button.setChecked(not kind)
            button.setProperty("kind", kind)
            button.setProperty("end", {"": "left", "voice": "right"}.get(kind, ""))
            button.setFixedHeight(36)
            self.kinds.addButton(button)
            strip.addWidget(button)
        tools.addLayout(strip)
        frame = QFrame()
        frame.setObjectName("card")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self.list)
        foot = QHBoxLayout()
        foot.setSpacing(2 * theme.STEP)
        foot.addWidget(self.folder_button)
        foot.addWidget(self.place, 1)
        foot.addWidget(self.list_button)
        foot.addWidget(self.import_button)
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(4 * theme.STEP, 4 * theme.STEP, 4 * theme.STEP, 3 * theme.STEP)
        layout.setSpacing(3 * theme.STEP)
        layout.addWidget(self.card)
        layout.addLayout(tools)
        layout.addWidget(frame, 1)
        layout.addWidget(self.bar)
        layout.addLayout(foot)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._filter)
        self.language.picked.connect(self._language_picked)
        self.kinds.buttonClicked.connect(self._filter)
        self.list.acted.connect(self.act)
        self.card.fetchWanted.connect(self._tasks.fetch)
        self.card.retryWanted.connect(self._tasks.retry)
        self.card.pauseWanted.connect(self._tasks.pause_all)
        self.card.resumeWanted.connect(self._tasks.resume_all)
        self.list_button.clicked.connect(self._tasks.refresh)
        self.import_button.clicked.connect(self._ask_to_import)
        self.folder_button.clicked.connect(self._open_folder)
        self.bar.acted.connect(self._notice_action)
        self._tasks.changed.connect(self.show_download)
        self._tasks.busyChanged.connect(self.show_busy)
        self._tasks.notified.connect(self._told)
        shortcuts: dict[str, Callable[[], object]] = {
            "Ctrl+F": self.search.setFocus,
            "Ctrl+O": self._import_file,
            "F5": self._tasks.refresh,
            "Escape": self._escape,
            "Ctrl+W": self.close,
        }
        for keys, do in shortcuts.items():
            QShortcut(QKeySequence(keys), self).activated.connect(do)

    def _told(self, code: str, message: str, severity: str) -> None:
        if self.isVisible():
            self.notify(code, message, severity)

    def _language_picked(self, value: str) -> None:
        self.language.choose(value)
        self._filter()


def _field(icon: str, text: str) -> QPushButton:
    button = QPushButton(icons.icon(icon), text)
    button.setObjectName("field")
    button.setFixedHeight(36)
    button.setIconSize(QSize(18, 18))
    return button


def _dropped(event: QDropEvent) -> list[Path]:
    data = event.mimeData()
    urls = data.urls() if data is not None else []
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]


def _home(place: Path) -> str:
    """A path as users write it: ~ for their own directory."""
    try:
        return f"~/{place.relative_to(Path.home())}"
    except ValueError:
        return str(place)
