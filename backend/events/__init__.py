"""What an open app is told at once: a short history of each member, in an order that never changes."""
