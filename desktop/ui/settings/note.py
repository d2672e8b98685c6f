"""What is said beside a setting: that it was changed, where its value comes from, when a change takes effect.

`notes` is pure; the label is used on the GUI thread."""

from typing import TYPE_CHECKING, Any, Protocol

from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QLabel

from desktop.ui.settings.names import shown_value
from desktop.ui.widgets import theme

if TYPE_CHECKING:
    from desktop.settings.values import Declaration

_DOT = 12
"""Pixels kept free for the mark of a changed setting."""

APPLIES = {"reload": "loads the model again", "restart": "takes effect when Parley is started again"}
"""When a change takes effect, in few words; at once is not mentioned."""


class Provenance(Protocol):
    """Where values come from; a `SettingsStore`."""

    @property
    def profile(self) -> str: ...
    def origin(self, key: str) -> Any: ...
    def saved_in(self, key: str) -> str: ...


def notes(declared: "Declaration", value: Any, origin: str, profile: str) -> list[str]:
    """Sentences about a setting. origin: its layer, as `SettingsStore.origin`; profile: the one in use."""
    found = []
    if value != declared.default:
        found.append(f"Changed; the default is {shown_value(declared.key, declared.default)}.")
    source = {
        "profile": f"From the profile {profile}.",
        "environment": f"From the environment ({declared.environment}), until you change it here.",
        "flag": "From the command line, for this run, until you change it here.",
    }.get(origin)
    if source:
        found.append(source)
    return found


class SettingLabel(QLabel):
    """The name of a setting, with a dot before it while it is not the default."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._is_changed = False
        self.setContentsMargins(_DOT, 0, 0, 0)

    @property
    def is_changed(self) -> bool:
        return self._is_changed

    def show_changed(self, is_changed: bool) -> None:
        self._is_changed = is_changed
        self.setAccessibleDescription("Changed from the default" if is_changed else "")
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        super().paintEvent(event)
        if self._is_changed:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.colors().accent))
            text = self.contentsRect()
            is_at_top = bool(self.alignment() & Qt.AlignmentFlag.AlignTop)
            middle = text.top() + self.fontMetrics().height() / 2 if is_at_top else text.center().y() + 0.5
            painter.drawEllipse(QPointF(3.5, middle), 3.0, 3.0)
