"""Text to text in another language: one file per backend."""
