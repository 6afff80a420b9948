"""What the issuer of cards does: prefixes, batches of numbers, print runs, and the files for printer and post."""

import asyncio
import tempfile
from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Stream

from backend.cards import batches as making
from backend.cards.issuers import issuers, register
from backend.cards.letters import letters
from backend.cards.print_files import card_line, card_lines, heading, letter_lines
from backend.cards.queries import batch, batches, numbers_of_batch
from backend.cards.runs import count_waiting, make_run, printed, runs
from backend.kit.clock import utc_now
from backend.programmes.queries import programmes, tenant
from backend.staff.login import Staff
from backend.staff_api.card_shapes import BatchTaken, BatchView, IssuerTaken, IssuerView, RunsView, RunView
from backend.staff_api.card_views import batch_view, issuer_view, run_view
from backend.staff_api.common import chunks, file_operation, kept_as, problems
from backend.staff_api.context import StaffContext
from backend.staff_api.guard import needs

TAG = "Cards: printing"
CSV, PDF = "text/csv", "application/pdf"
Embossed = Annotated[bool, QueryParameter(name="embossed", description="With the name in an embosser's letters.")]
_FILE = "utf-8-sig"
"""With a byte order mark, by which spreadsheets know UTF-8."""


@get(
    "/cards/issuers",
    opt=needs("card.read"),
    operation_id="listIssuers",
    tags=[TAG],
    summary="List prefixes",
    responses=problems(),
)
async def list_issuers(staff: NamedDependency[Staff], context: NamedDependency[StaffContext]) -> list[IssuerView]:
    """The prefixes with which the tenant's card numbers begin."""
    async with context.database.transaction(staff.tenant_id) as session:
        return [issuer_view(row) for row in await issuers(session, staff.tenant_id)]


@post(
    "/cards/issuers",
    opt=needs("card.manage"),
    operation_id="registerIssuer",
    tags=[TAG],
    summary="Register a prefix",
    responses=problems("card-prefix-malformed", "card-prefix-taken"),
)
async def register_issuer(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], data: JSONBody[IssuerTaken]
) -> IssuerView:
    """Make a prefix the tenant's for good; it overlaps with nobody's."""
    async with context.database.transaction(staff.tenant_id) as session:
        return issuer_view(await register(session, staff.actor, data.prefix, now=utc_now()))


@get(
    "/cards/batches",
    opt=needs("card.read"),
    operation_id="listCardBatches",
    tags=[TAG],
    summary="List batches",
    responses=problems(),
)
async def list_batches(staff: NamedDependency[Staff], context: NamedDependency[StaffContext]) -> list[BatchView]:
    """Batches of numbers, the newest first."""
    async with context.database.transaction(staff.tenant_id) as session:
        own = await programmes(session, staff.tenant_id)
        return [batch_view(row, own) for row in await batches(session, staff.tenant_id)]


@post(
    "/cards/batches",
    opt=needs("card.manage"),
    operation_id="makeCardBatch",
    tags=[TAG],
    summary="Make a batch",
    responses=problems(
        "card-issuer-not-found", "card-numbers-exhausted", "programme-not-found", "card-points-malformed"
    ),
)
async def make_card_batch(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], data: JSONBody[BatchTaken]
) -> BatchView:
    """Make numbers for cards without a name, which a shop hands over; larger batches are made on the command line."""
    async with context.database.transaction(staff.tenant_id) as session:
        prize = None
        if data.points is not None:
            prize = await making.prize_of(session, staff.tenant_id, data.points, data.programme)
        row = await making.make_batch(session, staff.actor, data.count, prefix=data.prefix, prize=prize, now=utc_now())
        return batch_view(row, await programmes(session, staff.tenant_id))


@get(
    "/cards/batches/{batch_id:uuid}/print-file",
    opt=needs("card.manage"),
    operation_id="getBatchFile",
    operation_class=file_operation(CSV),
    tags=[TAG],
    summary="Fetch a batch's print file",
    responses=problems("card-batch-not-found"),
)
async def batch_file(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], batch_id: FromPath[UUID]
) -> Stream:
    """The batch's cards for the printer, without names."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (it outlives this function: the answer closes it)
    try:
        async with context.database.transaction(staff.tenant_id) as session:
            await batch(session, staff.tenant_id, batch_id)
            file.write(heading().encode(_FILE))
            async for number in numbers_of_batch(session, staff.tenant_id, batch_id):
                file.write(card_line(number).encode())
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return Stream(chunks(file), media_type=CSV, headers=kept_as("cards.csv"))


@get(
    "/cards/runs",
    opt=needs("card.read"),
    operation_id="listCardRuns",
    tags=[TAG],
    summary="List print runs",
    responses=problems(),
)
async def list_runs(staff: NamedDependency[Staff], context: NamedDependency[StaffContext]) -> RunsView:
    """Print runs, and how many cards wait for the next one."""
    async with context.database.transaction(staff.tenant_id) as session:
        found = [run_view(row) for row in await runs(session, staff.tenant_id)]
        return RunsView(await count_waiting(session, staff.tenant_id), found)


@post(
    "/cards/runs",
    opt=needs("card.manage"),
    operation_id="makeCardRun",
    tags=[TAG],
    summary="Send waiting cards to the printer",
    responses=problems("card-run-empty"),
)
async def make_card_run(staff: NamedDependency[Staff], context: NamedDependency[StaffContext]) -> RunView:
    """Make a run of what waits, before enough has gathered: every week or month, as it suits."""
    async with context.database.transaction(staff.tenant_id) as session:
        return run_view(await make_run(session, staff.actor, now=utc_now()))


@get(
    "/cards/runs/{run_id:uuid}/print-file",
    opt=needs("card.manage"),
    operation_id="getRunFile",
    operation_class=file_operation(CSV),
    tags=[TAG],
    summary="Fetch a run's print file",
    responses=problems("card-run-not-found"),
)
async def run_file(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    run_id: FromPath[UUID],
    embossed: Embossed = False,
) -> Response[bytes]:
    """The run's cards for the printer: number, name, track and bar code."""
    async with context.database.transaction(staff.tenant_id) as session:
        cards = await printed(session, staff.tenant_id, run_id, key=context.vault.key)
    content = card_lines(cards, embossed=embossed).encode(_FILE)
    return Response(content, media_type=CSV, headers=kept_as("cards.csv"))


@get(
    "/cards/runs/{run_id:uuid}/addresses",
    opt=needs("card.manage"),
    operation_id="getRunAddresses",
    operation_class=file_operation(CSV),
    tags=[TAG],
    summary="Fetch a run's addresses",
    responses=problems("card-run-not-found"),
)
async def run_addresses(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], run_id: FromPath[UUID]
) -> Response[bytes]:
    """Where each card of the run goes, to merge letters from."""
    async with context.database.transaction(staff.tenant_id) as session:
        cards = await printed(session, staff.tenant_id, run_id, key=context.vault.key)
    return Response(letter_lines(cards).encode(_FILE), media_type=CSV, headers=kept_as("addresses.csv"))


@get(
    "/cards/runs/{run_id:uuid}/letters",
    opt=needs("card.manage"),
    operation_id="getRunLetters",
    operation_class=file_operation(PDF),
    tags=[TAG],
    summary="Fetch a run's letters",
    responses=problems("card-run-not-found"),
)
async def run_letters(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], run_id: FromPath[UUID]
) -> Response[bytes]:
    """The letters to glue the run's cards on, a page each."""
    async with context.database.transaction(staff.tenant_id) as session:
        cards = await printed(session, staff.tenant_id, run_id, key=context.vault.key)
        sender = (await tenant(session, staff.tenant_id)).name
    content = await asyncio.to_thread(letters, cards, sender=sender)
    return Response(content, media_type=PDF, headers=kept_as("letters.pdf"))
