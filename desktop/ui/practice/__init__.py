"""Practice: a text is read aloud, and each word is marked as it is spoken."""
