"""Clients' streams: who speaks, what is told to whom, how many may speak."""
