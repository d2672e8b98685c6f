"""Tests of `parley bench workers`."""
