"""`parley bench workers`: what a second worker is worth, and what the way over Redis costs."""
