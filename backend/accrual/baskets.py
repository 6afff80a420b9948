"""A receipt as the promotion engine takes it: before its lines are known, and after."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.catalogue.models import Product
from backend.programmes.models import Outlet, Programme, Tenant
from backend.promotions.basket import Basket, BasketLine, MemberFacts
from backend.receipts.models import Receipt, ReceiptLineRow
from receipt_parsers.model import FiscalCode

CHANNEL = "retail"


def basket_of_code(code: FiscalCode, *, tenant: Tenant, programme: Programme, member_id: UUID) -> Basket:
    """What the code alone tells: total, time and member; the time is the tenant's while the outlet is unknown."""
    return Basket(
        currency=code.currency,
        now=_local(code.issued_at, tenant.time_zone),
        member=MemberFacts(id=str(member_id)),
        lines=None,
        stated_total_minor=code.total_minor,
        points_decimals=programme.points_decimals,
    )


def basket_of_receipt(
    receipt: Receipt,
    lines: list[ReceiptLineRow],
    products: Mapping[str, Product],
    *,
    groups: Mapping[UUID, frozenset[str]],
    tenant: Tenant,
    programme: Programme,
    outlet: Outlet | None,
    member_groups: Iterable[str] = (),
) -> Basket:
    """What the authority attests, with the products that its lines were found to be, and their groups by product.

    `member_groups` are the member's own.
    """
    return Basket(
        currency=receipt.currency,
        now=_local(receipt.issued_at, outlet.time_zone if outlet else tenant.time_zone),
        outlet=outlet.code if outlet else None,
        channel=CHANNEL,
        seller_tax_id=receipt.seller["tax_id"] if receipt.seller else None,
        member=MemberFacts(id=str(receipt.member_id), groups=frozenset(member_groups)),
        lines=tuple(_line(row, products.get(str(row.no)), groups) for row in lines if row.quantity_milli > 0),
        points_decimals=programme.points_decimals,
    )


def _line(row: ReceiptLineRow, product: Product | None, groups: Mapping[UUID, frozenset[str]]) -> BasketLine:
    return BasketLine(
        id=str(row.no),
        sku=product.sku if product else None,
        gtin=row.gtin,
        name=row.name,
        groups=groups[product.id] if product else frozenset(),
        brand=product.brand if product else None,
        unit=row.unit,
        quantity_milli=row.quantity_milli,
        unit_price_minor=row.unit_price_minor,
        total_minor=row.total_minor,
    )


def _local(instant: datetime, time_zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(time_zone))
