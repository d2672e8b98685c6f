"""Reading aloud on the server: `/ws/recite`, `/verify`, `/metrics/streaming` (the founding documents' recitation)."""
