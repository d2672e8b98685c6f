"""What lets somebody in: tokens, cookies, a login elsewhere (OpenID Connect)."""
