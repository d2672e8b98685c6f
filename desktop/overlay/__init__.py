"""Subtitles over any window: `subtitles` decides what to show, `window` shows it."""
