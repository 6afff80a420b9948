"""How members sign in: one-time codes to a phone or an e-mail address, and refresh tokens that live in families."""
