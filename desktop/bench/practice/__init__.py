"""`parley bench practice`: how well a reader is followed, with recordings of people and texts that differ from them."""
