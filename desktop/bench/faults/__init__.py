"""Hostile servers, archives and folders, drawn from a seed, against what fetches and imports models."""
