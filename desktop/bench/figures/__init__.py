"""Figures: word errors, delays, text taken back, intervals. Pure."""
