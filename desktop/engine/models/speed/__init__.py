"""How fast models run on this machine."""
