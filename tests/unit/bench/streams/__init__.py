"""Tests of `parley bench streams`."""
