"""What the rules decide about for a receipt: in every programme of its member, the rules of its time and the basket."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.baskets import basket_of_receipt
from backend.accrual.rules import ProgrammeRules, Rules
from backend.catalogue.aliases import ProductAlias
from backend.catalogue.matching.lines import MatchedLines, match_lines
from backend.catalogue.matching.matcher import LineFacts
from backend.catalogue.queries import groups_with_ancestors
from backend.members.groups import groups_of
from backend.programmes.assigning import assigned_to
from backend.promotions.basket import Basket
from backend.receipts.models import Receipt
from backend.receipts.queries import lines


@dataclass(frozen=True, slots=True)
class Case:
    """One programme with what it said when the receipt was issued, and the receipt as its engine takes it."""

    said: ProgrammeRules
    basket: Basket


@dataclass(frozen=True, slots=True)
class Cases:
    """A receipt's cases, the tenant's oldest programme first, and which products its lines are."""

    cases: list[Case]
    facts: list[LineFacts]
    found: MatchedLines


async def cases_of(
    session: AsyncSession, receipt: Receipt, rules: Rules, *, assumed: ProductAlias | None = None
) -> Cases:
    """What is to be decided; a member without any programme has a case without rules in the tenant's oldest.

    `assumed` is a link of a text that is not made yet.
    """
    rows = await lines(session, receipt.tenant_id, receipt.id)
    facts = [LineFacts(str(row.no), row.name, row.gtin) for row in rows]
    seller_tax_id = receipt.seller["tax_id"] if receipt.seller else None
    found = await match_lines(session, receipt.tenant_id, facts, seller_tax_id=seller_tax_id, assumed=assumed)
    groups = await groups_with_ancestors(session, receipt.tenant_id, found.products.values())
    member_groups = await groups_of(session, receipt.tenant_id, receipt.member_id)
    cases = [
        Case(
            said,
            basket_of_receipt(
                receipt,
                rows,
                found.products,
                groups=groups,
                tenant=rules.tenant,
                programme=said.programme,
                outlet=rules.outlets.get(receipt.outlet_id) if receipt.outlet_id else None,
                member_groups=member_groups,
            ),
        )
        for said in await _programmes(session, receipt, rules, member_groups)
    ]
    return Cases(cases, facts, found)


async def _programmes(
    session: AsyncSession, receipt: Receipt, rules: Rules, groups: Iterable[str]
) -> list[ProgrammeRules]:
    """The member's programmes with what they said when the receipt was issued; one that says nothing if there is none."""
    assigned: set[UUID] = set()
    if any(programme.open_to != "everyone" for programme in rules.programmes):
        assigned = await assigned_to(session, receipt.tenant_id, receipt.member_id, groups=groups)
    own = [
        said
        for said in rules.at(receipt.issued_at).values()
        if said.programme.open_to == "everyone" or said.programme.id in assigned
    ]
    if own and receipt.earns:
        return own
    return [ProgrammeRules(said.programme, []) for said in own] or [ProgrammeRules(rules.main, [])]
