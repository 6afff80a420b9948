"""What a promotion gives: one file for each type, one line in the registry."""
