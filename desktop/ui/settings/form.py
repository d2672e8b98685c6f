"""Settings as a form, made from their declaration: used by the cards' popovers and by the dialog. GUI thread only."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop.ui.settings.editors import Editor, make_editor
from desktop.ui.settings.names import title
from desktop.ui.settings.note import APPLIES, Provenance, SettingLabel, notes
from desktop.ui.settings.search import NONE, rank
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.pickers.picker import Choice

if TYPE_CHECKING:
    from desktop.settings.declaration import Settings
    from desktop.settings.values import Declaration

Choices = Mapping[str, Sequence[Choice]]
"""key of a setting -> what it can be, where that depends on the machine ("speech.voice")"""


class SettingsForm(QWidget):
    """A row per setting: its name, what changes it, and a button that sets it back."""

    changed = pyqtSignal(str, object)
    """key, value"""
    reset = pyqtSignal(str)
    """key"""

    def __init__(
        self,
        keys: Sequence[str],
        choices: Choices,
        *,
        with_help: bool = False,
        page: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """with_help: the description stands under each row; otherwise it is a tooltip. page: the title above it."""
        super().__init__(parent)
        from desktop.settings.values import declaration, fields

        declared = dict(fields())
        self._page = page
        self._editors: dict[str, Editor] = {}
        self._resets: dict[str, QToolButton] = {}
        self._rows: dict[str, tuple[SettingLabel, QWidget]] = {}
        self._notes: dict[str, QLabel] = {}
        self._descriptions: dict[str, str] = {}
        self._declared: dict[str, Declaration] = {key: declaration(key) for key in keys}
        layout = QFormLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(4 * theme.STEP)
        layout.setVerticalSpacing(3 * theme.STEP if with_help else 2 * theme.STEP)
        layout.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for key in keys:
            description = declared[key].description or ""
            if applies := APPLIES.get(self._declared[key].applies):
                description = f"{description} · {applies}"
            name = title(key)
            editor = make_editor(key, declared[key], name, choices.get(key, ()))
            editor.widget.setToolTip(description)
            editor.widget.setAccessibleDescription(description)
            editor.edited.connect(partial(self.changed.emit, key))
            label = SettingLabel(name)
            label.setToolTip(description)
            label.setMinimumHeight(30)
            label.setBuddy(editor.widget)
            self._editors[key] = editor
            self._descriptions[key] = description
            row = self._row(key, name, editor, description if with_help else "")
            self._rows[key] = (label, row)
            layout.addRow(label, row)
            label.setAlignment(Qt.AlignmentFlag.AlignVCenter if not with_help else Qt.AlignmentFlag.AlignTop)
            if with_help:
                label.setContentsMargins(label.contentsMargins().left(), 6, 0, 0)

    def show_settings(self, settings: "Settings", provenance: Provenance | None = None) -> None:
        """Show these values, and where they come from; tells nobody."""
        for key, editor in self._editors.items():
            group, name = key.split(".")
            value = getattr(getattr(settings, group), name)
            editor.show_value(value)
            button = self._resets[key]
            is_changed = value != self._declared[key].default
            button.setEnabled(is_changed)
            button.setIcon(icons.icon("restore") if is_changed else icons.icon("restore", "muted"))
            self._rows[key][0].show_changed(is_changed)
            origin, profile = ("", "") if provenance is None else (provenance.origin(key), provenance.profile)
            said = " ".join(notes(self._declared[key], value, origin, profile))
            if (note := self._notes.get(key)) is not None:
                note.setText(said)
                note.setVisible(bool(said))
            else:
                described = f"{self._descriptions[key]}\n{said}".strip()
                editor.widget.setToolTip(described)
                self._rows[key][0].setToolTip(described)

    def rank(self, text: str) -> int:
        """How well the row fits best that fits what is searched for, see `search`."""
        return max(self._ranks(text).values(), default=NONE)

    def filter(self, text: str, least: int) -> int:
        """Show only the rows that fit what is searched for at least so well; how many there are."""
        shown = 0
        for key, level in self._ranks(text).items():
            shown += level >= least
            for widget in self._rows[key]:
                widget.setVisible(level >= least)
        return shown

    def _ranks(self, text: str) -> dict[str, int]:
        wanted = text.casefold().split()
        return {key: rank(wanted, title(key), f"{key} {self._page}", self._descriptions[key]) for key in self._rows}

    def editor(self, key: str) -> Editor:
        """What changes a setting."""
        return self._editors[key]

    def _row(self, key: str, name: str, editor: Editor, help_text: str) -> QWidget:
        button = QToolButton()
        button.setIcon(icons.icon("restore", "muted"))
        button.setIconSize(QSize(16, 16))
        button.setAccessibleName(f"Set {name} back")
        button.setToolTip("Back to the default")
        button.clicked.connect(partial(self.reset.emit, key))
        retain = button.sizePolicy()
        retain.setRetainSizeWhenHidden(True)
        button.setSizePolicy(retain)
        self._resets[key] = button
        row = QWidget()
        layout = QHBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.STEP)
        if editor.widget.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Fixed:
            layout.addWidget(editor.widget)
            layout.addStretch(1)
        else:
            layout.addWidget(editor.widget, 1)
        layout.addWidget(button)
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(layout)
        if help_text:
            note = QLabel(help_text)
            note.setObjectName("muted")
            note.setFont(theme.font("small"))
            note.setWordWrap(True)
            column.addWidget(note)
            more = QLabel()
            more.setFont(theme.font("small"))
            more.setWordWrap(True)
            more.hide()
            self._notes[key] = more
            column.addWidget(more)
        return row
