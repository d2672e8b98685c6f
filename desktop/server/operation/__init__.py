"""What whoever runs the server sees of it: health, metrics, logs, errors, traces. Never a word of what was said."""
