"""Languages, sentences: what the engine knows of text."""
