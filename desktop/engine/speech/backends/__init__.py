"""Synthesizers: the Protocol, one file per backend."""
