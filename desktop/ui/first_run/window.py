"""The first steps: from an empty machine to the first subtitle, in five pages. GUI thread only.

Every choice applies and is saved at once, so the window can be left at any page; works without a network.
"""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from desktop.ui.first_run.languages import LanguagesPage
from desktop.ui.first_run.models import ModelsPage
from desktop.ui.first_run.outputs import OutputsPage
from desktop.ui.first_run.page import Page, StepBar
from desktop.ui.first_run.ready import ReadyPage
from desktop.ui.first_run.source import SourcePage
from desktop.ui.models.tasks import ModelTasks
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.focus import keeps_focus
from desktop.ui.widgets.layouts.fitting import fit
from desktop.ui.widgets.layouts.scrolling import scrolling
from desktop.ui.widgets.window import Window

if TYPE_CHECKING:
    from desktop.engine.events import DevicesChanged, Event
    from desktop.settings.declaration import Settings
    from desktop.ui.models.overview import ModelOverview


class FirstRun(Window):
    """The pages, a bar that says where one is, and the buttons."""

    settingChanged = pyqtSignal(str, object)
    startRequested = pyqtSignal()
    importWanted = pyqtSignal()
    left = pyqtSignal()
    """the window was closed, at whatever page"""

    def __init__(self, tasks: ModelTasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("First steps")
        self.setWindowIcon(icons.app_icon())
        fit(self, (720, 600), (560, 460))
        self.languages = LanguagesPage()
        self.models = ModelsPage(tasks)
        self.source = SourcePage(tasks)
        self.outputs = OutputsPage()
        self.ready = ReadyPage(tasks)
        self.pages: tuple[Page, ...] = (self.languages, self.models, self.source, self.outputs, self.ready)
        self.models.importWanted.connect(self.importWanted)
        self._steps = StepBar(tuple(page.name for page in self.pages))
        self._stack = QStackedWidget()
        for page in self.pages:
            page.settingChanged.connect(self.settingChanged)
            page.setObjectName("page")
            area = scrolling(page)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._stack.addWidget(area)
        self.later = QPushButton("Set up later")
        self.later.setObjectName("flat")
        self.later.clicked.connect(self.close)
        self.back = QPushButton("Back")
        self.back.setObjectName("field")
        self.back.clicked.connect(lambda: self.turn_to(self.number - 1))
        self.next = QPushButton("Continue")
        self.next.setObjectName("primary")
        self.next.setFont(theme.font("body", bold=True))
        self.next.setDefault(True)
        self.next.clicked.connect(self._go_on)
        for button in (self.later, self.back, self.next):
            button.setFixedHeight(36)
            button.setMinimumWidth(104)
        foot = QHBoxLayout()
        foot.setSpacing(2 * theme.STEP)
        foot.addWidget(self.later)
        foot.addStretch(1)
        foot.addWidget(self.back)
        foot.addWidget(self.next)
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(6 * theme.STEP, 5 * theme.STEP, 6 * theme.STEP, 4 * theme.STEP)
        layout.setSpacing(4 * theme.STEP)
        layout.addWidget(self._steps)
        layout.addWidget(self._stack, 1)
        layout.addLayout(foot)
        for keys, do in (("Escape", self.close), ("Alt+Left", self._go_back), ("Ctrl+Return", self._go_on)):
            QShortcut(QKeySequence(keys), self).activated.connect(do)
        self._is_open = False
        self.number = 0
        self._show_page()

    # What comes in.

    def apply(self, settings: "Settings") -> None:
        """Show these settings."""
        for page in self.pages:
            page.apply(settings)

    def show_found(self, found: "ModelOverview") -> None:
        """Show what there is of models."""
        for page in self.pages:
            page.show_found(found)

    def set_devices(self, devices: "DevicesChanged") -> None:
        """Offer what is connected now."""
        self.on_event(devices)

    def on_event(self, event: "Event") -> None:
        for page in self.pages:
            page.on_event(event)

    def turn_to(self, number: int) -> None:
        """Show a page, 0 to 4."""
        if not 0 <= number < len(self.pages) or number == self.number:
            return
        if self._is_open:
            self.pages[self.number].left()
        self.number = number
        self._show_page()
        if self._is_open:
            self.pages[number].entered()
        self.next.setFocus()

    def open(self) -> None:
        """Show the window at its first page."""
        if not self._is_open:
            self.number = 0
            self._show_page()
            self._is_open = True
            self.pages[0].entered()
        self.show()
        self.raise_()
        self.activateWindow()
        self.next.setFocus()

    def end(self) -> None:
        """Before the window goes: nothing is told to it any more."""
        self.source.end()

    def wait(self, seconds: float) -> bool:
        """Whether the microphone is let go within that time, after the window was closed."""
        return self.source.wait(seconds)

    def _go_on(self) -> None:
        if self.number + 1 < len(self.pages):
            self.turn_to(self.number + 1)
            return
        self.close()
        self.startRequested.emit()

    def _go_back(self) -> None:
        self.turn_to(self.number - 1)

    def _show_page(self) -> None:
        self._stack.setCurrentIndex(self.number)
        self._steps.show_step(self.number)
        self.back.setVisible(self.number > 0)
        is_last = self.number == len(self.pages) - 1
        self.next.setText("Start" if is_last else "Continue")
        self.next.setIcon(icons.icon("play" if is_last else "arrow-right", "on_accent"))
        self.later.setText("Close" if is_last else "Set up later")

    def closeEvent(self, event: QCloseEvent | None) -> None:
        super().closeEvent(event)
        if self._is_open:
            self._is_open = False
            self.pages[self.number].left()
            self.left.emit()

    def focusNextPrevChild(self, next: bool) -> bool:
        return keeps_focus(self) or super().focusNextPrevChild(next)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange and hasattr(self, "number"):
            for page in self.pages:
                page.refresh()
            self._show_page()
