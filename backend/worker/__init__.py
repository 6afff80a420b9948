"""Runs jobs: which function does which kind, and the loop that claims, runs and records them."""
