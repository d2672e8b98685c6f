"""Texts to practise with: read from files and pasted text, and the passages that are chosen from them. Any thread."""
