"""People and firms that take part, and the tokens by which the app speaks for them."""
