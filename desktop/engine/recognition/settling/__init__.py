"""Which words of an utterance are shown, which are committed, and which are kept in the end. Pure."""
