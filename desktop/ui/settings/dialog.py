"""All settings, a page per group, with search. Changes apply at once. GUI thread only."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.injector.platforms import NO_HOTKEYS, hears_hotkeys
from desktop.ui.settings.cloud_panel import CloudPanel
from desktop.ui.settings.form import Choices, SettingsForm
from desktop.ui.settings.note import Provenance
from desktop.ui.settings.preset_list import PresetList
from desktop.ui.settings.search import HELP, INSIDE, NONE
from desktop.ui.settings.server_panel import ServerPanel
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.focus import keeps_focus
from desktop.ui.widgets.layouts.fitting import fit
from desktop.ui.widgets.layouts.scrolling import scrolling
from desktop.ui.widgets.pickers.search_field import SearchField

if TYPE_CHECKING:
    from desktop.settings.declaration import Settings

_ICONS = {
    "audio": "microphone",
    "vad": "waveform",
    "recognition": "ear-hearing",
    "translation": "translate",
    "speech": "account-voice",
    "subtitles": "subtitles-outline",
    "typing": "keyboard-outline",
    "practice": "book-open-variant",
    "server": "server-network",
    "cloud": "cloud-outline",
    "sharing": "access-point",
    "models": "chip",
    "window": "monitor",
    "hotkeys": "keyboard-settings-outline",
}


class SettingsDialog(QDialog):
    """Pages on the left, the chosen one's form on the right."""

    changed = pyqtSignal(str, object)
    reset = pyqtSignal(str)
    presetChosen = pyqtSignal(dict)
    """settings to change together"""

    def __init__(
        self,
        settings: "Settings",
        choices: Choices,
        parent: QWidget | None = None,
        *,
        provenance: Provenance | None = None,
        installed: Collection[str] = (),
    ) -> None:
        """provenance: where values come from and are saved; installed: names of the Whisper models."""
        super().__init__(parent)
        from desktop.settings.declaration import Settings
        from desktop.settings.store import fields

        self.setWindowTitle("Settings")
        fit(self, (800, 600), (640, 420))
        self._search = SearchField("Search settings", has_picture=True)
        self._search.textChanged.connect(self._filter)
        self._list = QListWidget()
        self._list.setAccessibleName("Pages")
        self._list.setFixedWidth(176)
        self._list.setIconSize(QSize(18, 18))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._pages = QStackedWidget()
        self._nothing = QLabel("No setting has these words.")
        self._nothing.setObjectName("muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._settings = settings
        self._choices = choices
        self._provenance, self._installed = provenance, installed
        self._presets: PresetList | None = None
        self._server: ServerPanel | None = None
        self._clouds: CloudPanel | None = None
        self._forms: dict[int, SettingsForm] = {}
        self._keys: list[list[str]] = []
        self._titles: list[str] = []
        keys = [key for key, _ in fields()]
        for group, info in Settings.model_fields.items():
            name = (info.annotation.__doc__ or group).strip() if info.annotation else group
            self._keys.append([key for key in keys if key.startswith(f"{group}.")])
            self._titles.append(name)
            self._add_page(group, name)
        self._pages.addWidget(self._nothing)
        self._list.currentRowChanged.connect(self._turn_to)
        self._list.setCurrentRow(0)
        # The other pages are made one by one between two events: all at once takes longer than a frame.
        self._idle = QTimer(self)
        self._idle.timeout.connect(self._make_next)
        self._idle.start(0)
        close = QPushButton("Close")
        close.setObjectName("primary")
        close.setMinimumHeight(32)
        close.clicked.connect(self.accept)
        left = QVBoxLayout()
        left.setSpacing(2 * theme.STEP)
        left.addWidget(self._search)
        left.addWidget(self._list, 1)
        self._search.setFixedWidth(176)
        columns = QHBoxLayout()
        columns.setSpacing(4 * theme.STEP)
        columns.addLayout(left)
        columns.addWidget(self._pages, 1)
        foot = QHBoxLayout()
        self._place = QLabel()
        self._place.setObjectName("muted")
        foot.addWidget(self._place)
        foot.addStretch(1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4 * theme.STEP, 4 * theme.STEP, 4 * theme.STEP, 4 * theme.STEP)
        layout.setSpacing(3 * theme.STEP)
        layout.addLayout(columns, 1)
        layout.addLayout(foot)
        self._search.setFocus()
        self._show_place()

    def show_settings(self, settings: "Settings") -> None:
        """Show these values."""
        self._settings = settings
        for form in self._forms.values():
            form.show_settings(settings, self._provenance)
        if self._presets is not None:
            self._presets.show_settings(settings, self._installed)
        if self._server is not None:
            self._server.show_settings(settings)
        if self._clouds is not None:
            self._clouds.show_settings(settings)
        self._show_place()

    def show_installed(self, installed: Collection[str]) -> None:
        """Which Whisper models there are for the presets."""
        self._installed = installed
        if self._presets is not None:
            self._presets.show_settings(self._settings, installed)

    def open_page(self, group: str) -> None:
        """Turn to a group's page."""
        self._list.setCurrentRow(list(_ICONS).index(group))

    def search(self, text: str) -> None:
        self._search.setText(text)

    def form(self, row: int) -> SettingsForm:
        """The form of a page, made when it is first needed."""
        if row not in self._forms:
            form = SettingsForm(self._keys[row], self._choices, with_help=True, page=self._titles[row])
            form.changed.connect(self.changed)
            form.reset.connect(self.reset)
            form.show_settings(self._settings, self._provenance)
            area = self._pages.widget(row)
            assert isinstance(area, QScrollArea)
            page = area.widget()
            layout = page.layout() if page is not None else None
            assert isinstance(layout, QVBoxLayout)
            layout.insertWidget(1, form)
            if self._keys[row][0].startswith("recognition."):
                self._presets = PresetList()
                self._presets.chosen.connect(self.presetChosen)
                self._presets.show_settings(self._settings, self._installed)
                layout.insertWidget(1, self._presets)
            if self._keys[row][0].startswith("server."):
                self._server = ServerPanel()
                self._server.show_settings(self._settings)
                layout.insertWidget(2, self._server)
            if self._keys[row][0].startswith("cloud."):
                self._clouds = CloudPanel()
                self._clouds.switched.connect(self.changed)
                self._clouds.show_settings(self._settings)
                layout.insertWidget(1, self._clouds)
            self._forms[row] = form
            form.filter(self._search.text(), INSIDE)
        return self._forms[row]

    @property
    def server(self) -> ServerPanel | None:
        """The server's token and test; None until its page is made."""
        return self._server

    @property
    def clouds(self) -> CloudPanel | None:
        """The cloud engines; None until their page is made."""
        return self._clouds

    def done(self, result: int) -> None:
        """It is closed."""
        for panel in (self._server, self._clouds):
            if panel is not None:
                panel.close_lookups()
        super().done(result)

    @property
    def presets(self) -> PresetList | None:
        """The presets on the page of recognition; None until that is made."""
        return self._presets

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # ends an entry; QDialog would press a button
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:
        return keeps_focus(self) or super().focusNextPrevChild(next)

    def _show_place(self) -> None:
        """Say where changes go."""
        place = self._provenance.saved_in("recognition.model") if self._provenance is not None else "Default"
        where = "" if place == "Default" else f" in the profile {place}"
        self._place.setText(f"Changes apply at once and are saved{where}. A dot marks what you changed.")

    def _turn_to(self, row: int) -> None:
        if row >= 0:
            self.form(row)
            self._pages.setCurrentIndex(row)

    def _make_next(self) -> None:
        missing = [row for row in range(len(self._keys)) if row not in self._forms]
        if missing:
            self.form(missing[0])
        else:
            self._idle.stop()

    def _add_page(self, group: str, name: str) -> None:
        page = QWidget()
        page.setObjectName("page")
        label = QLabel(name)
        label.setFont(theme.font("title", bold=True))
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 3 * theme.STEP, 0)
        layout.setSpacing(4 * theme.STEP)
        layout.addWidget(label)
        layout.addStretch(1)
        if group == "hotkeys" and not hears_hotkeys():
            note = QLabel(NO_HOTKEYS)
            note.setWordWrap(True)
            layout.addWidget(note)
        area = scrolling(page)
        self._pages.addWidget(area)
        item = QListWidgetItem(icons.icon(_ICONS[group], "muted"), name)
        item.setSizeHint(QSize(0, 8 * theme.STEP))
        self._list.addItem(item)

    def _filter(self, text: str) -> None:
        ranks = [self.form(row).rank(text) for row in range(len(self._keys))]
        best = max(ranks)
        # A word within another one ("translat" in CTranslate2) counts only where there is nothing better.
        least = INSIDE if best == INSIDE else HELP
        for row in range(len(self._keys)):
            item = self._list.item(row)
            assert item is not None
            item.setHidden(not self.form(row).filter(text, least))
        for panel in (self._presets, self._server, self._clouds):
            if panel is not None:
                panel.setVisible(not text.strip())
        if best == NONE:
            self._pages.setCurrentWidget(self._nothing)
            return
        current = self._list.currentRow()
        if ranks[current] < best:
            self._list.setCurrentRow(ranks.index(best))
        self._pages.setCurrentIndex(self._list.currentRow())
