"""Requests as HTTP tells of them: who sent them, from which page, what they carry, how they are refused."""
