"""The reverse of settling: a refund takes back, line by line, what its purchase was given.

It happens once both are settled, whichever came first: the second of the two finds the other, because both wait for
the purchase's number. The points come from whoever was given them. Who submitted the refund learns nothing of that: to
them every refund is settled alike, whether its purchase is known here or not.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.giving import dues_of, money_taken, source_of, stamps_due, thing_document
from backend.accrual.models import Award, Reversal
from backend.accrual.queries import awards, reversals
from backend.accrual.returned import SoldLine, points_of_part, returned_parts
from backend.campaigns.uses import give_back
from backend.ledger import service as ledger
from backend.messages.service import write
from backend.programmes.models import Programme
from backend.programmes.queries import programmes
from backend.receipts.models import Receipt, ReceiptLineRow
from backend.receipts.queries import lines, lock_number, settled_refunds, settled_sale
from backend.rewards import service as rewards
from backend.rewards.models import TakenBack
from backend.rewards.service import Source


async def await_turn(session: AsyncSession, receipt: Receipt) -> None:
    """Let a purchase and its refunds settle one after the other; call before anything is decided."""
    number = receipt.reference if receipt.kind == "refund" else receipt.fiscal_id
    if number is not None:
        await lock_number(session, receipt.tenant_id, receipt.authority, number)


def reference_in(reference: str, programme: Programme, *, main: Programme) -> str:
    """What a receipt's transfer is called in each programme; in the tenant's first, by the receipt alone."""
    return reference if programme.id == main.id else f"{reference}:{programme.code}"


def given_in(sale: Receipt, later: int) -> str:
    """What the transfer of a receipt's settling is called, or of the round after it by which it was given more."""
    return f"rerate:{sale.id}:{later}" if later else f"receipt:{sale.id}"


async def undo(session: AsyncSession, receipt: Receipt, *, main: Programme, now: datetime) -> None:
    """Take back what the newly settled receipt returns, or what earlier refunds return of it; the caller has the turn.

    Each refund is one reversal of the ledger in each programme and round, whose shortfall is owed, and one message about
    it to whoever was given the points; another tells of what was given beside them. Budgets get the value back; uses
    stay used.
    """
    sale = await _sale_of(session, receipt)
    if sale is None:
        return
    refunds = await settled_refunds(session, sale)
    due = [receipt] if receipt.kind == "refund" else refunds
    counted = [refund for refund in refunds if refund.id not in {new.id for new in due}]
    for refund in due:
        counted.append(refund)
        await _take_back(session, sale, refund, counted, main=main, now=now)


async def _sale_of(session: AsyncSession, receipt: Receipt) -> Receipt | None:
    if receipt.kind == "sale":
        return receipt
    if receipt.kind != "refund" or receipt.reference is None:
        return None
    return await settled_sale(session, receipt.tenant_id, receipt.authority, receipt.reference)


async def _take_back(
    session: AsyncSession,
    sale: Receipt,
    refund: Receipt,
    counted: list[Receipt],
    *,
    main: Programme,
    now: datetime,
) -> None:
    """What all counted refunds return together, less what was taken back before, is this refund's."""
    given = {award.id: award for award in await awards(session, sale.tenant_id, sale.id)}
    rows = await reversals_of(session, sale, refund, counted, list(given.values()), now=now)
    session.add_all(rows)
    things = await take_things_back(session, sale, refund, counted, list(given.values()), now=now)
    await _tell_of_things(session, sale, refund, [row for taken in things.values() for row in taken], now=now)
    for programme in await programmes(session, sale.tenant_id):
        points: dict[int, int] = {}
        for row in rows:
            award = given[row.award_id]
            if award.programme_id == programme.id:
                points[award.round] = points.get(award.round, 0) + row.points
        if points:
            await _take_back_in(session, programme, sale, refund, points=points, main=main, now=now)
    for award in given.values():
        taken = sum(row.points for row in rows if row.award_id == award.id)
        centi = taken * 10 ** (2 - award.points_decimals) + money_taken(things[award.id])
        if centi and award.campaign_id is not None:
            key = (award.campaign_id, award.promotion)
            await give_back(session, sale.tenant_id, sale.id, key, centi, now=now)


async def take_things_back(
    session: AsyncSession,
    sale: Receipt,
    refund: Receipt,
    counted: list[Receipt],
    given: Sequence[Award],
    *,
    now: datetime,
) -> dict[UUID, list[TakenBack]]:
    """Take back what of these awards is no points, and stamps; by award, what all counted refunds do less what was taken.

    Stamps of all rounds move a counter once: what one takes, the full card of another may give back.
    """
    sold = await sold_lines(session, sale)
    parts = returned_parts(sold, await _returned(session, counted))
    before = returned_parts(sold, await _returned(session, counted[:-1]))
    things: dict[UUID, list[TakenBack]] = {}
    stamps: dict[tuple[UUID, str], tuple[Source, int]] = {}
    for award in given:
        source, dues = source_of(award, sale), dues_of(award, sold, parts)
        things[award.id] = await rewards.take_back(session, source, refund.id, dues, now=now)
        if award.stamps:
            counter = award.programme_id, award.stamps["counter"]
            _, units = stamps.get(counter, (source, 0))
            stamps[counter] = source, units + stamps_due(award, sold, parts) - stamps_due(award, sold, before)
    for (_, counter_name), (source, units) in stamps.items():
        if units:
            await rewards.unstamp(session, source, counter_name, units)
    return things


async def _returned(session: AsyncSession, refunds: list[Receipt]) -> list[SoldLine]:
    return [line for each in refunds for line in _sold(await lines(session, each.tenant_id, each.id))]


async def _take_back_in(
    session: AsyncSession,
    programme: Programme,
    sale: Receipt,
    refund: Receipt,
    *,
    points: Mapping[int, int],
    main: Programme,
    now: datetime,
) -> None:
    """Reverse of each round's transfer what came by it, and tell of all of it at once."""
    owed = 0
    for each, part in sorted(points.items()):
        name = f"refund-rerate:{refund.id}:{each}" if each else f"refund:{refund.id}"
        posted = await ledger.take_back(
            session,
            tenant_id=sale.tenant_id,
            programme_id=programme.id,
            member_id=sale.member_id,
            points=part,
            original=reference_in(given_in(sale, each), programme, main=main),
            reference=reference_in(name, programme, main=main),
            event_at=refund.issued_at,
            now=now,
        )
        owed -= posted.debt
    whole = sum(points.values())
    await _tell(session, sale, refund, points=whole, owed=owed, programme=programme, main=main, now=now)


async def reversals_of(
    session: AsyncSession,
    sale: Receipt,
    refund: Receipt,
    counted: list[Receipt],
    given: Sequence[Award],
    *,
    now: datetime,
) -> list[Reversal]:
    """What the refund takes back of these awards: what all counted refunds do together, less what was taken before."""
    parts = await parts_returned(session, sale, counted)
    taken: dict[tuple[UUID, str], int] = {}
    for row in await reversals(session, sale.tenant_id, sale.id):
        taken[row.award_id, row.line] = taken.get((row.award_id, row.line), 0) + row.points

    def left(award: Award, line: str, share: int) -> int:
        return points_of_part(share, parts[int(line)]) - taken.get((award.id, line), 0)

    return [
        Reversal(
            tenant_id=sale.tenant_id,
            refund_id=refund.id,
            award_id=award.id,
            line=line,
            receipt_id=sale.id,
            points=points,
            taken_at=now,
        )
        for award in given
        for line, share in award.shares.items()
        if (points := left(award, line, share))
    ]


async def parts_returned(session: AsyncSession, sale: Receipt, refunds: list[Receipt]) -> dict[int, Fraction]:
    """The part of each line of the sale that these refunds return together."""
    return returned_parts(await sold_lines(session, sale), await _returned(session, refunds))


async def sold_lines(session: AsyncSession, sale: Receipt) -> list[SoldLine]:
    """The lines of the sale that count."""
    return _sold(await lines(session, sale.tenant_id, sale.id))


def _sold(rows: list[ReceiptLineRow]) -> list[SoldLine]:
    """The lines that count; a line of no or negative quantity was voided and brought nothing."""
    return [
        SoldLine(row.no, row.name, row.gtin, row.quantity_milli, row.unit_price_minor, row.total_minor)
        for row in rows
        if row.quantity_milli > 0
    ]


async def _tell(
    session: AsyncSession,
    sale: Receipt,
    refund: Receipt,
    *,
    points: int,
    owed: int,
    programme: Programme,
    main: Programme,
    now: datetime,
) -> None:
    await write(
        session,
        tenant_id=sale.tenant_id,
        member_id=sale.member_id,
        event="receipt-refunded",
        params={
            "total_minor": refund.total_minor,
            "currency": refund.currency,
            "shop": sale.seller["name"] if sale.seller else None,
            "points": points,
            "owed": owed,
            "points_decimals": programme.points_decimals,
        },
        reference=reference_in(f"receipt-refunded:{refund.id}", programme, main=main),
        now=now,
    )


async def _tell_of_things(
    session: AsyncSession, sale: Receipt, refund: Receipt, taken: list[TakenBack], *, now: datetime
) -> None:
    if not taken:
        return
    await write(
        session,
        tenant_id=sale.tenant_id,
        member_id=sale.member_id,
        event="rewards-taken-back",
        params={
            "total_minor": refund.total_minor,
            "currency": sale.currency,
            "shop": sale.seller["name"] if sale.seller else None,
            "things": [thing_document(row.kind, row.units, row.name, None) for row in taken],
        },
        reference=f"rewards-taken-back:{refund.id}",
        now=now,
    )
