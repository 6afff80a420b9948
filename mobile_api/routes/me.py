"""The member about themselves: who they are, what may change, and the devices they use."""

from typing import Any, cast
from uuid import UUID

import msgspec
from litestar import Request, delete, get, patch, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.kit.clock import rfc3339, utc_now
from backend.members.contacts import unseal_contact
from backend.members.devices import DeviceKind, put_device, remove_device
from backend.members.models import Member
from backend.members.queries import member
from backend.members.service import change
from backend.members.tokens import Caller
from backend.passes.service import note_change
from mobile_api import member_examples as examples
from mobile_api.bodies import json_only
from mobile_api.context import ApiContext
from mobile_api.member_shapes import ChangeMember, FidDevice, MemberView, PutDevice, TokenDevice, WebPushDevice
from mobile_api.openapi import answer, json_operation, problems

AnyRequest = Request[Any, Any, Any]

TAG = "Me"


@get(
    "/me",
    tags=[TAG],
    operation_id="getMe",
    summary="Show the member",
    responses=answer(200, examples.MEMBER, "The member") | problems("member-not-found"),
)
async def get_me(caller: NamedDependency[Caller], context: NamedDependency[ApiContext]) -> MemberView:
    """What is known of the member."""
    async with context.database.transaction(caller.tenant_id) as session:
        row = await member(session, caller.tenant_id, caller.member_id)
    return _view(row, context)


@patch(
    "/me",
    tags=[TAG],
    operation_id="changeMe",
    summary="Change name or language",
    operation_class=json_operation(ChangeMember, language=examples.LANGUAGE, no_name=examples.NO_NAME),
    responses=answer(200, examples.MEMBER, "The member") | problems("member-not-found", "malformed-request"),
)
async def change_me(
    request: AnyRequest, caller: NamedDependency[Caller], context: NamedDependency[ApiContext]
) -> MemberView:
    """Change what is given: an absent field stays as it is, a null name is taken away."""
    asked = await json_only(request, ChangeMember)
    async with context.database.transaction(caller.tenant_id) as session:
        row = await change(
            session,
            caller.tenant_id,
            caller.member_id,
            name=None if asked.name is msgspec.UNSET else (asked.name or "").strip(),
            language=None if asked.language is msgspec.UNSET else asked.language,
        )
        note_change(session, tenant_id=caller.tenant_id, member_id=caller.member_id, now=utc_now())
    return _view(row, context)


@put(
    "/devices/{installation:uuid}",
    status_code=204,
    tags=[TAG],
    operation_id="putDevice",
    summary="Register a device",
    operation_class=json_operation(
        cast("Any", PutDevice), token=examples.TOKEN, fid=examples.FID, webpush=examples.WEB_PUSH
    ),
    responses=problems("member-not-found", "malformed-request"),
)
async def register_device(
    request: AnyRequest,
    caller: NamedDependency[Caller],
    context: NamedDependency[ApiContext],
    installation: FromPath[UUID],
) -> None:
    """Register this installation of the app for the member, whoever used it before.

    Beyond twenty the one seen longest ago is forgotten.
    """
    device = await json_only(request, cast("type[PutDevice]", PutDevice))
    kind, value = _reached(device)
    async with context.database.transaction(caller.tenant_id) as session:
        await put_device(
            session,
            tenant_id=caller.tenant_id,
            member_id=caller.member_id,
            installation=installation,
            kind=kind,
            value=value,
            key=context.token_key,
            devices_max=context.devices_max,
            now=utc_now(),
        )


@delete(
    "/devices/{installation:uuid}",
    status_code=204,
    tags=[TAG],
    operation_id="removeDevice",
    summary="Forget a device",
    responses=problems("device-not-found", "malformed-request"),
)
async def forget_device(
    caller: NamedDependency[Caller], context: NamedDependency[ApiContext], installation: FromPath[UUID]
) -> None:
    """Forget this installation of the app, before signing out on it."""
    async with context.database.transaction(caller.tenant_id) as session:
        await remove_device(session, caller.tenant_id, caller.member_id, installation)


def _reached(device: PutDevice) -> tuple[DeviceKind, str]:
    """How the device is reached, as it is kept: a text, a subscription as JSON."""
    match device:
        case TokenDevice(value=text):
            return "token", text
        case FidDevice(value=text):
            return "fid", text
        case WebPushDevice(value=subscription):
            return "webpush", msgspec.json.encode(subscription).decode()


def _view(row: Member, context: ApiContext) -> MemberView:
    def shown(sealed: bytes | None) -> str | None:
        return None if sealed is None else unseal_contact(context.token_key, sealed)

    return MemberView(
        id=str(row.id),
        name=row.name or None,
        language=row.language,
        phone=shown(row.phone_sealed),
        email=shown(row.email_sealed),
        joined_at=rfc3339(row.created_at),
    )
