"""Second step: the models that the languages need: fetch them, import them, or begin without. GUI thread only."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPixmap, QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.ui.first_run.page import Page
from desktop.ui.models.needed_card import NeededCard
from desktop.ui.models.recogniser_sizes import RecogniserSize
from desktop.ui.models.tasks import Download, ModelTasks
from desktop.ui.models.words import KIND_ICONS, KIND_NOUNS, licence_words, size_words
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.layouts.elided_label import ElidedLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.engine.models.catalogue import Entry
    from desktop.settings.declaration import Settings
    from desktop.ui.models.overview import ModelOverview


STARTER = (
    "Starter models",
    "A phrasebook of about 900 words, for trying things out. Not for real speech, which comes out wrong.",
)
"""Name of the option, and what it is."""


class ModelsPage(Page):
    """What is needed and how large it is, one button that fetches it, and two ways to begin without."""

    importWanted = pyqtSignal()
    """open the models window, which takes files and folders"""

    def __init__(self, tasks: ModelTasks) -> None:
        super().__init__(
            "Models",
            "Models for your languages",
            "They are fetched once and stay on this computer. You can go on while they are being fetched.",
        )
        self._tasks = tasks
        self._found: ModelOverview | None = None
        self.card = NeededCard()
        self.card.fetchWanted.connect(self._fetch)
        self.card.retryWanted.connect(tasks.retry)
        self.card.pauseWanted.connect(tasks.pause_all)
        self.card.resumeWanted.connect(tasks.resume_all)
        self._needed = QVBoxLayout()
        self._needed.setContentsMargins(3 * theme.STEP, 0, 3 * theme.STEP, 0)
        self._needed.setSpacing(2 * theme.STEP)
        self.import_button = QPushButton("Import from a file or folder…")
        self.import_button.setObjectName("flat")
        self.import_button.clicked.connect(self.importWanted)
        self.understood = QLabel()
        self.understood.setWordWrap(True)
        self._understood_mark = QLabel()
        self._sizes_heading = QLabel("More accurate, or faster?")
        self._sizes_heading.setFont(theme.font("body", bold=True))
        self._sizes_note = QLabel("Parley takes the most accurate one that keeps up on this computer.")
        self._sizes_note.setObjectName("muted")
        self._sizes_note.setWordWrap(True)
        sizes_head = QHBoxLayout()
        sizes_head.setSpacing(3 * theme.STEP)
        sizes_head.addWidget(self._sizes_heading)
        sizes_head.addWidget(self._sizes_note, 1)
        self._sizes = QVBoxLayout()
        self._sizes.setSpacing(2 * theme.STEP)
        self.sizes: list[SizeRow] = []
        self._without = QLabel("Or begin without fetching anything")
        self._without.setObjectName("muted")
        self.starter = OptionButton(*STARTER)
        self.basic = OptionButton("Basic English", "Understands plain English roughly, without any model.")
        self.starter.clicked.connect(lambda: self._choose("auto"))
        self.basic.clicked.connect(lambda: self._choose("pocketsphinx"))
        foot = QHBoxLayout()
        foot.addWidget(self._without)
        foot.addStretch(1)
        foot.addWidget(self.import_button)
        options = QHBoxLayout()
        options.setSpacing(3 * theme.STEP)
        options.addWidget(self.starter, 1)
        options.addWidget(self.basic, 1)
        self.content.addWidget(self.card)
        self.content.addLayout(self._needed)
        understood = QHBoxLayout()
        understood.setContentsMargins(3 * theme.STEP, 0, 3 * theme.STEP, 0)
        understood.setSpacing(3 * theme.STEP)
        understood.addWidget(self._understood_mark, 0, Qt.AlignmentFlag.AlignTop)
        understood.addWidget(self.understood, 1)
        self.content.addLayout(understood)
        self.content.addLayout(sizes_head)
        self.content.addLayout(self._sizes)
        self.content.addStretch(1)
        self.content.addLayout(foot)
        self.content.addLayout(options)
        tasks.changed.connect(self._show)
        self.refresh()

    def apply(self, settings: "Settings") -> None:
        super().apply(settings)
        self._show()

    def show_found(self, found: "ModelOverview") -> None:
        self._found = found
        self._show()

    def refresh(self) -> None:
        self.import_button.setIcon(icons.icon("folder-download-outline", "muted"))
        self._understood_mark.setPixmap(_picture("check-circle", "good", self.devicePixelRatioF()))
        self.card.refresh()
        for option in (self.starter, self.basic):
            option.refresh()
        self._show()

    def _fetch(self, missing: "Sequence[Entry]") -> None:
        if self.settings is not None and self.settings.recognition.backend == "pocketsphinx":
            self._choose("auto")
        self._tasks.fetch(missing)

    def _choose(self, backend: str) -> None:
        self.settingChanged.emit("recognition.backend", backend)
        if backend == "pocketsphinx" and self.settings is not None and self.settings.recognition.language != "en":
            self.settingChanged.emit("recognition.language", "en")
        self._show()

    def _show(self) -> None:
        found, settings = self._found, self.settings
        if found is None or settings is None:
            self.card.hide()
            return
        from desktop.ui.models.words import pair_words

        self.card.show()
        pair = pair_words(settings.recognition.language, settings.translation.target)
        self.card.show_needed(pair, found.missing, self._tasks.downloads())
        sizes = {one.entry.id for one in found.recognisers}  # have a line of their own
        self._list([one for one in found.missing if one.kind != "whisper" or one.id not in sizes])
        self._show_sizes(found)
        backend = settings.recognition.backend
        is_basic = backend == "pocketsphinx"
        is_fetching = any(download.is_active for download in self._tasks.downloads())
        # A starter model is offered only where there is no real one, and basic English with it.
        is_offered = found.only_phrasebook or is_basic
        if found.only_phrasebook:
            self.starter.say(*STARTER)
        else:
            self.starter.say("Whisper", found.understood or "The Whisper model that is installed.")
        for widget in (self._without, self.starter, self.basic):
            widget.setVisible(is_offered)
        self._without.setText("Or begin without fetching anything" if found.only_phrasebook else "What recognises")
        self.starter.show_chosen(not is_basic and not is_fetching)
        self.basic.show_chosen(is_basic)

    def _show_sizes(self, found: "ModelOverview") -> None:
        """What is installed, and a line for each size of model."""
        for widget in (self.understood, self._understood_mark):
            widget.setVisible(bool(found.understood))
        self.understood.setText(found.understood)
        if [line.choice.entry.id for line in self.sizes] != [one.entry.id for one in found.recognisers]:
            for line in self.sizes:
                self._sizes.removeWidget(line)
                line.hide()
                line.deleteLater()
            self.sizes = [SizeRow(one) for one in found.recognisers]
            for line in self.sizes:
                line.fetchWanted.connect(lambda entry: self._fetch([entry]))
                self._sizes.addWidget(line)
        for line, one in zip(self.sizes, found.recognisers, strict=True):
            line.show_size(one, self._tasks.download((one.entry.kind, one.entry.id)))
        for label in (self._sizes_heading, self._sizes_note):
            label.setVisible(bool(self.sizes))

    def _list(self, missing: "Sequence[Entry]") -> None:
        """One line for each model that is needed."""
        while (item := self._needed.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for entry in missing:
            self._needed.addWidget(needed_line(entry, self._tasks.download((entry.kind, entry.id))))


class SizeRow(QWidget):
    """A size of model: what it is good for, and the button that fetches it."""

    fetchWanted = pyqtSignal(object)
    """its entry of the catalogue"""

    def __init__(self, size: RecogniserSize) -> None:
        super().__init__()
        self.setMinimumHeight(38)
        self.choice = size
        self._picture = QLabel()
        name = QLabel(size.entry.label)
        name.setFont(theme.font("body", bold=True))
        licence = QLabel(licence_words(size.entry.licence))
        licence.setObjectName("muted")
        head = QHBoxLayout()
        head.setSpacing(2 * theme.STEP)
        head.addWidget(name)
        head.addWidget(licence, 1)
        self._about = QLabel()
        self._about.setObjectName("muted")
        self._about.setWordWrap(True)
        self.fetch = QPushButton()
        self.fetch.setObjectName("field")
        self.fetch.setFixedHeight(32)
        self.fetch.setMinimumWidth(116)
        self.fetch.clicked.connect(lambda: self.fetchWanted.emit(self.choice.entry))
        self._state = QLabel()
        self._state.setObjectName("muted")
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addLayout(head)
        words.addWidget(self._about)
        words.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(3 * theme.STEP, 0, 0, 0)
        layout.setSpacing(3 * theme.STEP)
        layout.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        layout.addWidget(self._state)
        layout.addWidget(self.fetch)

    def show_size(self, size: RecogniserSize, download: Download | None) -> None:
        """Show what is known of it now; download: a download under way."""
        self.choice = size
        self._about.setText(size.meaning)
        is_fetching = download is not None and download.is_active
        self.fetch.setVisible(not size.is_installed and not is_fetching)
        self._state.setVisible(size.is_installed or is_fetching)
        self._state.setText("Installed" if size.is_installed else "Being fetched")
        self.fetch.setText(f"Fetch {size_words(size.entry.size_bytes)}".strip())
        self.fetch.setAccessibleName(f"{self.fetch.text()}: {size.entry.label}. {size.meaning}")
        self.setAccessibleName(f"{size.entry.label}. {size.meaning} {self._state.text() if size.is_installed else ''}")
        mark: tuple[str, icons.Role] = ("check-circle", "good") if size.is_installed else ("ear-hearing", "muted")
        self._picture.setPixmap(_picture(*mark, self.devicePixelRatioF()))

    def about(self) -> str:
        return self._about.text()


def needed_line(entry: "Entry", download: Download | None) -> QWidget:
    """Icon, name, what it is for, size and licence."""
    line = QWidget()
    picture = QLabel()
    is_failed = download is not None and not download.is_active
    name = "alert-octagon-outline" if is_failed else KIND_ICONS[entry.kind]
    picture.setPixmap(_picture(name, "bad" if is_failed else "muted", line.devicePixelRatioF()))
    label = QLabel(entry.label)
    parts = [KIND_NOUNS[entry.kind], size_words(entry.size_bytes), licence_words(entry.licence)]
    about = ElidedLabel(" · ".join(part for part in parts if part))
    about.setObjectName("muted")
    layout = QHBoxLayout(line)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(3 * theme.STEP)
    layout.addWidget(picture)
    layout.addWidget(label)
    layout.addWidget(about, 1)
    return line


_OPTION_HEIGHT = 76


class OptionButton(QPushButton):
    """One of several ways, told by a filled circle and a frame."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__()
        self.setObjectName("option")
        self.setCheckable(True)
        self.setAutoExclusive(False)
        self.setMinimumHeight(_OPTION_HEIGHT)
        self._name, self._text = name, sentence
        self._picture = QLabel()
        self._title = title = QLabel(name)
        title.setFont(theme.font("body", bold=True))
        self._about = about = QLabel(sentence)
        about.setObjectName("muted")
        about.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(title)
        words.addWidget(about, 1)
        about.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(3 * theme.STEP, 2 * theme.STEP, 3 * theme.STEP, 2 * theme.STEP)
        layout.setSpacing(2 * theme.STEP)
        layout.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        for label in (self._picture, title, about):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.show_chosen(False)

    def sizeHint(self) -> QSize:
        return QSize(240, _OPTION_HEIGHT)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Higher where its sentence has more lines."""
        layout = self.layout()
        if layout is not None:
            self.setMinimumHeight(max(_OPTION_HEIGHT, layout.totalHeightForWidth(self.width())))

    def say(self, name: str, sentence: str) -> None:
        """Put other words on it."""
        self._name, self._text = name, sentence
        self._title.setText(name)
        self._about.setText(sentence)
        self._make_room()

    def show_chosen(self, is_chosen: bool) -> None:
        self.setChecked(is_chosen)
        self.setAccessibleName(f"{self._name}, {'chosen' if is_chosen else 'not chosen'}. {self._text}")
        self.refresh()

    def refresh(self) -> None:
        name = "radiobox-marked" if self.isChecked() else "radiobox-blank"
        role: icons.Role = "accent" if self.isChecked() else "muted"
        self._picture.setPixmap(_picture(name, role, self.devicePixelRatioF()))


def _picture(name: str, role: icons.Role, scale: float) -> QPixmap:
    return icons.icon(name, role).pixmap(QSize(18, 18), scale)
