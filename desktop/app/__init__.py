"""The app: start order, and the wiring of the window, the engine's thread and the outputs. `start.run` begins it."""
