"""Runs servers: what answers under which path, the start and the orderly end."""
