"""Sockets and the HTTP server under every application."""
