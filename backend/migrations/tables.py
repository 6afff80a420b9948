"""Every table of the product, known by importing every slice that has some."""

from sqlmodel import SQLModel

import backend.accrual.models
import backend.accrual.replay_models
import backend.campaigns.models
import backend.cards.models
import backend.catalogue.aliases
import backend.catalogue.models
import backend.delivery.models
import backend.events.models
import backend.kit.audit
import backend.kit.idempotency
import backend.kit.jobs
import backend.kit.limits
import backend.ledger.lot_models
import backend.ledger.models
import backend.ledger.seal_models
import backend.members.models
import backend.messages.models
import backend.passes.models
import backend.programmes.models
import backend.receipts.models
import backend.rewards.models
import backend.sign_in.models
import backend.staff.models  # noqa: F401  (imported for the tables they register)

METADATA = SQLModel.metadata
