"""Reading along with a text: the words that are expected, what was said instead, a score."""
