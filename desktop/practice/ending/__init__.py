"""What is said of a reading that is over: its words, how evenly it was read, a score."""
