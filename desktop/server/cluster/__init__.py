"""The server on several machines: gateways and workers with Redis between them."""
