"""What the app writes to beside its window: subtitles over other windows, and other programs' text fields.

Each is made when it is wanted for the first time and its modules were imported, which takes a while. GUI thread; the
events of the engine do not pass through here: the overlay gets them on the GUI thread, the typist on the engine's.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

if TYPE_CHECKING:
    from desktop.injector.base import Keyboard
    from desktop.injector.typist import Typist
    from desktop.overlay.window import SubtitleOverlay
    from desktop.settings.declaration import Settings
    from desktop.ui.runtime.engine_thread import EngineThread

OVERLAY, TYPIST = OUTPUT_MODULES = "desktop.overlay.window", "desktop.injector.typist"
"""to be imported elsewhere: here they would stop the window"""


class Outputs(QObject):
    """The overlay and the typist, as far as they are there."""

    settingChanged = pyqtSignal(str, object)
    """a setting that was changed on the overlay: its key and value"""
    lockedChanged = pyqtSignal(bool)
    """whether the overlay lets clicks through again"""
    typed = pyqtSignal(object)
    """TypingStatus, from any thread"""

    def __init__(self, parent: QObject | None = None, open_on: "Callable[[Settings], Keyboard] | None" = None) -> None:
        """open_on: opens the keyboard that is typed with; None: the platform's."""
        super().__init__(parent)
        self.overlay: SubtitleOverlay | None = None
        self.typist: Typist | None = None
        self._open_on = open_on
        self._modules: set[str] = set()
        self._settings: Settings | None = None
        self._engine: EngineThread | None = None
        self._stop_typing: Callable[[], None] = lambda: None

    def imported(self, module: str) -> None:
        """A module is there; others than `OUTPUT_MODULES` mean nothing."""
        self._modules.add(module)
        self._make()

    def begin(self, engine: "EngineThread") -> None:
        """From now on what is made gets the events of this engine."""
        self._engine = engine
        self._make()

    def apply(self, settings: "Settings") -> None:
        """Settings changed, or are there for the first time."""
        self._settings = settings
        if self.overlay is not None:
            self.overlay.apply(settings)
        if self.typist is not None:
            self.typist.apply(settings)
        self._make()

    def type_rest(self) -> None:
        """Type the end of the sentence that was given up last into the window that has the focus now."""
        if self.typist is not None:
            self.typist.type_rest()

    def close(self) -> None:
        """Nothing is shown or typed any more. Idempotent."""
        engine, self._engine = self._engine, None
        if self.overlay is not None:
            if engine is not None:
                engine.received.disconnect(self.overlay.on_event)
            self.overlay.close()
        if self.typist is not None:
            self._stop_typing()
            self.typist.close()

    def _make(self) -> None:
        settings, engine = self._settings, self._engine
        if settings is None or engine is None:
            return
        if self.overlay is None and OVERLAY in self._modules and settings.subtitles.enabled:
            from desktop.overlay.window import SubtitleOverlay

            self.overlay = overlay = SubtitleOverlay(settings)
            overlay.geometryChanged.connect(lambda place: self.settingChanged.emit("subtitles.geometry", place))
            overlay.lockedChanged.connect(self.lockedChanged)
            overlay.settingChanged.connect(self.settingChanged)
            engine.received.connect(overlay.on_event)
        if self.typist is None and TYPIST in self._modules and settings.typing.enabled:
            from desktop.injector.platforms import open_keyboard
            from desktop.injector.typist import Typist

            self.typist = Typist(settings, self.typed.emit, self._open_on or open_keyboard)
            self._stop_typing = engine.subscribe(self.typist.on_event)
