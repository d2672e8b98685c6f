"""Sound as clients send and want it: decoded while it arrives, encoded while it is spoken."""
