"""Whisper through CTranslate2: its recogniser, and what its results are checked for."""
