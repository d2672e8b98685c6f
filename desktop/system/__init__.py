"""What Parley needs of the system: where files lie, the log, secrets."""
