"""What the tables say in sum."""
