"""Products, their barcodes, and the names under which tills print them."""

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from backend.kit.tables import Created, Document, TenantRow, within_tenant


class Product(TenantRow, Created, table=True):
    """A product that campaigns may name; `groups` are the codes of the groups that it belongs to."""

    __table_args__ = (UniqueConstraint("tenant_id", "sku"),)

    sku: str
    name: str
    brand: str | None
    groups: list[str] = Field(sa_type=Document)


class ProductGtin(SQLModel, table=True):
    """A barcode of a product, padded with zeros to the 14 digits of GS1's longest form."""

    __tablename__ = "product_gtin"
    __table_args__ = (within_tenant("product_id", "product"),)

    tenant_id: UUID = Field(primary_key=True)
    gtin: str = Field(primary_key=True)
    product_id: UUID


class ProductName(SQLModel, table=True):
    """A name under which tills print the product, folded so that script, case and marks do not matter."""

    __tablename__ = "product_name"
    __table_args__ = (within_tenant("product_id", "product"),)

    tenant_id: UUID = Field(primary_key=True)
    folded: str = Field(primary_key=True)
    product_id: UUID
