"""Last step: what was chosen, and Start. GUI thread only."""

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QFrame, QVBoxLayout

from desktop.engine.events import DevicesChanged
from desktop.engine.text.languages import listed
from desktop.ui.first_run.languages import plan_words
from desktop.ui.first_run.page import Page, SummaryRow
from desktop.ui.models.needed_card import missing_words, progress_words
from desktop.ui.models.tasks import ModelTasks, downloads_summary
from desktop.ui.runtime.hotkeys import hotkey_text
from desktop.ui.widgets import theme
from desktop.ui.widgets.pickers.source_picker import SourcePicker

if TYPE_CHECKING:
    from desktop.engine.events import Event
    from desktop.settings.declaration import Settings
    from desktop.ui.models.overview import ModelOverview


class ReadyPage(Page):
    """A line for each of the steps before."""

    def __init__(self, tasks: ModelTasks) -> None:
        super().__init__(
            "Ready",
            "Ready to start",
            "Press Start and speak. The first steps can be opened again from the menu beside the warnings.",
        )
        self._tasks = tasks
        self._found: ModelOverview | None = None
        self._sources = SourcePicker(self)  # knows the names of the devices
        self._sources.hide()
        self.source = SummaryRow("microphone", "Listen to", "")
        self.languages = SummaryRow("translate", "Languages", "")
        self.models = SummaryRow("chip", "Models", "")
        self.outputs = SummaryRow("subtitles-outline", "Outputs", "")
        card = QFrame()
        card.setObjectName("card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(4 * theme.STEP, 4 * theme.STEP, 4 * theme.STEP, 4 * theme.STEP)
        inside.setSpacing(4 * theme.STEP)
        for line in (self.languages, self.models, self.source, self.outputs):
            inside.addWidget(line)
        self.content.addWidget(card)
        self.content.addStretch(1)
        tasks.changed.connect(self._show)

    def apply(self, settings: "Settings") -> None:
        super().apply(settings)
        self._sources.set_source(settings.audio.source)
        self._show()

    def show_found(self, found: "ModelOverview") -> None:
        self._found = found
        self._show()

    def on_event(self, event: "Event") -> None:
        if isinstance(event, DevicesChanged):
            self._sources.set_devices(event)
            self._show()

    def entered(self) -> None:
        self._show()

    def refresh(self) -> None:
        for line in (self.source, self.languages, self.models, self.outputs):
            line.refresh()

    def _show(self) -> None:
        settings = self.settings
        if settings is None:
            return
        self.source.say(self._sources.label)
        self.languages.say(plan_words(settings.recognition.language, settings.translation.target))
        self.models.say(self._models_words(settings))
        self.outputs.say(outputs_words(settings))

    def _models_words(self, settings: "Settings") -> str:
        active = downloads_summary(self._tasks.downloads())
        if active is not None:
            return f"Being fetched: {progress_words(active)}. You can start meanwhile; restart then to use them."
        if settings.recognition.backend == "pocketsphinx":
            return "Basic English."
        if self._found is None:
            return "…"
        if self._found.only_phrasebook:
            return "Only a phrasebook of about 900 words: real speech comes out wrong until a model is fetched."
        missing = missing_words(self._found.missing)
        if missing and self._found.translates and all(one.kind == "argos" for one in self._found.missing):
            return f"{self._found.understood} To translate while somebody still speaks, fetch {missing}."
        if missing:
            return f"Missing: {missing}."
        return f"{self._found.understood} Everything is installed.".strip()


def outputs_words(settings: "Settings") -> str:
    """Which outputs are on, and the hotkey. Pure."""
    on = [
        name
        for name, is_on in (
            ("Subtitles", settings.subtitles.enabled),
            ("Typing", settings.typing.enabled),
            ("Voice", settings.speech.enabled),
        )
        if is_on
    ]
    keys = settings.hotkeys.toggle_listening
    hotkey = f" {hotkey_text(keys)} starts and stops." if keys else ""
    return f"{listed(on) if on else 'None; the transcript is in the window'}.{hotkey}"
