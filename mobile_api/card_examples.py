"""The answers about cards that the OpenAPI description shows."""

from mobile_api.card_shapes import CardsView, CardView

_SINCE = "2026-11-22T14:53:02.118Z"
CARD = CardView("1900-0001-0000-0420", "1900000100000420", "plastic", "active", None, _SINCE)
PAUSED = CardView("1900-0001-0000-0420", "1900000100000420", "plastic", "paused", None, _SINCE)
LOST = CardView("1900-0001-0000-0420", None, "plastic", "blocked", "lost", _SINCE)
CARDS = CardsView([CARD])
