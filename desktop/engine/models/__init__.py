"""Which models are installed, which can be fetched, and which is used."""
