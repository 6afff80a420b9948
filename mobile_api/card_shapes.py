"""The shapes of members' cards."""

import msgspec


class CardView(msgspec.Struct, frozen=True):
    """A card. `number` is as it is printed; `code` are its digits, what a till scans as QR or Code 128.

    `state` is `active`, `paused` by the member, or `blocked` for good: then `blocked_for` is `lost`, `rules` or `ended`,
    and `code` is null. `form` is `plastic` or `digital`; all of a member's cards open the same wallet.
    """

    number: str
    code: str | None
    form: str
    state: str
    blocked_for: str | None
    since: str


class CardsView(msgspec.Struct, frozen=True):
    """Every card of the member, the newest first."""

    cards: list[CardView]
