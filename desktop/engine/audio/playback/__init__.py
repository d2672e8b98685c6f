"""Playing spoken translation, on an output or into a file."""
