"""What members are to be told: events written by the transaction that causes them."""
