"""What every HTTP edge shares: problems (RFC 9457) for refusals, and the words for them."""
