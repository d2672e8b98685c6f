"""The Doctor's window."""
