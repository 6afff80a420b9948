"""What the API needs from the process that serves it."""

from dataclasses import dataclass
from datetime import timedelta

from backend.accrual.desk import Desk
from backend.events.hub import EventHub
from backend.kit.db import Database
from backend.passes.wallets import Wallets
from backend.receipts.reading import Reader
from backend.sign_in.rules import SignInRules


@dataclass(frozen=True, slots=True)
class ApiContext:
    """Made once when the application starts."""

    database: Database
    reader: Reader
    desk: Desk
    token_key: bytes
    sign_in: SignInRules
    devices_max: int
    events: EventHub
    offers_kept: timedelta
    wallets: Wallets
