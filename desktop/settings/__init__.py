"""The settings: declared once; values, layers, file and profiles around the declaration."""
