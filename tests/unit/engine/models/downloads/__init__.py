"""Tests of desktop/engine/models/downloads."""
