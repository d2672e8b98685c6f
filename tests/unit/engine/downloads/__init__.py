"""Tests of desktop/engine/downloads."""
