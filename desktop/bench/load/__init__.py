"""`parley load`: clients of a server that speak in real time, and what becomes of their words."""
