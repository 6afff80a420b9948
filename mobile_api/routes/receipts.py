"""Receipts: submit one by its code or a photo of it, see where it stands, and why each line got what it got."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, QueryParameter

from backend.accrual.facts import NOTHING, Presented
from backend.accrual.queries import awards, resettlements, settlement, taken_back
from backend.accrual.service import submit
from backend.kit.i18n import negotiate
from backend.kit.idempotency import KEY_LENGTH_MAX, Command
from backend.members.tokens import Caller
from backend.receipts import queries
from backend.rewards.queries import coupons_given
from mobile_api import examples
from mobile_api.bodies import json_body, media_type, photo_body, refuse_media_type
from mobile_api.context import ApiContext
from mobile_api.openapi import SubmitOperation, answer, problems
from mobile_api.shapes import PresentedTaken, ReceiptPage, ReceiptView, SubmitReceipt, SubmittedView
from mobile_api.views import receipt_view, submitted_view, summary_view

AnyRequest = Request[Any, Any, Any]

TAG = "Receipts"
PAGE_MAX = 100
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        max_length=KEY_LENGTH_MAX,
        min_length=1,
        description=(
            "Any unique text. The same request sent again under it gets the stored answer. "
            "A body without a readable code is refused for that, whatever was sent under the key before."
        ),
    ),
]
Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_MAX, description="How many to give at most.")]


@post(
    "/receipts",
    status_code=202,
    operation_id="submitReceipt",
    tags=[TAG],
    operation_class=SubmitOperation,
    summary="Submit a receipt",
    responses=answer(202, examples.SUBMITTED, "The receipt is taken")
    | problems(
        "malformed-request",
        "member-not-found",
        "receipt-already-claimed",
        "unknown-receipt-code",
        "checksum-mismatch",
        "letter-case-lost",
        "test-environment",
        "receipt-kind-refused",
        "no-code-in-photo",
        "picture-refused",
        "idempotency-key-reused",
        "too-many-receipts",
    ),
)
async def submit_receipt(
    request: AnyRequest,
    caller: NamedDependency[Caller],
    context: NamedDependency[ApiContext],
    idempotency_key: IdempotencyKey = None,
) -> Response[SubmittedView]:
    """Take a slip's code as JSON, or a photo of it as a form: a file `photo`, with fields `codes` and `coupons` beside it.

    The answer comes before the tax authority's: the code's own facts, and what is sure from them alone. The same
    receipt again by the same member is the same submission.
    """
    text, presented, content = await _sent(request, context)
    code = context.reader.code_in_text(text)
    language = negotiate(request.headers.get("accept-language"))
    submitted = await submit(
        context.desk,
        tenant_id=caller.tenant_id,
        member_id=caller.member_id,
        code=code,
        command=Command(idempotency_key, content) if idempotency_key is not None else None,
        say=lambda standing: msgspec.json.encode(submitted_view(standing, code, language)),
        presented=presented,
    )
    if submitted.receipt_id is None:
        return _json(submitted.answer, {"Idempotency-Hit": "true"})
    return _json(submitted.answer, {"Location": f"/api/v1/receipts/{submitted.receipt_id}"})


@get(
    "/receipts",
    tags=[TAG],
    operation_id="listReceipts",
    summary="List receipts",
    responses=answer(200, examples.RECEIPTS, "A page of receipts") | problems("malformed-request"),
)
async def list_receipts(
    request: AnyRequest,
    caller: NamedDependency[Caller],
    context: NamedDependency[ApiContext],
    before: FromQuery[UUID | None] = None,
    limit: Limit = 20,
) -> ReceiptPage:
    """The member's receipts, newest first."""
    language = negotiate(request.headers.get("accept-language"))
    async with context.database.transaction(caller.tenant_id) as session:
        rows = await queries.receipts_of_member(session, caller.tenant_id, caller.member_id, before=before, limit=limit)
    return ReceiptPage(
        receipts=[summary_view(row, language) for row in rows],
        next=str(rows[-1].id) if len(rows) == limit else None,
    )


@get(
    "/receipts/{receipt_id:uuid}",
    operation_id="getReceipt",
    tags=[TAG],
    summary="Show a receipt",
    responses=answer(200, examples.RECEIPT, "The receipt") | problems("receipt-not-found", "malformed-request"),
)
async def get_receipt(
    request: AnyRequest,
    caller: NamedDependency[Caller],
    context: NamedDependency[ApiContext],
    receipt_id: FromPath[UUID],
) -> ReceiptView:
    """One receipt: its state, its lines, what each promotion gave or why it did not, and what refunds took back."""
    language = negotiate(request.headers.get("accept-language"))
    async with context.database.transaction(caller.tenant_id) as session:
        receipt = await queries.receipt_of_member(session, caller.tenant_id, caller.member_id, receipt_id)
        rows = await queries.lines(session, caller.tenant_id, receipt_id)
        settled = await settlement(session, caller.tenant_id, receipt_id)
        later = await resettlements(session, caller.tenant_id, receipt_id)
        given = await awards(session, caller.tenant_id, receipt_id)
        taken = await taken_back(session, caller.tenant_id, receipt_id)
        coupons = await coupons_given(session, caller.tenant_id, receipt_id)
    return receipt_view(receipt, rows, settled, later, given, taken, coupons, language)


async def _sent(request: AnyRequest, context: ApiContext) -> tuple[str, Presented, bytes]:
    """The code's text that was sent in either form, what came with it, and the bytes that an idempotency key stands for."""
    match media_type(request):
        case "application/json":
            sent = await json_body(request, SubmitReceipt)
            presented = _presented(sent)
            return sent.payload, presented, _content(sent.payload.encode(errors="surrogatepass"), presented)
        case "multipart/form-data":
            photo, beside = await photo_body(request)
            presented = _presented(beside)
            return await context.reader.text_in_photo(photo), presented, _content(photo, presented)
        case _:
            raise refuse_media_type()


def _presented(taken: PresentedTaken) -> Presented:
    return Presented(tuple(taken.codes), tuple(taken.coupons))


def _content(slip: bytes, presented: Presented) -> bytes:
    return slip if presented == NOTHING else slip + b"\0" + msgspec.json.encode(presented.rows())


def _json(body: bytes, headers: dict[str, str]) -> Response[Any]:
    return Response(body, status_code=202, media_type="application/json", headers=headers)
