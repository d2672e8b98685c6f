"""Widgets and layouts that fit what they hold into the room there is."""
