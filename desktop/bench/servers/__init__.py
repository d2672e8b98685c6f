"""`parley bench servers`: how many speakers Parley's server and others bear, with the same model, audio and cores."""
