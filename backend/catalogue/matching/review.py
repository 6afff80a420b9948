"""The texts that wait for people: noted when a receipt settles, shown with the most awaited first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, false, func, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.aliases import UnmatchedText
from backend.catalogue.matching.errors import UnmatchedTextNotFound
from backend.catalogue.matching.lines import MatchedLines
from backend.catalogue.matching.matcher import LineFacts, Match
from backend.catalogue.matching.wording import line_key
from backend.catalogue.version import version_at_commit
from backend.kit.db import at_commit
from backend.kit.ids import new_id
from backend.kit.jobs import enqueue
from backend.promotions.folding import words

SAMPLE_LENGTH_MAX = 500
OVERTAKEN = "matching.overtaken"
"""The kind of job that says: the catalogue has grown while the receipt that is its subject was settled."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the queue a page ended."""

    receipts: int
    id: UUID


@dataclass(frozen=True, slots=True)
class _Noted:
    """A receipt whose texts were matched with that version of the catalogue."""

    tenant_id: UUID
    receipt_id: UUID
    version: int
    noted_at: datetime


def note_unmatched(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    receipt_id: UUID,
    seller_tax_id: str,
    lines: Sequence[LineFacts],
    found: MatchedLines,
    now: datetime,
) -> None:
    """Count the receipt's lines without an accepted product; written right before the commit, as many share a row.

    Call it once for a receipt. A text that was linked or matched since and comes again waits again. If the catalogue has
    grown by the commit, a job looks at them once more.
    """
    seen: dict[str, dict[str, Any]] = {}
    for line in lines:
        key, match = line_key(line.name), found.matches[line.id]
        if match.product is None and key:
            row = seen.setdefault(key, _row(tenant_id, seller_tax_id, key, line.name, match, now))
            row["lines"] += 1
    at_commit(session, _count).extend(seen.values())
    if seen:
        at_commit(session, _compare).append(_Noted(tenant_id, receipt_id, found.version, now))


def _row(tenant_id: UUID, seller: str, key: str, name: str, found: Match, now: datetime) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "id": new_id(),
        "seller_tax_id": seller,
        "folded": key,
        "sample": name[:SAMPLE_LENGTH_MAX],
        "state": "waiting",
        "band": found.band,
        "score": found.score,
        "candidates": [
            {"sku": each.product.sku, "name": each.product.name, "score": each.score} for each in found.candidates
        ],
        "receipts": 1,
        "lines": 0,
        "first_seen_at": now,
        "last_seen_at": now,
    }


_NEW = insert(UnmatchedText)
_COUNTED = _NEW.on_conflict_do_update(
    index_elements=["tenant_id", "seller_tax_id", "folded"],
    set_={
        "receipts": UnmatchedText.receipts + 1,
        "lines": UnmatchedText.lines + _NEW.excluded.lines,
        "state": case((col(UnmatchedText.state) == "ignored", "ignored"), else_="waiting"),
        "last_seen_at": func.greatest(UnmatchedText.last_seen_at, _NEW.excluded.last_seen_at),
        **{name: _NEW.excluded[name] for name in ("band", "score", "candidates")},
    },
)


async def _count(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    """Add up; in one order everywhere, so that receipts that share texts never wait for each other in a circle."""
    if rows:
        ordered = sorted(rows, key=lambda row: (row["seller_tax_id"], row["folded"]))
        await (await session.connection()).execute(_COUNTED, ordered)


async def _compare(session: AsyncSession, noted: list[_Noted]) -> None:
    """Have receipts looked at again whose texts were matched with what is no longer the catalogue."""
    for each in noted:
        if await version_at_commit(session, each.tenant_id) != each.version:
            await enqueue(session, OVERTAKEN, each.tenant_id, each.receipt_id, now=each.noted_at)


async def waiting_of(
    session: AsyncSession, tenant_id: UUID, *, seller_tax_id: str, texts: Collection[str]
) -> list[UnmatchedText]:
    """Those of the seller's texts that wait, each a `line_key`."""
    found = await session.exec(
        select(UnmatchedText).where(
            UnmatchedText.tenant_id == tenant_id,
            UnmatchedText.state == "waiting",
            UnmatchedText.seller_tax_id == seller_tax_id,
            col(UnmatchedText.folded).in_(texts),
        )
    )
    return list(found)


async def queue(
    session: AsyncSession,
    tenant_id: UUID,
    *,
    state: str = "waiting",
    seller_tax_id: str | None = None,
    band: str | None = None,
    search: str | None = None,
    after: Place | None,
    limit: int,
) -> list[UnmatchedText]:
    """A page of the texts, those of most receipts first, narrowed by whatever is named."""
    wanted: list[ColumnElement[bool]] = [
        col(UnmatchedText.tenant_id) == tenant_id,
        col(UnmatchedText.state) == state,
    ]
    if seller_tax_id is not None:
        wanted.append(col(UnmatchedText.seller_tax_id) == seller_tax_id)
    if band is not None:
        wanted.append(col(UnmatchedText.band) == band)
    if search is not None:
        part = " ".join(words(search))
        wanted.append(col(UnmatchedText.folded).contains(part, autoescape=True) if part else false())
    if after is not None:
        wanted.append(tuple_(col(UnmatchedText.receipts), col(UnmatchedText.id)) < (after.receipts, after.id))
    query = select(UnmatchedText).where(*wanted)
    return list(
        await session.exec(
            query.order_by(col(UnmatchedText.receipts).desc(), col(UnmatchedText.id).desc()).limit(limit)
        )
    )


async def lock_waiting(session: AsyncSession, tenant_id: UUID, text_ids: Collection[UUID]) -> list[UnmatchedText]:
    """Those of the texts that still wait, held until the transaction ends, in the order in which settling locks them."""
    found = await session.exec(
        select(UnmatchedText)
        .where(
            UnmatchedText.tenant_id == tenant_id,
            UnmatchedText.state == "waiting",
            col(UnmatchedText.id).in_(text_ids),
        )
        .order_by(col(UnmatchedText.seller_tax_id), col(UnmatchedText.folded))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(found)


async def unmatched_text(session: AsyncSession, tenant_id: UUID, text_id: UUID) -> UnmatchedText:
    """One text. Raises UnmatchedTextNotFound."""
    found = await session.exec(
        select(UnmatchedText).where(UnmatchedText.tenant_id == tenant_id, UnmatchedText.id == text_id)
    )
    row = found.one_or_none()
    if row is None:
        raise UnmatchedTextNotFound
    return row
