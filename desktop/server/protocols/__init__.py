"""How clients speak with the server: each protocol is a small adapter of a stream."""
