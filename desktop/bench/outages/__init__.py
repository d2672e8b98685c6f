"""`parley bench outages`: gateways, workers and Redis that die and come back while clients speak."""
