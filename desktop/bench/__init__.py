"""`parley bench`: measures the engine on this machine."""
