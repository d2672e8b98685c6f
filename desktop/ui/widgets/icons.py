"""Icons, drawn from the Material Design Icons font that qtawesome ships. GUI thread only.

The font is read directly: importing qtawesome loads nine fonts and costs 170 ms before the window is shown,
this costs 10. Glyphs are painted as paths in the colours of the look at the moment they are painted, so they are
crisp at any scale and follow a change of theme.
"""

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Literal

from PyQt6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPainterPath, QPixmap, QRawFont

from desktop.system import paths
from desktop.ui.widgets import theme

Role = Literal["text", "muted", "accent", "on_accent", "good", "warning", "bad"]
"""A field of `theme.Colors`."""

APP_ICON = paths.RESOURCES / "icons" / "parley.svg"

_EM = 96.0


def icon(name: str, role: Role = "text") -> QIcon:
    """The Material Design icon `name` ("microphone") in a colour of the look. Raises KeyError if there is none."""
    _path(name)
    return QIcon(_GlyphEngine(name, role))


def app_icon() -> QIcon:
    """Parley's own icon."""
    return QIcon(str(APP_ICON))


def paint(painter: QPainter, rect: QRectF, name: str, color: QColor) -> None:
    """Draw an icon into a square."""
    side = min(rect.width(), rect.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.center())
    painter.scale(side / _EM, side / _EM)
    painter.fillPath(_path(name), color)
    painter.restore()


class _GlyphEngine(QIconEngine):
    def __init__(self, name: str, role: Role) -> None:
        super().__init__()
        self._name = name
        self._role = role

    def paint(self, painter: QPainter | None, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        assert painter is not None
        look = theme.colors()
        role = {QIcon.Mode.Disabled: "muted", QIcon.Mode.Selected: "on_accent"}.get(mode, self._role)
        color = QColor(getattr(look, role))
        if mode == QIcon.Mode.Disabled:
            color.setAlphaF(0.6)
        paint(painter, QRectF(rect), self._name, color)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _GlyphEngine(self._name, self._role)


@cache
def _font() -> tuple[QRawFont, dict[str, str]]:
    spec = importlib.util.find_spec("qtawesome")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    folder = Path(spec.submodule_search_locations[0]) / "fonts"
    charmap = json.loads(next(folder.glob("materialdesignicons6-*charmap*.json")).read_text(encoding="utf-8"))
    return QRawFont(str(next(folder.glob("materialdesignicons6-*.ttf"))), _EM), charmap


@cache
def _path(name: str) -> QPainterPath:
    font, charmap = _font()
    glyph = font.glyphIndexesForString(chr(int(charmap[name], 16)))[0]
    path = font.pathForGlyph(glyph)
    # Centred on the em square, not on its own bounds: the set's optical alignment stays.
    middle = QPointF(font.advancesForGlyphIndexes([glyph])[0].x() / 2, -(font.ascent() - font.descent()) / 2)
    path.translate(-middle)
    return path
