"""The server's own protocol: the founding documents' messages, and more beside them."""
