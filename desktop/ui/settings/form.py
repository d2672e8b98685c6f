"""Settings as a form, made from their declaration: used by the cards' popovers and by the dialog. GUI thread only."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop.ui.settings.editors import Editor, make_editor
from desktop.ui.settings.names import title
from desktop.ui.settings.note import APPLIES, Provenance, SettingLabel, notes
from desktop.ui.widgets import icons, theme
from desktop.ui.widgets.picker import Choice

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
        self, keys: Sequence[str], choices: Choices, *, with_help: bool = False, parent: QWidget | None = None
    ) -> None:
        """with_help: the description stands under each row; otherwise it is a tooltip."""
        super().__init__(parent)
        from desktop.settings.values import declaration, fields

        declared = dict(fields())
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

    def filter(self, text: str) -> int:
        """Show only the rows that have the words in name, key or description; how many there are."""
        wanted = text.casefold().split()
        shown = 0
        for key, row in self._rows.items():
            searched = f"{title(key)} {key} {self._descriptions[key]}".casefold()
            is_found = all(word in searched for word in wanted)
            shown += is_found
            for widget in row:
                widget.setVisible(is_found)
        return shown

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
