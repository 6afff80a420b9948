"""The job that matches waiting texts anew when the catalogue has grown, and has the receipts of those now found rated again.

It may run twice: a text that was found waits no more, and its rerating is written in the same transaction. A run whose
version of the catalogue is not the newest stops: the newest has a job of its own, which begins with the texts of most
receipts.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.jobs import AccrualServices
from backend.catalogue.aliases import EVERY_SELLER, UnmatchedText
from backend.catalogue.matching.lines import match_lines
from backend.catalogue.matching.matcher import LineFacts
from backend.catalogue.matching.reratings import GROWN, begin
from backend.catalogue.matching.review import Place, lock_waiting, queue, waiting_of
from backend.catalogue.matching.wording import line_key
from backend.catalogue.version import catalogue_version, growth
from backend.kit.jobs import Job
from backend.receipts.queries import lines, submitted_receipt, texts_with_known_barcodes

PAGE = 200


async def match_waiting(services: AccrualServices, job: Job) -> None:
    """Match every text that waits with the version of the catalogue that is `job.subject`, while it is the newest."""
    place: Place | None = None
    while True:
        async with services.database.transaction(job.tenant_id) as session:
            if job.subject != growth(job.tenant_id, await catalogue_version(session, job.tenant_id)):
                return
            rows = await queue(session, job.tenant_id, after=place, limit=PAGE)
            if not rows:
                return
            place = Place(rows[-1].receipts, rows[-1].id)
            await _rate_found(session, job.tenant_id, rows, now=services.clock())


async def match_overtaken(services: AccrualServices, job: Job) -> None:
    """Match those texts of the receipt `job.subject` that wait, because the catalogue grew while it was settled."""
    async with services.database.transaction(job.tenant_id) as session:
        receipt = await submitted_receipt(session, job.tenant_id, job.subject)
        texts = {line_key(line.name) for line in await lines(session, job.tenant_id, job.subject)}
        seller = receipt.seller["tax_id"] if receipt.seller else EVERY_SELLER
        rows = await waiting_of(session, job.tenant_id, seller_tax_id=seller, texts=texts)
        await _rate_found(session, job.tenant_id, rows, now=services.clock())


async def _rate_found(session: AsyncSession, tenant_id: UUID, rows: Sequence[UnmatchedText], *, now: datetime) -> None:
    found = await _found(session, tenant_id, rows)
    for row in await lock_waiting(session, tenant_id, found) if found else []:
        row.state = "matched"
        session.add(row)
        await begin(session, tenant_id, seller_tax_id=row.seller_tax_id, folded=row.folded, cause=GROWN, now=now)


async def _found(session: AsyncSession, tenant_id: UUID, rows: Sequence[UnmatchedText]) -> list[UUID]:
    """The texts that are a product's now, by themselves or by the barcode of a line that has them."""
    with_barcode = await texts_with_known_barcodes(session, tenant_id, {row.folded for row in rows})
    by_seller: dict[str, list[UnmatchedText]] = {}
    for row in rows:
        by_seller.setdefault(row.seller_tax_id, []).append(row)
    accepted: set[str] = set()
    for seller, own in by_seller.items():
        facts = [LineFacts(str(row.id), row.sample, None) for row in own]
        accepted |= (await match_lines(session, tenant_id, facts, seller_tax_id=seller)).products.keys()
    return [row.id for row in rows if str(row.id) in accepted or row.folded in with_barcode]
