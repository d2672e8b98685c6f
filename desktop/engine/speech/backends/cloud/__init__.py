"""Engines in clouds, one file each; each is a class of one parameter (`desktop/engine/cloud/options.py`)."""
