"""OAuth 2.0 and OpenID Connect as a TPP speaks them."""
