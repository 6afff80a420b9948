"""What must hold before a promotion gives anything: one file for each type, one line in the registry."""
