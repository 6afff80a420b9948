"""The main path of a receipt, in two functions that read downwards: submit, and settle; `undo` is the way back.

Between them the authority is asked (`receipts.fetch`). What must happen later is a row of the same transaction.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.applicable import evaluate_paid
from backend.accrual.baskets import basket_of_code
from backend.accrual.deciding import Decided, decide
from backend.accrual.desk import Desk
from backend.accrual.errors import RulesChanged
from backend.accrual.facts import NOTHING, Presented, hold_presented, spend_used
from backend.accrual.giving import give
from backend.accrual.held import HELD, take_in
from backend.accrual.records import record, sure_document, tell
from backend.accrual.rules import Rules
from backend.accrual.undo import await_turn, reference_in, undo
from backend.catalogue.matching.review import note_unmatched
from backend.kit.batching import TooBusy
from backend.kit.errors import ParagonError
from backend.kit.idempotency import Command, IdempotencyKeyReused, store_answer, stored_answer
from backend.kit.ids import new_id
from backend.ledger import service as ledger
from backend.members.errors import MemberNotFound
from backend.programmes import queries as programmes
from backend.receipts.claims import Submission
from backend.receipts.errors import ReceiptAlreadyClaimed, TooManyReceipts
from backend.receipts.models import Receipt
from backend.receipts.queries import lock_receipt
from receipt_parsers.model import FiscalCode

_LOG = logging.getLogger("paragon.accrual")
_RULES_TRIES = 3
_FULL_RETRY_AFTER_S = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """A submission as its sender is told of it."""

    receipt_id: UUID
    state: str
    sure: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Submitted:
    """The answer to a submission, and of which receipt it speaks; None when an earlier run's answer is repeated."""

    answer: bytes
    receipt_id: UUID | None


async def submit(
    desk: Desk,
    *,
    tenant_id: UUID,
    member_id: UUID,
    code: FiscalCode,
    command: Command | None,
    say: Callable[[Standing], bytes],
    presented: Presented = NOTHING,
) -> Submitted:
    """Take the member's submission of a code, with what is sure from the code alone; `say` writes the answer.

    What is presented with it is kept for the receipt where it is free; a submission that stands keeps its own.

    Twice by one member is once: the answer tells of the standing submission. A tenant's own `pending_receipts_max`
    goes before the installation's. Raises MemberNotFound, ReceiptAlreadyClaimed, TooManyReceipts, IdempotencyKeyReused,
    TooBusy or DatabaseUnavailable.
    """
    for _ in range(_RULES_TRIES):
        rules = await desk.rules.of(tenant_id)
        new = Standing(new_id(), "pending", _sure(rules, code, member_id))
        answer = say(new)
        verdict = await desk.claim(
            Submission(
                tenant_id=tenant_id,
                member_id=member_id,
                receipt_id=new.receipt_id,
                code=code,
                sure=new.sure,
                with_gtins=code.earns and any(said.look_at_products for said in rules.at(code.issued_at).values()),
                version=rules.version,
                pending_max=rules.tenant.settings.get("pending_receipts_max", desk.pending_max),
                command=command,
                answer=answer,
                presented=presented.rows(),
            )
        )
        match verdict.outcome:
            case "new":
                if presented != NOTHING:
                    async with desk.database.transaction(tenant_id) as session:
                        await hold_presented(session, tenant_id, member_id, presented, new.receipt_id)
                return Submitted(answer, new.receipt_id)
            case "stale":
                desk.rules.forget(rules)
            case "replayed":
                assert verdict.answer is not None, "a key is stored with its answer"
                return Submitted(verdict.answer, None)
            case "standing":
                assert verdict.state is not None, "a receipt has a state"
                standing = Standing(verdict.receipt_id, verdict.state, verdict.sure or {})
                return Submitted(await _kept(desk, tenant_id, member_id, command, say(standing)), standing.receipt_id)
            case refused:
                raise _refusal(refused)
    raise TooBusy(retry_after_s=1)


def _refusal(outcome: str) -> ParagonError:
    match outcome:
        case "claimed":
            return ReceiptAlreadyClaimed()
        case "full":
            return TooManyReceipts(retry_after_s=_FULL_RETRY_AFTER_S)
        case "reused":
            return IdempotencyKeyReused()
        case "nobody":
            return MemberNotFound()
    raise AssertionError(f"{outcome} is no outcome of a submission")


def _sure(rules: Rules, code: FiscalCode, member_id: UUID) -> dict[str, Any]:
    basket = basket_of_code(code, tenant=rules.tenant, programme=rules.main, member_id=member_id)
    said = rules.at(code.issued_at)[rules.main.id]
    promised = said.promised.touched(basket) if code.earns else ()
    try:
        outcome = evaluate_paid(basket, promised)
    except Exception:  # noqa: BLE001 (whatever a campaign does, the receipt is taken, and settling says whose fault it is)
        _LOG.exception("a campaign broke: nothing is promised", extra={"fields": {"tenant": str(rules.tenant.id)}})
        promised, outcome = (), evaluate_paid(basket, ())
    return sure_document(outcome, said.names if promised else {})


async def _kept(desk: Desk, tenant_id: UUID, member_id: UUID, command: Command | None, answer: bytes) -> bytes:
    """The answer about a submission that stands already, kept under the command's key; or what was kept meanwhile."""
    if command is None:
        return answer
    async with desk.database.transaction(tenant_id) as session:
        stored = await stored_answer(session, tenant_id, member_id, command, now=desk.clock())
        if stored is None:
            await store_answer(session, tenant_id, member_id, command, answer)
    return stored or answer


async def settle(session: AsyncSession, rules: Rules, receipt_id: UUID, *, now: datetime) -> None:
    """Give a confirmed receipt what the promotions say, once: under its row's lock, and then its state says so.

    One that was set aside is tried anew. What refunds return of it is taken back at once, be it the refund or the
    purchase that comes second. Raises RulesChanged or RulesFailed, and then nothing may stay.
    """
    tenant_id, main = rules.tenant.id, rules.main
    if await programmes.rules_version(session, tenant_id) != rules.version:
        raise RulesChanged
    receipt = await lock_receipt(session, tenant_id, receipt_id)
    if receipt.state not in {"confirmed", HELD}:
        return
    await await_turn(session, receipt)
    decided = await decide(session, receipt, rules=rules, now=now)
    decisions = decided.decisions
    awards = await record(session, receipt, decisions, products=decided.found.products, now=now)
    await give(session, receipt, decisions, awards, now=now)
    await spend_used(session, receipt, decisions)
    _review(session, receipt, decided, now=now)
    for decision in decisions:
        if decision.outcome.points:
            await ledger.earn(
                session,
                tenant_id=tenant_id,
                programme_id=decision.programme.id,
                member_id=receipt.member_id,
                points=decision.outcome.points,
                reference=reference_in(f"receipt:{receipt.id}", decision.programme, main=main),
                event_at=receipt.issued_at,
                now=now,
            )
    if receipt.state == HELD:
        await take_in(session, receipt)
    receipt.state, receipt.waiting_for = "settled", None
    session.add(receipt)
    await tell(session, receipt, decisions, now=now)
    await undo(session, receipt, main=main, now=now)


def _review(session: AsyncSession, receipt: Receipt, decided: Decided, *, now: datetime) -> None:
    """Let staff see what no product was found for, where a promotion that held names products."""
    named = any(each.said.look_at_products for each in decided.decisions)
    if receipt.earns and receipt.seller and named:
        note_unmatched(
            session,
            tenant_id=receipt.tenant_id,
            receipt_id=receipt.id,
            seller_tax_id=receipt.seller["tax_id"],
            lines=decided.lines,
            found=decided.found,
            now=now,
        )
