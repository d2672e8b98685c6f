"""What runs beside the windows: the engine's thread, start and end of the app, hotkeys."""
