"""Signing in at a provider of OpenID Connect, by the authorization code with PKCE."""
