"""Products with their barcodes, names, groups and prices, the version of the whole catalogue, and imports of files.

Everything that changes a catalogue holds its `CatalogueVersion` row first, so writers of one tenant wait for each other.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from backend.kit.tables import Created, Document, TenantRow, Timestamp, within_tenant


class Product(TenantRow, Created, table=True):
    """A product that campaigns may name; `groups` are the codes of the groups that it was put into, without those above.

    `pack_milli` is how much of `unit` one piece holds, in thousandths. A withdrawn product is no longer offered, and
    receipts still find it.
    """

    __table_args__ = (
        # Its condition, which always holds, keeps the planner from it where no SKU is asked for: without statistics it
        # would check foreign keys through it, reading the whole tenant for every row of a first import.
        Index("uq_product_sku", "tenant_id", "sku", unique=True, postgresql_where=text("sku <> ''")),
        CheckConstraint("sku <> ''", name="sku"),
        CheckConstraint("pack_milli > 0", name="pack"),
    )

    sku: str
    name: str
    catalogue_number: str | None = None
    brand: str | None
    unit: str | None = None
    pack_milli: int | None = Field(default=None, sa_type=BigInteger)
    groups: list[str] = Field(sa_type=Document)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Timestamp)


class ProductGtin(SQLModel, table=True):
    """A barcode of a product, padded with zeros to the 14 digits of GS1's longest form."""

    __tablename__ = "product_gtin"
    __table_args__ = (
        within_tenant("product_id", "product"),
        Index("ix_product_gtin_product", "tenant_id", "product_id"),
    )

    tenant_id: UUID = Field(primary_key=True)
    gtin: str = Field(primary_key=True)
    product_id: UUID


class ProductName(SQLModel, table=True):
    """A name of a product: its `own`, a `second` and a `third`, and those that tills print (`till`), in their order.

    `folded` is the name so that script, case and marks do not matter; several products may be called alike.
    """

    __tablename__ = "product_name"
    __table_args__ = (
        within_tenant("product_id", "product"),
        Index("ix_product_name_folded", "tenant_id", "folded"),
    )

    tenant_id: UUID = Field(primary_key=True)
    product_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    text: str
    folded: str


class ProductPrice(SQLModel, table=True):
    """What a product costs everybody (`regular`) or members (`loyalty`), tax included, on the days from and to, both in."""

    __tablename__ = "product_price"
    __table_args__ = (
        within_tenant("product_id", "product"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("from_on <= to_on", name="days"),
    )

    tenant_id: UUID = Field(primary_key=True)
    product_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    from_on: date | None
    to_on: date | None


class ProductGroup(SQLModel, table=True):
    """A group of products by the code that promotions name, below its parent if it has one."""

    __tablename__ = "product_group"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "parent"], ["product_group.tenant_id", "product_group.code"]),
        CheckConstraint("parent <> code", name="parent"),
    )

    tenant_id: UUID = Field(primary_key=True)
    code: str = Field(primary_key=True)
    name: str
    parent: str | None = None


class CatalogueVersion(SQLModel, table=True):
    """Which state of the tenant's catalogue this is: it grows with every transaction that changes something in it."""

    __tablename__ = "catalogue_version"

    tenant_id: UUID = Field(primary_key=True)
    version: int = Field(sa_type=BigInteger)


class CatalogueImport(TenantRow, Created, table=True):
    """A file that staff sent in, how far its rows are done, and the first of those that were refused.

    States: waiting, running, done, refused (`refusal` says why nothing of it was taken). The content is forgotten when
    the import has ended; `rows_total` is what the file says of itself until then, or nothing.
    """

    __tablename__ = "catalogue_import"

    account_id: UUID | None
    content: bytes | None
    digest: str
    state: str = "waiting"
    rows_total: int | None = None
    rows_done: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    groups_added: int = 0
    refusals: list[Any] = Field(default_factory=list, sa_type=Document)
    ignored_columns: list[Any] = Field(default_factory=list, sa_type=Document)
    refusal: dict[str, Any] | None = Field(default=None, sa_type=Document)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamp)
