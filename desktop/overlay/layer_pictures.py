"""Pictures of Qt's as the rows of pixels that a compositor takes."""

from typing import Protocol

import numpy as np
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QImage, QPainter

from desktop.overlay.layer_shell.buffers import Pixels


class Painted(Protocol):
    """What can be painted anywhere."""

    def size(self) -> QSize:
        """In logical pixels."""

    def paint_on(self, painter: QPainter) -> None:
        """Paint all that there is to see, on what is empty."""


def picture_of(painted: Painted, scale: float) -> Pixels:
    """scale: pixels for each logical one."""
    width, height = (int(-(-side * scale // 1)) for side in (painted.size().width(), painted.size().height()))
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    image.setDevicePixelRatio(scale)
    painter = QPainter(image)
    painted.paint_on(painter)
    painter.end()
    return pixels_of(image)


def pixels_of(image: QImage) -> Pixels:
    """image: of the format ARGB32_Premultiplied."""
    bits = image.constBits()
    assert bits is not None
    bits.setsize(image.sizeInBytes())
    flat = np.frombuffer(memoryview(bits), np.uint32)  # type: ignore[arg-type]  # sip does not say that it is one
    rows: Pixels = flat.reshape(image.height(), image.bytesPerLine() // 4)[:, : image.width()].copy()
    return rows
