"""What was said in a session, as text, subtitles and JSON."""
