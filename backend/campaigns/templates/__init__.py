"""Ready campaigns, one kind of scheme a file: what staff fill in, and the promotions that come of it."""
