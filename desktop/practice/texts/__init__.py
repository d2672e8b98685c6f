"""Texts to read aloud, from files."""
