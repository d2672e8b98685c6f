"""A field to search in. GUI thread only."""

from PyQt6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from desktop.ui.widgets import icons, theme


class SearchField(QLineEdit):
    """Says what is searched, also to screen readers, and can be cleared."""

    def __init__(self, what: str, parent: QWidget | None = None, *, has_picture: bool = False) -> None:
        """what: "Search models"."""
        super().__init__(parent)
        self.setPlaceholderText(what)
        self.setAccessibleName(what)
        self.setClearButtonEnabled(True)
        self.setMinimumHeight(30)
        self.setTextMargins(theme.STEP, 0, 0, 0)
        for button in self.findChildren(QAbstractButton):
            button.setAccessibleName("Clear the search")
        if has_picture:
            self.addAction(icons.icon("magnify", "muted"), QLineEdit.ActionPosition.LeadingPosition)
            for button in self.findChildren(QAbstractButton):
                if not button.accessibleName():
                    button.setAccessibleName(what)
