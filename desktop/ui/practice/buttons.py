"""Buttons of the practice window. GUI thread only."""

from PyQt6.QtWidgets import QPushButton

from desktop.ui.widgets import icons


def field_button(icon: str, text: str, keys: str = "") -> QPushButton:
    """A button with a picture; keys: what does the same, for its tooltip."""
    button = QPushButton(icons.icon(icon), text)
    button.setObjectName("field")
    button.setFixedHeight(36)
    if keys:
        button.setToolTip(f"{text.rstrip('…')} ({keys})")
    return button
