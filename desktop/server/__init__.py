"""Serves the engine's sessions to others: `parley serve`."""
