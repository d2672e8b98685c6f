"""Recordings of people, and what plain decoding hears in them."""
