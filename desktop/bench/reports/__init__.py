"""What was found out, as figures, tables, plots, JSON and the page made of them."""
