"""`parley bench scaling`: how many workers, gateways and Redis so many users need, simulated from measured times."""
