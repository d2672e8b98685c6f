"""Colours, type sizes and spacing: the one place that says how Parley looks. GUI thread only.

Fusion draws the widgets; this file gives it a palette for light, dark and high contrast, and a short style
sheet for the parts that Fusion has no word for (cards, the primary button, flat buttons).
"""

from dataclasses import dataclass
from typing import Literal

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PyQt6.QtWidgets import QApplication

Theme = Literal["system", "light", "dark", "contrast"]

STEP = 4
"""Pixels; every margin and gap is a multiple."""

ICON = 20
"""Side of an icon in a button, in device-independent pixels."""


@dataclass(frozen=True, slots=True)
class Colors:
    """A look: every colour by what it is for."""

    window: str
    base: str
    """behind text that is read or edited"""
    card: str
    border: str
    text: str
    muted: str
    """less important text; still 4.5:1 on `window`, `base` and `card`"""
    accent: str
    on_accent: str
    hover: str
    good: str
    warning: str
    bad: str


LIGHT = Colors(
    window="#f3f4f6",
    base="#ffffff",
    card="#ffffff",
    border="#d3d7de",
    text="#1a1d21",
    muted="#59616c",
    accent="#2457d0",
    on_accent="#ffffff",
    hover="#e6e9ef",
    good="#177245",
    warning="#8f5300",
    bad="#b8232b",
)
DARK = Colors(
    window="#17191d",
    base="#1d2025",
    card="#23272d",
    border="#3a404a",
    text="#e9ebee",
    muted="#a3abb6",
    accent="#7aa5ff",
    on_accent="#0c1220",
    hover="#30353d",
    good="#5fcf92",
    warning="#f2b64f",
    bad="#ff8585",
)
CONTRAST = Colors(
    window="#000000",
    base="#000000",
    card="#000000",
    border="#ffffff",
    text="#ffffff",
    muted="#d6d6d6",
    accent="#ffe100",
    on_accent="#000000",
    hover="#303030",
    good="#55ff9a",
    warning="#ffe100",
    bad="#ff9a9a",
)

_SIZES = {"small": 0.9, "body": 1.0, "reading": 1.2, "title": 1.35}

_current = LIGHT


def colors() -> Colors:
    """The look in use."""
    return _current


def chosen(theme: Theme) -> Colors:
    """The look for a setting; `system` follows the desktop's light or dark."""
    if theme == "contrast":
        return CONTRAST
    if theme == "system":
        hints = QGuiApplication.styleHints()
        theme = "dark" if hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark else "light"
    return DARK if theme == "dark" else LIGHT


def apply(theme: Theme) -> None:
    """Give the whole application a look. Widgets that paint themselves read `colors()` when they paint."""
    global _current
    look = chosen(theme)
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    if app.styleSheet() and look == _current:
        return  # polishing every widget again takes longer than a frame
    _current = look
    if not app.styleSheet():
        QApplication.setStyle("Fusion")
    app.setPalette(_palette(look))
    app.setStyleSheet(_style_sheet(look))


def font(size: Literal["small", "body", "reading", "title"], *, bold: bool = False) -> QFont:
    """The system's font in one of the four sizes."""
    result = QFont(QApplication.font())
    result.setPointSizeF(max(result.pointSizeF(), 9.0) * _SIZES[size])
    if bold:
        result.setWeight(QFont.Weight.DemiBold)
    return result


def _palette(look: Colors) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, color in {
        role.Window: look.window,
        role.WindowText: look.text,
        role.Base: look.base,
        role.AlternateBase: look.card,
        role.ToolTipBase: look.card,
        role.ToolTipText: look.text,
        role.Text: look.text,
        role.PlaceholderText: look.muted,
        role.Button: look.card,
        role.ButtonText: look.text,
        role.BrightText: look.bad,
        role.Link: look.accent,
        role.Highlight: look.accent,
        role.HighlightedText: look.on_accent,
        role.Accent: look.accent,
        role.Light: look.card,
        role.Midlight: look.hover,
        role.Mid: look.border,
        role.Dark: look.border,
        role.Shadow: look.border,
    }.items():
        palette.setColor(which, QColor(color))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(look.muted))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(look.border))
    return palette


def _style_sheet(look: Colors) -> str:
    return f"""
    QToolTip {{ color: {look.text}; background: {look.card}; border: 1px solid {look.border}; padding: 4px; }}
    QFrame#card, QFrame#popover {{
        background: {look.card}; border: 1px solid {look.border}; border-radius: 8px; }}
    QFrame#popover {{ border-radius: 0; }}
    QFrame#notice {{ background: {look.card}; border: 1px solid {look.warning}; border-radius: 6px; }}
    QFrame#notice[severity="info"] {{ border-color: {look.border}; }}
    QFrame#notice[severity="error"] {{ border-color: {look.bad}; }}
    QLabel#muted, QLabel#reset {{ color: {look.muted}; }}
    QPushButton#primary {{
        background: {look.accent}; color: {look.on_accent}; border: 2px solid {look.accent};
        border-radius: 6px; padding: 0 16px; }}
    QPushButton#primary:hover {{ border-color: {look.text}; }}
    QPushButton#primary:focus {{ border-color: {look.text}; }}
    QPushButton#primary:disabled {{ background: {look.hover}; color: {look.muted}; border-color: {look.border}; }}
    QPushButton#primary[running="true"] {{
        background: {look.card}; color: {look.text}; border-color: {look.accent}; }}
    QPushButton#picker {{
        background: {look.card}; color: {look.text}; border: 1px solid {look.border}; border-radius: 6px;
        padding: 0 8px; text-align: left; }}
    QPushButton#field {{
        background: {look.card}; color: {look.text}; border: 1px solid {look.border}; border-radius: 6px;
        padding: 0 8px; }}
    QPushButton#field:hover {{ background: {look.hover}; }}
    QPushButton#field:focus {{ border: 2px solid {look.accent}; padding: 0 7px; }}
    QPushButton#picker:hover {{ background: {look.hover}; }}
    QPushButton#picker:focus {{ border: 2px solid {look.accent}; padding: 0 7px; }}
    QPushButton#picker:disabled {{ color: {look.muted}; }}
    QPushButton#segment {{
        background: {look.card}; color: {look.text}; border: 1px solid {look.border}; border-left-width: 0;
        border-radius: 0; padding: 0 12px; }}
    QPushButton#segment[end="left"] {{
        border-left-width: 1px; border-top-left-radius: 6px; border-bottom-left-radius: 6px; }}
    QPushButton#segment[end="right"] {{ border-top-right-radius: 6px; border-bottom-right-radius: 6px; }}
    QPushButton#segment:hover {{ background: {look.hover}; }}
    QPushButton#segment:checked {{ background: {look.accent}; color: {look.on_accent}; border-color: {look.accent}; }}
    QPushButton#segment:focus {{ border: 2px solid {look.text}; padding: 0 11px; }}
    QPushButton#segment:disabled {{ color: {look.muted}; }}
    QPushButton#segment:checked:disabled {{
        background: {look.hover}; color: {look.text}; border-color: {look.border}; }}
    QPushButton#option {{
        background: {look.card}; color: {look.text}; border: 2px solid {look.border}; border-radius: 8px; }}
    QPushButton#option:hover {{ background: {look.hover}; }}
    QPushButton#option:checked {{ border-color: {look.accent}; }}
    QPushButton#option:focus {{ border-color: {look.text}; }}
    QLabel#drop {{
        background: {look.card}; color: {look.text}; border: 2px dashed {look.accent}; border-radius: 8px; }}
    QToolButton, QPushButton#flat {{
        background: transparent; color: {look.text}; border: 1px solid transparent; border-radius: 6px;
        padding: 3px 6px; }}
    QFileDialog QToolButton {{ padding: 0; min-width: 24px; min-height: 24px; }}
    QToolButton:hover, QPushButton#flat:hover {{ background: {look.hover}; }}
    QToolButton:focus, QPushButton#flat:focus {{ border: 2px solid {look.accent}; padding: 2px 5px; }}
    QFileDialog QToolButton:focus {{ padding: 0; }}
    QToolButton:disabled, QPushButton#flat:disabled {{ color: {look.muted}; }}
    QToolButton::menu-indicator, QPushButton::menu-indicator {{ image: none; width: 0; }}
    QPushButton#live:focus {{ border: 2px solid {look.text}; }}
    QPushButton#live {{
        background: {look.accent}; color: {look.on_accent}; border: none; border-radius: 14px; padding: 0 12px; }}
    QLineEdit {{ background: {look.base}; border: 1px solid {look.border}; border-radius: 6px; padding: 0 4px; }}
    QLineEdit:focus {{ border: 2px solid {look.accent}; padding: 0 3px; }}
    QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus {{
        background: transparent; border: none; padding: 0; }}
    QTextEdit#transcript {{ background: {look.card}; border: 2px solid {look.card}; border-radius: 6px; }}
    QTextEdit#transcript:focus {{ border-color: {look.accent}; }}
    QListWidget, QListView#lines {{ background: {look.card}; border: none; outline: none; }}
    QListView#lines {{ border: 2px solid {look.card}; border-radius: 6px; padding: 4px; }}
    QListView#lines:focus {{ border-color: {look.accent}; }}
    QListWidget::item, QListView#lines::item {{ padding: 4px 8px; border-radius: 4px; }}
    QListWidget::item:selected, QListView#lines::item:selected {{
        background: {look.accent}; color: {look.on_accent}; }}
    QListWidget::item:hover:!selected, QListView#lines::item:hover:!selected {{ background: {look.hover}; }}
    QListWidget::item:disabled {{ color: {look.muted}; background: transparent; }}
    QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
    QScrollBar::handle:vertical {{
        background: {look.border}; border-radius: 4px; min-height: 32px; margin: 2px; }}
    QScrollBar::handle:vertical:hover {{ background: {look.muted}; }}
    QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical {{ height: 0; }}
    QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical {{ background: transparent; }}
    QScrollArea {{ background: transparent; border: none; }}
    QScrollArea > QWidget > QWidget#page {{ background: transparent; }}
    """
