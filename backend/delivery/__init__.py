"""Brings messages to members: renders them in the member's language, sends them and records what became of them."""
