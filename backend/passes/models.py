"""The passes that were given out, and the devices that want to hear when one changes.

A pass is named by its card's serial and holds nothing of what it shows but a digest. A device is kept as a keyed hash of
its id, which is its secret, and its push token is sealed.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from backend.kit.tables import Created, TenantRow, Timestamp, within_tenant


class WalletPass(TenantRow, Created, table=True):
    """A card that was given out as a pass; `id` is the card's serial.

    `shown` digests what the wallets were told last. `change_id` is set while a change has not been told: it is the
    subject of the job that will, and a later change puts its own in its place. `updated_at` is a whole second, later
    with every change: devices compare it as an HTTP date.
    """

    __tablename__ = "wallet_pass"
    __table_args__ = (
        within_tenant("member_id", "member"),
        Index("ix_wallet_pass_member_id", "tenant_id", "member_id"),
        Index("ix_wallet_pass_change_id", "tenant_id", "change_id", postgresql_where=text("change_id is not null")),
    )

    member_id: UUID
    shown: bytes
    in_google: bool
    updated_at: datetime = Field(sa_type=Timestamp)
    change_id: UUID | None = None


class AppleRegistration(Created, table=True):
    """That a device wants to hear of a pass.

    `seq` grows with each change of the pass, by a lock on the device that ends with the transaction: whoever sees a
    number of a device has all smaller ones before their eyes.
    """

    __tablename__ = "apple_registration"
    __table_args__ = (
        within_tenant("pass_id", "wallet_pass"),
        Index("ix_apple_registration_pass_id", "tenant_id", "pass_id", "created_at"),
    )

    tenant_id: UUID = Field(primary_key=True)
    device: bytes = Field(primary_key=True)
    pass_id: UUID = Field(primary_key=True)
    push_token_sealed: bytes
    seq: int = Field(sa_type=BigInteger)
