"""Members. A phone number is kept only as a keyed hash: enough to know that it joined already."""

from sqlalchemy import UniqueConstraint

from backend.kit.tables import Created, TenantRow


class Member(TenantRow, Created, table=True):
    """One member of one tenant; no card is needed to be one."""

    __table_args__ = (UniqueConstraint("tenant_id", "phone_hash"),)

    name: str
    language: str
    phone_hash: bytes
