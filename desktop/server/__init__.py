"""Parley as a server: the engine's sessions for clients that connect."""
