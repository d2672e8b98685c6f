"""Parley as a server: sessions of the engine for clients on the network. One event loop; models work on threads."""
