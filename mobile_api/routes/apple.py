"""Apple's protocol between a pass and who issued it: register a device, ask which passes changed, fetch one, send logs.

The pass's own token opens it (`Authorization: ApplePass …`); asking which passes changed needs none, for the device's id is
its secret. Statuses are Apple's.
"""

import asyncio
import hmac
import logging
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated, Any, cast
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from backend.kit.clock import utc_now
from backend.kit.limits import Limit, Take, take
from backend.kit.web.edge import note_tenant
from backend.kit.web.proxies import client_of
from backend.passes.apple_devices import news, register, unregister
from backend.passes.apple_pass import MEDIA_TYPE, pass_token, pkpass
from backend.passes.apple_signer import AppleSigner
from backend.passes.errors import DigitalCardNotFound, PassTokenInvalid
from backend.passes.service import issued
from backend.programmes.models import Tenant
from backend.programmes.queries import tenant_called
from mobile_api.bodies import json_body
from mobile_api.context import ApiContext

AnyRequest = Request[Any, Any, Any]
Context = NamedDependency[ApiContext]
Word = FromPath[str]
Since = Annotated[str | None, QueryParameter(name="passesUpdatedSince", pattern=r"^[0-9]{1,18}(?!\n)$")]

LOGS_MAX, LOG_LENGTH_MAX = 20, 500
LOG_LIMIT = Limit("apple-logs", 60, 3600)
_LOG = logging.getLogger("paragon.passes")


class Registration(msgspec.Struct, frozen=True):
    """Where the device takes pushes."""

    push_token: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Fa-f]{1,200}(?!\n)$")] = msgspec.field(name="pushToken")


class Logs(msgspec.Struct, frozen=True):
    """What a device has to say about passes."""

    logs: list[str]


@post("/devices/{device:str}/registrations/{pass_type:str}/{serial:str}")
async def register_for_pass(
    request: AnyRequest, context: Context, tenant: Word, device: Word, pass_type: Word, serial: Word
) -> Response[None]:
    """201 for a device that is new to the pass, 200 for one that is known."""
    owner = await _owner(request, context, tenant)
    pass_id, _ = _opened(request, context, owner, pass_type, serial)
    asked = await json_body(request, Registration)
    async with context.database.transaction(owner.id) as session:
        is_new = await register(
            session,
            tenant_id=owner.id,
            pass_id=pass_id,
            device=device,
            push_token=asked.push_token,
            key=context.token_key,
            now=utc_now(),
        )
    return Response(None, status_code=201 if is_new else 200)


@delete("/devices/{device:str}/registrations/{pass_type:str}/{serial:str}", status_code=200)
async def unregister_from_pass(
    request: AnyRequest, context: Context, tenant: Word, device: Word, pass_type: Word, serial: Word
) -> Response[None]:
    """The pass was taken off the device."""
    owner = await _owner(request, context, tenant)
    pass_id, _ = _opened(request, context, owner, pass_type, serial)
    async with context.database.transaction(owner.id) as session:
        await unregister(session, tenant_id=owner.id, pass_id=pass_id, device=device, key=context.token_key)
    return Response(None, status_code=200)


@get("/devices/{device:str}/registrations/{pass_type:str}")
async def ask_news(
    request: AnyRequest, context: Context, tenant: Word, device: Word, pass_type: Word, since: Since = None
) -> Response[Any]:
    """200 with the serials of passes that changed since the tag, 204 when none did."""
    owner = await _owner(request, context, tenant)
    async with context.database.transaction(owner.id) as session:
        found = await news(
            session,
            tenant_id=owner.id,
            device=device,
            since=None if since is None else int(since),
            key=context.token_key,
        )
    signer = context.wallets.apple
    if signer is None or signer.pass_type != pass_type or not found.serials:
        return Response(None, status_code=204)
    return Response({"lastUpdated": str(found.tag), "serialNumbers": [str(serial) for serial in found.serials]})


@get("/passes/{pass_type:str}/{serial:str}")
async def get_pass(
    request: AnyRequest, context: Context, tenant: Word, pass_type: Word, serial: Word
) -> Response[bytes | None]:
    """The pass as it is now, or 304 when it did not change since `If-Modified-Since`."""
    owner = await _owner(request, context, tenant)
    pass_id, signer = _opened(request, context, owner, pass_type, serial)
    async with context.database.transaction(owner.id) as session:
        given = await issued(session, owner.id, pass_id)
        if given is None:
            raise PassTokenInvalid
        cards = await context.wallets.cards(session, owner.id, given.member_id, utc_now())
    changed = {"Last-Modified": format_datetime(given.updated_at.astimezone(UTC), usegmt=True)}
    had = _instant(request.headers.get("if-modified-since"))
    if had is not None and given.updated_at <= had:
        return Response(None, status_code=304, headers=changed)
    card = next((card for card in cards if card.serial == pass_id), None)
    if card is None:
        raise DigitalCardNotFound
    service = context.wallets.service_of(context.token_key, owner.id, owner.slug, pass_id)
    packed = await asyncio.to_thread(pkpass, card, signer, service)
    return Response(packed, media_type=MEDIA_TYPE, headers=changed)


@post("/log", status_code=200)
async def take_logs(request: AnyRequest, context: Context, tenant: Word) -> Response[None]:
    """Write down what devices complain of; a flood of it is dropped."""
    owner = await _owner(request, context, tenant)
    said = await json_body(request, Logs)
    one = Take(LOG_LIMIT, client_of(request.scope))
    async with context.database.transaction(owner.id) as session:
        wait_s = await take(session, context.token_key, [one], now=utc_now())
    if wait_s is None:
        for line in said.logs[:LOGS_MAX]:
            _LOG.info("device", extra={"fields": {"tenant": str(owner.id), "said": line[:LOG_LENGTH_MAX]}})
    return Response(None, status_code=200)


async def _owner(request: AnyRequest, context: ApiContext, slug: str) -> Tenant:
    async with context.database.transaction(None) as session:
        owner = await tenant_called(session, slug)
    note_tenant(cast("dict[str, Any]", request.scope), owner.id)
    return owner


def _opened(
    request: AnyRequest, context: ApiContext, owner: Tenant, pass_type: str, serial: str
) -> tuple[UUID, AppleSigner]:
    """The pass that the request's token opens. Raises PassTokenInvalid."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    signer = context.wallets.apple
    try:
        pass_id = UUID(serial)
    except ValueError as error:
        raise PassTokenInvalid from error
    if signer is None or signer.pass_type != pass_type or scheme.lower() != "applepass":
        raise PassTokenInvalid
    right = pass_token(context.token_key, owner.id, pass_id)
    if not hmac.compare_digest(right.encode(), token.strip().encode()):
        raise PassTokenInvalid
    return pass_id, signer


def _instant(header: str | None) -> datetime | None:
    """The moment of an HTTP date; what is none counts as absent (RFC 9110, 13.1.3)."""
    try:
        found = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
