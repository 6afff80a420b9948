"""Which function does which kind of job, bound to what this process has to offer."""

from collections.abc import Mapping
from functools import partial

from backend.accrual.jobs import AccrualServices, end_hold, end_presented, replay_campaign, settle_receipt
from backend.accrual.regrow import match_overtaken, match_waiting
from backend.accrual.replay import REPLAY
from backend.accrual.rerate_jobs import rerate_text
from backend.campaigns.holds import LET_GO
from backend.catalogue.imports import IMPORT
from backend.catalogue.jobs import CatalogueServices, import_file
from backend.catalogue.matching.reratings import RERATE
from backend.catalogue.matching.review import OVERTAKEN
from backend.catalogue.version import REGROW
from backend.delivery.jobs import DeliveryServices, deliver
from backend.messages.service import DELIVER
from backend.passes.jobs import PassServices, update_passes
from backend.passes.service import UPDATE
from backend.receipts.claims import FETCH
from backend.receipts.jobs import ReceiptServices, fetch
from backend.receipts.service import RELEASE, SETTLE
from backend.sign_in.codes import DELIVER_CODE
from backend.sign_in.jobs import SignInServices, deliver_code
from backend.worker.loop import Handler


def handlers(
    receipts: ReceiptServices,
    accrual: AccrualServices,
    delivery: DeliveryServices,
    sign_in: SignInServices,
    catalogue: CatalogueServices,
    passes: PassServices,
) -> Mapping[str, Handler]:
    """Every kind of job of the product; a kind without a handler here stays in the table."""
    return {
        FETCH: partial(fetch, receipts),
        SETTLE: partial(settle_receipt, accrual),
        REPLAY: partial(replay_campaign, accrual),
        RELEASE: partial(end_presented, accrual),
        LET_GO: partial(end_hold, accrual),
        REGROW: partial(match_waiting, accrual),
        OVERTAKEN: partial(match_overtaken, accrual),
        RERATE: partial(rerate_text, accrual),
        DELIVER: partial(deliver, delivery),
        DELIVER_CODE: partial(deliver_code, sign_in),
        IMPORT: partial(import_file, catalogue),
        UPDATE: partial(update_passes, passes),
    }
