"""Who may come in, and how: addresses and TLS, tokens, OpenID Connect, limits, headers, the audit log's entries.

`Guard` stands before the app; what it lets through carries a `Principal` in `scope["state"]["principal"]`."""
