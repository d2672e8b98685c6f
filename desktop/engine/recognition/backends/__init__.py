"""Recognisers: the Protocol, and what wraps one. Whisper has a folder of its own."""
