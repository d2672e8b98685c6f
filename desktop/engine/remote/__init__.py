"""Work that is done elsewhere: how it is written down, and the connection to the server that does it."""
