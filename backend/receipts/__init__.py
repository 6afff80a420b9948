"""A member's submissions of fiscal receipts: claimed, asked about, compared with the authority's answer, stored."""
