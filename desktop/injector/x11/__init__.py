"""Typing under X11: keys, layouts, the clipboard."""
