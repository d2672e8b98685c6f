"""Translators: the Protocol, one file per backend, and the fallback."""
