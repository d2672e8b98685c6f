"""Settings, presets and profiles."""
