"""Takes a file into the catalogue portion by portion, each a transaction of its own: good rows land, others are told of.

The same file again changes nothing. Reading runs in a thread, so that a worker's other jobs go on.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.files.reader import CatalogueFile, ReadRow
from backend.catalogue.flaws import Flaw
from backend.catalogue.storing import Foreseen, Taken, decide, take
from backend.catalogue.wishes import Wish
from backend.kit.audit import Actor, record
from backend.kit.db import Database
from backend.programmes.queries import programme

REFUSALS_KEPT = 500
"""How many refused rows a report names; it counts all of them."""


@dataclass(slots=True)
class Tally:
    """What has become of a file's rows so far. Of `refusals`, each names row, field, code, and sentence untranslated."""

    rows_done: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    groups_added: int = 0
    refusals: list[dict[str, Any]] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """The numbers alone."""
        names = ("rows_done", "added", "changed", "unchanged", "refused", "groups_added")
        return {name: getattr(self, name) for name in names}

    def add(self, rows: Sequence[ReadRow], taken: Taken) -> None:
        """Count what became of the rows, whose wishes came to that."""
        wanted = [row.no for row in rows if row.wish is not None]
        refused = {row.no: row.flaws for row in rows if row.wish is None}
        refused |= {wanted[place]: (flaw,) for place, flaw in taken.refused}
        for no in sorted(refused):
            self._refuse(no, refused[no])
        added = sum(each.before is None for each in taken.changes)
        self.added += added
        self.changed += len(taken.changes) - added
        self.unchanged += taken.unchanged
        self.groups_added += len(taken.groups_added)
        self.rows_done += len(rows)

    def _refuse(self, row: int, flaws: Sequence[Flaw]) -> None:
        """Count a refused row, and keep why as long as there is room."""
        self.refused += 1
        room = REFUSALS_KEPT - len(self.refusals)
        self.refusals += [{"row": row, **flaw.document()} for flaw in flaws][:room]


async def open_file(database: Database, tenant_id: UUID, file: BinaryIO) -> CatalogueFile:
    """The file as the tenant's: prices without a currency are in its programme's. Raises one of `FILE_REFUSALS`."""
    async with database.transaction(tenant_id) as session:
        currency = (await programme(session, tenant_id)).currency
    return await asyncio.to_thread(CatalogueFile, file, currency=currency)


async def import_portion(
    session: AsyncSession, tenant_id: UUID, rows: Sequence[ReadRow], tally: Tally, *, now: datetime
) -> None:
    """Bring the catalogue to what the rows want, and count what became of them."""
    tally.add(rows, await take(session, tenant_id, _wishes(rows), now=now))


async def import_now(
    database: Database,
    actor: Actor,
    file: CatalogueFile,
    *,
    clock: Callable[[], datetime],
    on_portion: Callable[[Tally], None],
) -> Tally:
    """Take the whole file, as an operator waits for it. Raises one of `FILE_REFUSALS`; what was taken before stays."""
    tally = Tally()
    try:
        while rows := await asyncio.to_thread(file.portion):
            async with database.transaction(actor.tenant_id) as session:
                await import_portion(session, actor.tenant_id, rows, tally, now=clock())
            on_portion(tally)
    finally:
        async with database.transaction(actor.tenant_id) as session:
            await record_import(session, actor, actor.tenant_id, tally, now=clock())
    return tally


async def try_import(
    database: Database, tenant_id: UUID, file: CatalogueFile, *, on_portion: Callable[[Tally], None]
) -> Tally:
    """What taking the file would do, were nothing else to change meanwhile; nothing is written and nobody waits."""
    tally, foreseen = Tally(), Foreseen()
    while rows := await asyncio.to_thread(file.portion):
        async with database.transaction(tenant_id) as session:
            tally.add(rows, await decide(session, tenant_id, _wishes(rows), foreseen))
        on_portion(tally)
    return tally


async def record_import(session: AsyncSession, actor: Actor, subject: UUID, tally: Tally, *, now: datetime) -> None:
    """Say in the audit trail what came of a file."""
    await record(session, actor, "catalogue.imported", ("catalogue", subject), after=tally.counts(), now=now)


def _wishes(rows: Sequence[ReadRow]) -> list[Wish]:
    return [row.wish for row in rows if row.wish is not None]
