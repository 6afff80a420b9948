"""What the rules decide about for a receipt: in every programme of its member, the rules of its time and the basket."""

from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.baskets import basket_of_receipt
from backend.campaigns.queries import rules_at
from backend.campaigns.timeline import Rule
from backend.catalogue.aliases import ProductAlias
from backend.catalogue.matching.lines import MatchedLines, match_lines
from backend.catalogue.matching.matcher import LineFacts
from backend.catalogue.queries import groups_with_ancestors
from backend.members.groups import groups_of
from backend.programmes import queries as programmes
from backend.programmes.assigning import programmes_of
from backend.programmes.models import Programme
from backend.promotions.basket import Basket
from backend.receipts.models import Receipt
from backend.receipts.queries import lines


@dataclass(frozen=True, slots=True)
class Case:
    """One programme, the rules that held in it when the receipt was issued, and the receipt as its engine takes it."""

    programme: Programme
    rules: list[Rule]
    basket: Basket


@dataclass(frozen=True, slots=True)
class Cases:
    """A receipt's cases, the tenant's oldest programme first, and which products its lines are."""

    cases: list[Case]
    facts: list[LineFacts]
    found: MatchedLines


async def cases_of(session: AsyncSession, receipt: Receipt, *, assumed: ProductAlias | None = None) -> Cases:
    """What is to be decided; a member without any programme has a case without rules in the tenant's oldest.

    `assumed` is a link of a text that is not made yet.
    """
    tenant = await programmes.tenant(session, receipt.tenant_id)
    outlet = await programmes.outlet(session, receipt.tenant_id, receipt.outlet_id)
    rows = await lines(session, receipt.tenant_id, receipt.id)
    facts = [LineFacts(str(row.no), row.name, row.gtin) for row in rows]
    seller_tax_id = receipt.seller["tax_id"] if receipt.seller else None
    found = await match_lines(session, receipt.tenant_id, facts, seller_tax_id=seller_tax_id, assumed=assumed)
    groups = await groups_with_ancestors(session, receipt.tenant_id, found.products.values())
    member_groups = await groups_of(session, receipt.tenant_id, receipt.member_id)
    own = await programmes_of(session, receipt.tenant_id, receipt.member_id, groups=member_groups)
    cases = []
    for programme in own or [await programmes.programme(session, receipt.tenant_id)]:
        rules: list[Rule] = []
        if own and receipt.earns:
            rules = await rules_at(session, receipt.tenant_id, programme.id, receipt.issued_at)
        basket = basket_of_receipt(
            receipt,
            rows,
            found.products,
            groups=groups,
            tenant=tenant,
            programme=programme,
            outlet=outlet,
            member_groups=member_groups,
        )
        cases.append(Case(programme, rules, basket))
    return Cases(cases, facts, found)
