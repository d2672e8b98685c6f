"""Providers of cloud engines on this machine, which speak their real protocols, and do what goes wrong there."""
