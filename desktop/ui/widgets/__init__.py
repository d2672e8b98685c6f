"""Small parts that several windows use, and how they look."""
