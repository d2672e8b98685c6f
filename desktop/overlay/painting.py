"""Fonts, colours and the drawing of subtitles. On the thread of the window."""

import math
from functools import lru_cache
from itertools import groupby

from PyQt6.QtCore import QPointF, QRectF, QSizeF, Qt, QTextBoundaryFinder
from PyQt6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPen,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)

from desktop.engine.text.graphemes import clusters
from desktop.overlay.roll_up import Row
from desktop.overlay.subtitles import Role, SubtitleFrame
from desktop.settings.declaration import SubtitleSettings

LINES_PER_SCREEN = 18
"""A line of the default size takes this part of the screen's height."""
LINE_SPACING = 1.3
"""Height of a line over that of its text; leaves room for the marks of Arabic and Vietnamese."""
OUTLINE = 0.12
"""Twice the width of the outline over the size of the font."""
OUTLINE_STEPS = 16
KEPT_OUTLINES = 24
DIMMED = 0.6
"""Opacity of words that may still change; more where they could not be read."""
LEAST_CONTRAST = 4.5
"""Between text and what is behind it (WCAG AA), whatever the window beneath shows."""
# Letters as frequent as in running text, so that `line_length` characters of it fill a line.
_SAMPLE = "the quick brown fox jumps over the lazy dog and is seen no more, in the end, at noon."


def pixel_size(settings: SubtitleSettings, screen_height: int) -> int:
    """Size of the font in pixels: the chosen one, or so that 18 lines fill the screen."""
    return settings.font_size or max(12, round(screen_height / LINES_PER_SCREEN / LINE_SPACING))


class Typeface:
    """The font of the subtitles and what follows from it."""

    def __init__(self, family: str, size: int) -> None:
        self.font = QFont()
        if family:
            self.font.setFamily(family)
        self.font.setPixelSize(size)
        self.font.setWeight(QFont.Weight.Medium)
        self.font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        self._metrics = QFontMetricsF(self.font)
        self.measure = lru_cache(maxsize=4096)(self._advance)
        self.row_height = round(size * LINE_SPACING)
        self.padding = round(size * 0.55)
        self.character = self._advance(_SAMPLE) / len(_SAMPLE)

    def _advance(self, text: str) -> float:
        return self._metrics.horizontalAdvance(text)

    def box_height(self, rows: int) -> int:
        """Height of a box of that many lines, margins included."""
        return rows * self.row_height + round(self.padding * 0.7)


def luminance(color: QColor) -> float:
    """Relative luminance, 0..1 (WCAG 2)."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF())


def worst_contrast(text: QColor, background: QColor, opacity: float) -> float:
    """Contrast of text on a translucent background over the worst window beneath, 1..21 (WCAG 2)."""
    contrasts = []
    for beneath in (0.0, 1.0):
        parts = (background.redF(), background.greenF(), background.blueF())
        mixed = luminance(QColor.fromRgbF(*(part * opacity + beneath * (1 - opacity) for part in parts)))
        bright, dark = max(mixed, luminance(text)), min(mixed, luminance(text))
        contrasts.append((bright + 0.05) / (dark + 0.05))
    return min(contrasts)


def readable_part(text: QColor, background: QColor, opacity: float) -> float:
    """How much of the colour dimmed text needs: as little as `DIMMED`, if it can be read over any window beneath."""
    part = DIMMED
    while part < 1:
        contrasts = []
        for beneath in ("#000000", "#ffffff"):
            behind = _mixed(background, QColor(beneath), opacity)
            shades = (luminance(_mixed(text, behind, part)), luminance(behind))
            contrasts.append((max(shades) + 0.05) / (min(shades) + 0.05))
        if min(contrasts) >= LEAST_CONTRAST:
            return part
        part = min(1.0, part + 0.05)
    return part


@lru_cache(maxsize=256)
def word_ends(text: str) -> tuple[int, ...]:
    """The indices at which words end, also in Thai, as far as the system has a dictionary of it."""
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Line, text)
    units = []
    while (place := finder.toNextBoundary()) != -1:
        units.append(place)
    whole = text.encode("utf-16-le", "surrogatepass")
    return tuple(len(whole[: 2 * place].decode("utf-16-le", "surrogatepass")) for place in units)


class SubtitlePainter:
    """Draws frames with the colours of the settings."""

    def __init__(self, settings: SubtitleSettings, typeface: Typeface) -> None:
        self.is_sent = False
        """what is heard leaves this computer to be recognised"""
        self._typeface = typeface
        self._colors: dict[Role, QColor] = {
            "original": QColor(settings.text_color),
            "translation": QColor(settings.translation_color),
        }
        self._background = QColor(settings.background_color)
        self._background.setAlphaF(settings.background_opacity)
        self._dimmed = {
            role: readable_part(color, self._background, settings.background_opacity)
            for role, color in self._colors.items()
        }
        self._outlines: dict[tuple[Row, Role, float, float], QImage] = {}
        self._outlined = {
            role
            for role, color in self._colors.items()
            if settings.outline or worst_contrast(color, self._background, settings.background_opacity) < LEAST_CONTRAST
        }

    def paint(self, painter: QPainter, area: QRectF, frame: SubtitleFrame) -> None:
        """Draw a frame at the lower edge of an area, as wide as the area."""
        face = self._typeface
        height = face.box_height(frame.height)
        box = on_pixels(QRectF(area.left(), area.bottom() - height, area.width(), height), _ratio(painter))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._background)
        # Source, not over: the box must have exactly the chosen opacity, whatever was drawn here before.
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        radius = face.padding * 0.5
        painter.drawRoundedRect(box, radius, radius)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        # Whole pixels, so that the outline, a picture, lies exactly beneath the letters.
        top = round(box.top() + (height - frame.height * face.row_height) / 2)
        for block in frame.blocks:
            for index, row in enumerate(block.rows):
                line = QRectF(
                    box.left() + face.padding,
                    top + index * face.row_height,
                    box.width() - 2 * face.padding,
                    face.row_height,
                )
                # What is not translated has the colour of the original, so that nobody takes it for a translation.
                self._paint_row(painter, line, row, "original" if row.mark else block.role)
            top += block.height * face.row_height
        if self.is_sent:
            self._paint_sent(painter, box)

    def _paint_sent(self, painter: QPainter, box: QRectF) -> None:
        """An arrow out of the box, in its corner: what is heard leaves this computer."""
        size = max(8.0, self._typeface.padding * 0.55)
        corner = QPointF(box.right() - 0.5 * size, box.top() + 0.5 * size)
        pen = QPen(self._colors["original"], max(1.5, size / 7))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        for x, y in ((-size, size), (-0.6 * size, 0.0), (0.0, 0.6 * size)):
            painter.drawLine(corner, corner + QPointF(x, y))

    def _paint_row(self, painter: QPainter, area: QRectF, row: Row, role: Role) -> None:
        if role in self._outlined:
            margin = self._typeface.padding
            picture = self._outline(row, role, area, _ratio(painter))
            painter.drawImage(area.topLeft() - QPointF(margin, margin), picture)
        self._draw(painter, area, row, role, outline=False)

    def _outline(self, row: Row, role: Role, area: QRectF, ratio: float) -> QImage:
        """The letters of a row in the outline's colour, spread by its width. Kept while the row stays as it is.

        Blending one picture around a circle costs a tenth of stroking the letters' curves.
        """
        key = (row, role, area.width(), ratio)
        found = self._outlines.get(key)
        if found is None:
            margin = self._typeface.padding
            size = QSizeF(area.width() + 2 * margin, area.height() + 2 * margin) * ratio
            letters = QImage(size.toSize(), QImage.Format.Format_ARGB32_Premultiplied)
            letters.fill(Qt.GlobalColor.transparent)
            letters.setDevicePixelRatio(ratio)
            painter = QPainter(letters)
            self._draw(painter, QRectF(QPointF(margin, margin), area.size()), row, role, outline=True)
            painter.end()
            found = QImage(letters)
            painter = QPainter(found)
            radius = max(1.0, self._typeface.font.pixelSize() * OUTLINE / 2) * ratio
            for step in range(OUTLINE_STEPS):
                angle = 2 * math.pi * step / OUTLINE_STEPS
                offset = QPointF(round(radius * math.cos(angle)), round(radius * math.sin(angle)))
                painter.drawImage(offset / ratio, letters)
            painter.end()
            if len(self._outlines) >= KEPT_OUTLINES:
                self._outlines.clear()
            self._outlines[key] = found
        return found

    def _draw(self, painter: QPainter, area: QRectF, row: Row, role: Role, *, outline: bool) -> None:
        layout = QTextLayout(row.text, self._typeface.font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        direction = Qt.LayoutDirection.RightToLeft if row.right_to_left else Qt.LayoutDirection.LeftToRight
        option.setTextDirection(direction)
        layout.setTextOption(option)
        layout.setFormats(self._formats(row, role, outline=outline))
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(area.width() * 2)
        layout.endLayout()
        # Where a line starts, not where its words end, decides its place: words that follow must not move it.
        x = area.right() - line.naturalTextWidth() if row.right_to_left else area.left()
        offset = line.naturalTextRect().left()
        layout.draw(painter, QPointF(x - offset, area.top() + (area.height() - line.height()) / 2))

    def _formats(self, row: Row, role: Role, *, outline: bool) -> list[QTextLayout.FormatRange]:
        color = self._colors[role]
        edge = QColor("#000000" if luminance(color) > 0.18 else "#ffffff")
        dimmed = QColor(color)
        if role in self._outlined:
            # What shines through a letter is its own outline, not the window beneath.
            dimmed = _mixed(color, edge, readable_part(color, edge, 1.0))
        else:
            dimmed.setAlphaF(self._dimmed[role])
        formats = []
        start = 0
        for text, shade in ((row.mark, dimmed), (row.committed, color), (row.unconfirmed, dimmed)):
            for is_emoji, run in groupby(clusters(text), key=_is_emoji) if outline else [(False, [text])]:
                length = _utf16_length("".join(run))
                part = QTextLayout.FormatRange()
                part.start, part.length, part.format = start, length, self._style(shade, edge, is_emoji, outline)
                formats.append(part)
                start += length
        return formats

    def _style(self, shade: QColor, edge: QColor, is_emoji: bool, outline: bool) -> QTextCharFormat:
        style = QTextCharFormat()
        style.setForeground(edge if outline else shade)
        if outline and is_emoji:
            # They are pictures, with an edge of their own.
            style.setForeground(Qt.GlobalColor.transparent)
        return style


def on_pixels(area: QRectF, ratio: float) -> QRectF:
    """The rectangle whose edges are the nearest between pixels: at fractional scales others look smeared. ratio: pixels
    for each logical one."""
    edges = (area.left(), area.top(), area.right(), area.bottom())
    left, top, right, bottom = (math.floor(edge * ratio + 0.5) / ratio for edge in edges)
    return QRectF(left, top, right - left, bottom - top)


def _ratio(painter: QPainter) -> float:
    """Pixels for each logical one."""
    device = painter.device()
    return device.devicePixelRatioF() if device else 1.0


def _is_emoji(cluster: str) -> bool:
    return "\ufe0f" in cluster or 0x2300 <= ord(cluster[0]) <= 0x2BFF or 0x1F000 <= ord(cluster[0]) <= 0x1FAFF


def _mixed(color: QColor, other: QColor, part: float) -> QColor:
    """`part` of one colour and the rest of the other."""
    return QColor.fromRgbF(
        *(one * part + two * (1 - part) for one, two in zip(color.getRgbF()[:3], other.getRgbF()[:3], strict=True))
    )


def _utf16_length(text: str) -> int:
    """Characters as Qt counts them."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
