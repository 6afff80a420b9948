"""From the catalogue's rows and facts to the shapes of the staff API, and from what was given to wishes."""

from typing import Any

import msgspec

from backend.catalogue.flaws import said
from backend.catalogue.groups import GroupFacts
from backend.catalogue.models import CatalogueImport
from backend.catalogue.queries import Standing
from backend.catalogue.wishes import PriceParts
from backend.kit.clock import rfc3339
from backend.staff_api.catalogue_shapes import (
    FileRefusedView,
    GroupView,
    ImportRow,
    ImportView,
    ProductChange,
    ProductView,
    RowRefusedView,
)


def given_of(body: ProductChange) -> dict[str, Any]:
    """The fields that the body names."""
    named = {name: getattr(body, name) for name in body.__struct_fields__}
    given = {name: value for name, value in named.items() if value is not msgspec.UNSET}
    for kind in ("regular_prices", "loyalty_prices"):
        if kind in given:
            given[kind] = [PriceParts(each.amount, each.currency, each.from_on, each.to_on) for each in given[kind]]
    return given


def product_view(row: Standing) -> ProductView:
    """A product."""
    withdrawn_at = rfc3339(row.withdrawn_at) if row.withdrawn_at else None
    return msgspec.convert({"id": str(row.id), "withdrawn_at": withdrawn_at, **row.facts.document()}, ProductView)


def group_view(group: GroupFacts) -> GroupView:
    """A group."""
    return GroupView(group.code, group.name, group.parent)


def import_row(row: CatalogueImport, language: str) -> ImportRow:
    """How far an import is."""
    refusal = FileRefusedView(row.refusal["code"], said(row.refusal, language)) if row.refusal else None
    return ImportRow(
        id=str(row.id),
        state=row.state,
        begun_at=rfc3339(row.created_at),
        ended_at=rfc3339(row.ended_at) if row.ended_at else None,
        rows_total=row.rows_total,
        rows_done=row.rows_done,
        added=row.added,
        changed=row.changed,
        unchanged=row.unchanged,
        refused=row.refused,
        groups_added=row.groups_added,
        ignored_columns=row.ignored_columns,
        refusal=refusal,
    )


def import_view(row: CatalogueImport, language: str) -> ImportView:
    """An import and why rows of it were refused."""
    refusals = [RowRefusedView(each["row"], each["field"], each["code"], said(each, language)) for each in row.refusals]
    return ImportView(import_row(row, language), refusals)
