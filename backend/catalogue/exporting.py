"""Writes a tenant's whole catalogue into a file, portion by portion; each product once, as it stands when it is read."""

import asyncio
from typing import BinaryIO
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.files.writer import WRITERS, Format
from backend.catalogue.queries import products_after
from backend.programmes.queries import programme

PORTION = 500


async def export_catalogue(session: AsyncSession, tenant_id: UUID, kind: Format, file: BinaryIO) -> int:
    """Write every product, withdrawn ones too, by SKU; how many.

    Prices in the programme's currency are written without it.
    """
    writer = WRITERS[kind](file, currency=(await programme(session, tenant_id)).currency)
    count, last = 0, None
    while found := await products_after(session, tenant_id, last, limit=PORTION):
        await asyncio.to_thread(writer.add, [each.facts for each in found])
        count, last = count + len(found), found[-1].facts.sku
    await asyncio.to_thread(writer.close)
    return count
