"""Commands around the server: it itself, its workers and jobs, tokens, database."""
