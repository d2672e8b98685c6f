"""From translations to sound: which clauses are spoken, and by what."""
