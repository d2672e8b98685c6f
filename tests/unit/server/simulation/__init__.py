"""Gateways, workers, Redis and clients on one simulated clock, so that hours of faults take seconds."""
