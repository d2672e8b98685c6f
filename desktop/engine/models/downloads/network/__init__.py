"""What is asked of servers: lists of models, and their files. On the caller's thread."""
