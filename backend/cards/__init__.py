"""Cards: numbers that never overlap, media that carry them, and whose account a presented one opens."""
