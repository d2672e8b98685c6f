"""Widgets with which something is chosen."""
