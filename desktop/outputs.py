"""What the app writes to beside its window: subtitles over other windows, and other programs' text fields. GUI thread.

Each is made when it is wanted for the first time and its modules were imported, which takes a while.
"""

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, pyqtSignal

if TYPE_CHECKING:
    from desktop.injector.typist import Typist
    from desktop.overlay.window import SubtitleOverlay
    from desktop.settings.declaration import Settings

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

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.overlay: SubtitleOverlay | None = None
        self.typist: Typist | None = None
        self._modules: set[str] = set()
        self._settings: Settings | None = None

    def imported(self, module: str) -> None:
        """A module is there; others than `OUTPUT_MODULES` mean nothing."""
        self._modules.add(module)
        self._make()

    def apply(self, settings: "Settings") -> None:
        """Settings changed, or are there for the first time."""
        self._settings = settings
        if self.overlay is not None:
            self.overlay.apply(settings)
        if self.typist is not None:
            self.typist.apply(settings)
        self._make()

    def on_event(self, event: Any) -> None:
        """Take an event of the engine."""
        if self.overlay is not None:
            self.overlay.on_event(event)
        if self.typist is not None:
            self.typist.on_event(event)

    def close(self) -> None:
        """Nothing is shown or typed any more."""
        if self.overlay is not None:
            self.overlay.close()
        if self.typist is not None:
            self.typist.close()

    def _make(self) -> None:
        settings = self._settings
        if settings is None:
            return
        if self.overlay is None and OVERLAY in self._modules and settings.subtitles.enabled:
            from desktop.overlay.window import SubtitleOverlay

            self.overlay = overlay = SubtitleOverlay(settings)
            overlay.geometryChanged.connect(lambda place: self.settingChanged.emit("subtitles.geometry", place))
            overlay.lockedChanged.connect(self.lockedChanged)
            overlay.settingChanged.connect(self.settingChanged)
        if self.typist is None and TYPIST in self._modules and settings.typing.enabled:
            from desktop.injector.typist import Typist

            self.typist = Typist(settings, self.typed.emit)
