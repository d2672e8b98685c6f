"""Many who speak at a time, before a worker whose decoding takes a set time: what gateways and Redis bear."""
