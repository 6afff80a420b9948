"""Issues slips and answers for them: the playground's memory.

It answers only for bytes that it issued exactly: a code that was changed, even with a right checksum, is unknown to it,
as it would be to the real authority. Slips are numbered by till, every kind of document sharing the till's total
counter. All drawing comes from one seeded generator; views of pages draw from another, so that looking at a slip does
not change the next one.
"""

import base64
import binascii
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from receipt_parsers.playground import basket, payload
from receipt_parsers.playground.answer import specifications_answer
from receipt_parsers.playground.document import KIND_NAMES, KINDS, Document, KindName, Line, Reference
from receipt_parsers.playground.errors import BadOrder, SlipNotFound
from receipt_parsers.playground.page import page
from receipt_parsers.playground.shops import SHOPS, Shop
from receipt_parsers.playground.slip import Slip

VIEWS_MAX: Final = 1_000
VIEW_LIFETIME: Final = timedelta(minutes=5)
_DEVICE_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_KIND_NAME: Final = {(kind.invoice_type, kind.transaction_type): name for name, kind in KINDS.items()}


@dataclass(slots=True)
class Till:
    """A pair of devices and its counters; `total_counter` is the sum of the counters of every kind."""

    requested_by: str
    signed_by: str
    counters: dict[KindName, int]

    @property
    def total_counter(self) -> int:
        """How many documents the pair has issued."""
        return sum(self.counters.values())


class PlaygroundAuthority:
    """Holds the newest `capacity` slips; `base_url` is where its codes lead, without a slash at the end."""

    def __init__(self, base_url: str, *, seed: int, capacity: int = 100_000) -> None:
        self._base_url = base_url.rstrip("/")
        self._rng = Random(seed)  # noqa: S311 - slips are to be repeatable, nothing here is secret
        self._view_rng = Random(seed)  # noqa: S311 - as above: a token guards an invented receipt
        self._capacity = capacity
        self._tills = {shop.premises_id: self._new_till(shop) for shop in SHOPS}
        self._slips: OrderedDict[str, Slip] = OrderedDict()
        self._by_vl: dict[bytes, Slip] = {}
        self._views: OrderedDict[str, tuple[str, datetime]] = OrderedDict()

    def issue(
        self,
        now: datetime,
        *,
        shop: str | None = None,
        items: Sequence[basket.OrderedItem] | None = None,
        total_minor: int | None = None,
        kind: KindName = "sale",
        refund_of: str | None = None,
        copy_of: str | None = None,
        buyer_id: str | None = None,
    ) -> Slip:
        """Issue a slip at `now` (aware; kept to the millisecond); what is not ordered is drawn.

        `shop` is a premises id. `items` and `total_minor` exclude each other. `refund_of` takes back a slip wholly, or
        the `items` of it, and `copy_of` repeats one: both take shop and lines from it and refer to it, and need no
        `kind`. A refund or copy without them refers to a slip that the playground never held. A refund always names a
        buyer. Raises BadOrder or SlipNotFound.
        """
        if now.tzinfo is None:
            raise AssertionError("the time of issue must be aware")
        original = self._original(refund_of=refund_of, copy_of=copy_of)
        kind = _derived_kind(kind, original, is_refund=refund_of is not None)
        if original is None:
            premises = self._shop(shop)
            lines = self._lines(premises, items, total_minor)
        else:
            if shop is not None or total_minor is not None or (items is not None and refund_of is None):
                raise BadOrder("shop, lines and total come from the slip that is referred to", pointer="/refund_of")
            premises = original.document.shop
            lines = original.document.lines if items is None else basket.returned(items, original.document.lines)
        return self._store(self._document(now, premises, kind, lines, original, buyer_id))

    def slip(self, fiscal_id: str) -> Slip:
        """The slip with this number; raises SlipNotFound."""
        try:
            return self._slips[fiscal_id]
        except KeyError:
            raise SlipNotFound("the playground has issued no such slip") from None

    def slip_of_code(self, vl: str) -> Slip:
        """The slip with exactly this code, base64 with blanks where a `+` was lost; raises SlipNotFound."""
        try:
            return self._by_vl[base64.b64decode(vl.replace(" ", "+"), validate=True)]
        except (KeyError, ValueError, binascii.Error):
            raise SlipNotFound("the playground has issued no such code") from None

    def open_page(self, slip: Slip, now: datetime) -> str:
        """The verification page, with a token of its own for this view."""
        token = str(UUID(int=self._view_rng.getrandbits(128), version=4))
        self._views[token] = (slip.fiscal_id, now + VIEW_LIFETIME)
        while len(self._views) > VIEWS_MAX:
            self._views.popitem(last=False)
        return page(slip.document, token=token, picture=slip.gif)

    def specifications(self, *, invoice_number: str, token: str, now: datetime) -> str:
        """The JSON text of the items, once for each view of the page and soon after it; otherwise a refusal."""
        view = self._views.get(token)
        if view is None or view[0] != invoice_number or now > view[1]:
            return specifications_answer(None)
        del self._views[token]
        slip = self._slips.get(invoice_number)
        return specifications_answer(slip.document if slip else None)

    def _original(self, *, refund_of: str | None, copy_of: str | None) -> Slip | None:
        if refund_of is not None and copy_of is not None:
            raise BadOrder("a slip is a refund or a copy, not both", pointer="/copy_of")
        fiscal_id = copy_of if refund_of is None else refund_of
        return None if fiscal_id is None else self.slip(fiscal_id)

    def _shop(self, premises_id: str | None) -> Shop:
        if premises_id is None:
            return self._rng.choice(SHOPS)
        shop = next((shop for shop in SHOPS if shop.premises_id == premises_id), None)
        if shop is None:
            raise BadOrder("no shop has this premises id", pointer="/shop")
        return shop

    def _lines(
        self, shop: Shop, items: Sequence[basket.OrderedItem] | None, total_minor: int | None
    ) -> tuple[Line, ...]:
        if items is not None and total_minor is not None:
            raise BadOrder("an ordered basket has its own total", pointer="/total_minor")
        if items is not None:
            return basket.ordered(items, shop)
        if total_minor is not None:
            return basket.drawn_to(total_minor, self._rng, shop)
        return basket.drawn(self._rng, shop)

    def _document(
        self,
        now: datetime,
        shop: Shop,
        kind: KindName,
        lines: tuple[Line, ...],
        original: Slip | None,
        buyer_id: str | None,
    ) -> Document:
        buyer_id = self._buyer(buyer_id, kind, original)
        till = self._tills[shop.premises_id]
        reference = self._reference(now, kind, till, original)
        till.counters[kind] += 1
        total_minor = sum(line.total_minor for line in lines)
        return Document(
            shop=shop,
            kind_name=kind,
            requested_by=till.requested_by,
            signed_by=till.signed_by,
            total_counter=till.total_counter,
            type_counter=till.counters[kind],
            issued_at=_to_millisecond(now),
            lines=lines,
            payments=basket.paid(total_minor, self._rng, exactly=kind != "sale"),
            buyer_id=buyer_id,
            reference=reference,
        )

    def _buyer(self, buyer_id: str | None, kind: KindName, original: Slip | None) -> str | None:
        if buyer_id is None and original is not None:
            buyer_id = original.document.buyer_id
        if buyer_id is None and KINDS[kind].is_refund:
            return f"20:{self._rng.randrange(10**9):09}"
        if buyer_id is not None and not (
            buyer_id.isascii() and buyer_id.isprintable() and 1 <= len(buyer_id) <= payload.BUYER_BYTES_MAX
        ):
            raise BadOrder("a buyer's id is 1 to 20 printable ASCII characters", pointer="/buyer_id")
        return buyer_id

    def _reference(self, now: datetime, kind: KindName, till: Till, original: Slip | None) -> Reference | None:
        if original is not None:
            return Reference(original.fiscal_id, original.document.issued_at)
        if not KINDS[kind].is_refund and kind != "copy":
            return None
        number = f"{till.requested_by}-{till.signed_by}-{till.total_counter - self._rng.randrange(100)}"
        return Reference(number, _to_millisecond(now - timedelta(minutes=self._rng.randrange(5, 5000))))

    def _store(self, document: Document) -> Slip:
        vl = payload.encode(document, self._rng.randbytes(payload.NOISE_BYTES))
        slip = Slip(document, vl, self._base_url)
        self._slips[slip.fiscal_id] = slip
        self._by_vl[vl] = slip
        while len(self._slips) > self._capacity:
            _, dropped = self._slips.popitem(last=False)
            del self._by_vl[dropped.vl]
        return slip

    def _new_till(self, shop: Shop) -> Till:
        requested_by = "".join(self._rng.choices(_DEVICE_LETTERS, k=8))
        signed_by = "".join(self._rng.choices(_DEVICE_LETTERS, k=6)) + "O0" if shop.signs_centrally else requested_by
        counters = dict.fromkeys(KIND_NAMES, 0)
        for name in KIND_NAMES[1:]:
            counters[name] = self._rng.randrange(1, 40)
        counters["sale"] = shop.documents + self._rng.randrange(500)
        return Till(requested_by, signed_by, counters)


def _derived_kind(kind: KindName, original: Slip | None, *, is_refund: bool) -> KindName:
    """The kind that refers to the original: its own kind taken back, or its copy."""
    if original is None:
        return kind
    of = original.document.kind
    if is_refund and (of.is_refund or original.document.kind_name == "copy"):
        raise BadOrder("only a slip that took money can be refunded", pointer="/refund_of")
    derived = _KIND_NAME[of.invoice_type, 1] if is_refund else _KIND_NAME[2, of.transaction_type]
    if kind not in ("sale", derived):
        raise BadOrder(f"the slip that refers to this one is of kind {derived}", pointer="/kind")
    return derived


def _to_millisecond(instant: datetime) -> datetime:
    return payload.EPOCH + (instant - payload.EPOCH) // timedelta(milliseconds=1) * timedelta(milliseconds=1)
