"""The shapes of a digital card, and the answers about one that the OpenAPI description shows."""

import msgspec


class BrandView(msgspec.Struct, frozen=True):
    """How the app looks: the owner's name, the words of its logo, and its colours as `#rrggbb`."""

    name: str
    logo_text: str
    primary_colour: str
    accent_colour: str


class CardFaceView(msgspec.Struct, frozen=True):
    """What an app draws of a card. `wallets` are those that it can be saved to: `apple`, `google`.

    `number` is what the card's bar code holds; `holder` is null where the member gave no name.
    """

    number: str
    holder: str | None
    programme: str
    balance: str
    is_blocked: bool
    brand: BrandView
    wallets: list[str]


class CardCodeView(msgspec.Struct, frozen=True):
    """The code by which a till knows that the phone is there. `qr_svg` is the same as a picture."""

    code: str
    valid_from: str
    valid_to: str
    qr_svg: str


class SaveLinkView(msgspec.Struct, frozen=True):
    """Where the card is saved."""

    url: str


FACE = CardFaceView(
    number="1900000100000420",
    holder="Mira",
    programme="Lipa klub",
    balance="127",
    is_blocked=False,
    brand=BrandView("Mlekara Lipa", "Lipa", "#1f5c99", "#f2b705"),
    wallets=["apple", "google"],
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="37" height="37">…</svg>'
CODE = CardCodeView(
    code="190000010000042059847840208053222255",
    valid_from="2026-11-22T14:51:30.000Z",
    valid_to="2026-11-22T14:52:00.000Z",
    qr_svg=SVG,
)
SAVE_LINK = SaveLinkView("https://pay.google.com/gp/v/save/eyJhbGciOiJSUzI1NiJ9…")
