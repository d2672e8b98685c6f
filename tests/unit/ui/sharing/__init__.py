"""Tests of what the window says of sharing."""
