"""A GTK 3 text editor that writes its text to a file whenever it changes: gtk_editor.py FILE [TITLE [password]]

Each click on it is a line of FILE.clicks: where it was, in the window.

Run with the system's Python, which has the bindings.
"""

import sys
from pathlib import Path

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402


def save(changed: Gtk.TextBuffer | Gtk.Entry) -> None:
    is_entry = isinstance(changed, Gtk.Entry)
    text = changed.get_text() if is_entry else changed.get_text(changed.get_start_iter(), changed.get_end_iter(), True)
    draft = Path(sys.argv[1] + ".new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(sys.argv[1])  # at once or not at all, so that a reader never sees half of it


def note(_: Gtk.TextView, event: Gdk.EventButton) -> bool:
    with Path(sys.argv[1] + ".clicks").open("a") as clicks:
        clicks.write(f"{event.x:.0f} {event.y:.0f}\n")
    return False


window = Gtk.Window(title=sys.argv[2] if len(sys.argv) > 2 else "GTK editor")
window.set_default_size(900, 500)
if sys.argv[3:] == ["password"]:
    view = Gtk.Entry(visibility=False)
    view.connect("changed", save)
else:
    view = Gtk.TextView()
    view.get_buffer().connect("changed", save)
view.connect("button-press-event", note)
window.add(view)
window.connect("destroy", Gtk.main_quit)
window.show_all()
Gtk.main()
