"""A dairy brand on one machine: seeded, served, and shown at work. For demonstrations; nothing imports it."""
