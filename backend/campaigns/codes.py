"""Lists of promo codes of any size, and spending a code exactly once, whoever comes at the same time.

A code is compared without case and blanks around it. Importing a file again adds what is new and changes nothing else.
"""

import csv
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import func, or_, text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.campaigns.errors import CodeListNotFound, CodeListRefused
from backend.campaigns.models import CodeList, PromoCode
from backend.kit.audit import Actor, record
from backend.kit.ids import new_id

CODE_LENGTH_MAX = 64
_PORTION = 10_000
_ADD = text("""
    insert into promo_code (tenant_id, list_id, code)
    select :tenant, :list, unnest(cast(:codes as text[]))
    on conflict do nothing
""")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: codes that are new, and codes that were there or stood twice in the file."""

    name: str
    added: int
    repeated: int


@dataclass(frozen=True, slots=True)
class ListStanding:
    """A list and how many of its codes are in which state."""

    name: str
    single_use: bool
    unspent: int
    held: int
    spent: int


def folded(code: str) -> str:
    """The form in which a code is kept and compared: in capitals, and one for all that the engine takes for the same."""
    return code.strip().casefold().upper()


def read_codes(content: bytes) -> list[str]:
    """The codes of a CSV file's first column, in order; a first line that says `code` is a heading.

    Raises CodeListRefused with the number of the first line that holds no code.
    """
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise CodeListRefused(line="1") from error
    codes = []
    for number, row in enumerate(rows, start=1):
        code = folded(row[0]) if row else ""
        if not any(cell.strip() for cell in row) or (number == 1 and code == "CODE"):
            continue
        if not (0 < len(code) <= CODE_LENGTH_MAX and code.isprintable() and not any(map(str.isspace, code))):
            raise CodeListRefused(line=str(number))
        codes.append(code)
    return codes


@dataclass(frozen=True, slots=True)
class KeptCode:
    """A code in the list of that name, and the receipt that holds or spent it."""

    name: str
    single_use: bool
    code: str
    taker: UUID | None


async def import_codes(
    session: AsyncSession,
    actor: Actor,
    name: str,
    codes: list[str],
    *,
    single_use: bool = True,
    partner_id: UUID | None = None,
    now: datetime,
) -> Imported:
    """Add codes to the list, which begins with its first import. Raises CodeListNotFound for another partner's list."""
    row = await _open(session, actor, name, single_use=single_use, partner_id=partner_id, now=now)
    before = await _count(session, row)
    for portion in _portions(sorted(set(codes))):
        await (await session.connection()).execute(_ADD, {"tenant": actor.tenant_id, "list": row.id, "codes": portion})
    after = await _count(session, row)
    await record(
        session,
        actor,
        "codes.imported",
        ("code-list", row.id),
        before={"name": name, "codes": before},
        after={"name": name, "codes": after, "single_use": row.single_use},
        now=now,
    )
    return Imported(name, after - before, len(codes) - (after - before))


async def spend(
    session: AsyncSession,
    tenant_id: UUID,
    name: str,
    code: str,
    receipt_id: UUID,
    *,
    state: Literal["held", "spent"] = "spent",
) -> bool:
    """Whether the code is the receipt's now: spent, or held while the receipt waits. Twice by one receipt is once.

    A code of a list that is not for single use is anybody's and stays unspent. Of several at once exactly one has it.
    """
    single_use = await session.exec(
        select(CodeList.single_use)
        .join(PromoCode, (col(PromoCode.tenant_id) == CodeList.tenant_id) & (col(PromoCode.list_id) == CodeList.id))
        .where(CodeList.tenant_id == tenant_id, CodeList.name == name, PromoCode.code == folded(code))
    )
    once = single_use.one_or_none()
    if not once:
        return once is not None
    lists = select(CodeList.id).where(CodeList.tenant_id == tenant_id, CodeList.name == name)
    taken = await session.exec(
        update(PromoCode)
        .where(
            col(PromoCode.tenant_id) == tenant_id,
            col(PromoCode.list_id).in_(lists),
            col(PromoCode.code) == folded(code),
            or_(col(PromoCode.state) == "unspent", col(PromoCode.receipt_id) == receipt_id),
        )
        .values(state=state, receipt_id=receipt_id)
        .returning(col(PromoCode.code))
    )
    return taken.first() is not None


async def release_codes(session: AsyncSession, tenant_id: UUID, receipt_id: UUID) -> None:
    """Let go the codes that the receipt holds; what it has spent stays spent."""
    await session.exec(
        update(PromoCode)
        .where(
            col(PromoCode.tenant_id) == tenant_id,
            col(PromoCode.receipt_id) == receipt_id,
            col(PromoCode.state) == "held",
        )
        .values(state="unspent", receipt_id=None)
    )


async def kept_codes(
    session: AsyncSession, tenant_id: UUID, names: Collection[str], codes: Collection[str]
) -> list[KeptCode]:
    """Those of the codes that stand in any of the lists; nobody is kept from using them meanwhile."""
    if not names or not codes:
        return []
    found = await session.exec(
        select(CodeList.name, CodeList.single_use, PromoCode.code, PromoCode.receipt_id)
        .join(PromoCode, (col(PromoCode.tenant_id) == CodeList.tenant_id) & (col(PromoCode.list_id) == CodeList.id))
        .where(
            CodeList.tenant_id == tenant_id,
            col(CodeList.name).in_(names),
            col(PromoCode.code).in_([folded(code) for code in codes]),
        )
    )
    return [KeptCode(*row) for row in found]


def free_codes(
    own: Mapping[str, Collection[str]], kept: Iterable[KeptCode], is_free: Callable[[KeptCode], bool]
) -> dict[str, frozenset[str]]:
    """By list the codes that may be used; what a promotion writes out in its `own` list and nobody has kept yet may be."""
    free = {name: {folded(code) for code in codes} for name, codes in own.items()}
    for each in kept:
        codes = free.setdefault(each.name, set())
        (codes.add if is_free(each) else codes.discard)(each.code)
    return {name: frozenset(codes) for name, codes in free.items()}


async def lists(session: AsyncSession, tenant_id: UUID, *, partner_id: UUID | None = None) -> list[ListStanding]:
    """The tenant's lists by name, of one partner alone if it is named."""
    query = (
        select(CodeList.name, CodeList.single_use, PromoCode.state, func.count())
        .join(PromoCode, (col(PromoCode.tenant_id) == CodeList.tenant_id) & (col(PromoCode.list_id) == CodeList.id))
        .where(CodeList.tenant_id == tenant_id)
        .group_by(col(CodeList.name), col(CodeList.single_use), col(PromoCode.state))
        .order_by(col(CodeList.name))
    )
    if partner_id is not None:
        query = query.where(CodeList.partner_id == partner_id)
    counts: dict[tuple[str, bool], dict[str, int]] = {}
    for name, single_use, state, count in await session.exec(query):
        counts.setdefault((name, single_use), {})[state] = count
    return [
        ListStanding(name, single_use, by.get("unspent", 0), by.get("held", 0), by.get("spent", 0))
        for (name, single_use), by in counts.items()
    ]


async def _open(
    session: AsyncSession, actor: Actor, name: str, *, single_use: bool, partner_id: UUID | None, now: datetime
) -> CodeList:
    await (await session.connection()).execute(
        text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"codes:{actor.tenant_id}:{name}"}
    )
    found = await session.exec(select(CodeList).where(CodeList.tenant_id == actor.tenant_id, CodeList.name == name))
    row = found.one_or_none()
    if row is not None:
        if partner_id not in {None, row.partner_id}:
            raise CodeListNotFound
        return row
    row = CodeList(
        tenant_id=actor.tenant_id,
        id=new_id(),
        name=name,
        single_use=single_use,
        partner_id=partner_id,
        created_at=now,
    )
    session.add(row)
    await session.flush()  # codes point to it
    return row


async def _count(session: AsyncSession, row: CodeList) -> int:
    found = await session.exec(
        select(func.count())
        .select_from(PromoCode)
        .where(PromoCode.tenant_id == row.tenant_id, PromoCode.list_id == row.id)
    )
    return found.one()


def _portions(codes: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(codes), _PORTION):
        yield codes[start : start + _PORTION]
