"""Tests of `parley bench outages`."""
