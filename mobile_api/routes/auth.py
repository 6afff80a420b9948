"""Signing in: ask for a code, exchange it for tokens, exchange the refresh token for the next, sign out."""

from typing import Any, TypeVar
from uuid import UUID

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency

from backend.kit.clock import utc_now
from backend.kit.errors import ParagonError
from backend.kit.i18n import negotiate
from backend.kit.web.proxies import client_of
from backend.members.contacts import parse_contact
from backend.programmes.queries import tenant_called
from backend.sign_in import families
from backend.sign_in.codes import DIGITS, Asker, send_code
from backend.sign_in.service import sign_in
from mobile_api import member_examples as examples
from mobile_api.bodies import json_only
from mobile_api.context import ApiContext
from mobile_api.member_shapes import AskCode, CodeSentView, RefreshTokens, SignIn, TokensView
from mobile_api.openapi import answer, json_operation, open_problems

AnyRequest = Request[Any, Any, Any]
T = TypeVar("T")

TAG = "Signing in"
_PRIVATE = {"Cache-Control": "no-store"}


@post(
    "/auth/code",
    status_code=202,
    operation_id="sendCode",
    tags=[TAG],
    summary="Send a sign-in code",
    operation_class=json_operation(AskCode, phone=examples.ASK_CODE),
    responses=answer(202, examples.CODE_SENT, "A code is on its way")
    | open_problems("tenant-not-found", "phone-malformed", "email-malformed", "too-many-codes", "malformed-request"),
)
async def ask_code(request: AnyRequest, context: NamedDependency[ApiContext]) -> Response[CodeSentView]:
    """Send a one-time code to a phone or an e-mail address, whether or not anybody there is a member.

    A new code voids the one before it. Too many of them, to one number, to numbers that begin alike or from one
    network address, are refused with `Retry-After`.
    """
    asked = await json_only(request, AskCode)
    asker = Asker(parse_contact(asked.to), client_of(request.scope))
    language = negotiate(request.headers.get("accept-language")) if asked.language is msgspec.UNSET else asked.language
    tenant_id = await _tenant(context, asked.tenant)
    async with context.database.transaction(tenant_id) as session:
        await send_code(
            session,
            tenant_id=tenant_id,
            asker=asker,
            language=language,
            key=context.token_key,
            rules=context.sign_in,
            now=utc_now(),
        )
    view = CodeSentView(digits=DIGITS, expires_in=int(context.sign_in.code_valid.total_seconds()))
    return Response(view, status_code=202, headers=_PRIVATE)


@post(
    "/auth/token",
    status_code=200,
    operation_id="signIn",
    tags=[TAG],
    summary="Sign in with a code",
    operation_class=json_operation(SignIn, phone=examples.SIGN_IN),
    responses=answer(200, examples.TOKENS, "Tokens")
    | open_problems(
        "code-wrong",
        "code-expired",
        "too-many-codes",
        "tenant-not-found",
        "phone-malformed",
        "email-malformed",
        "malformed-request",
    ),
)
async def exchange_code(request: AnyRequest, context: NamedDependency[ApiContext]) -> Response[TokensView]:
    """Exchange the code for tokens, accepting the terms; who is not a member yet joins.

    A wrong code is a problem with `tries_left`. A code is good once, and only where it was sent.
    """
    asked = await json_only(request, SignIn)
    asker = Asker(parse_contact(asked.to), client_of(request.scope))
    tenant_id = await _tenant(context, asked.tenant)
    async with context.database.transaction(tenant_id) as session:
        outcome = await sign_in(
            session,
            tenant_id=tenant_id,
            asker=asker,
            code=asked.code,
            terms_version=asked.terms_version,
            name="" if asked.name is msgspec.UNSET else asked.name.strip(),
            key=context.token_key,
            rules=context.sign_in,
            now=utc_now(),
        )
    return _answer(_or_raise(outcome))


@post(
    "/auth/refresh",
    status_code=200,
    operation_id="refreshTokens",
    tags=[TAG],
    summary="Exchange a refresh token",
    operation_class=json_operation(RefreshTokens, refresh=examples.REFRESH),
    responses=answer(200, examples.TOKENS, "Tokens")
    | open_problems("token-invalid", "token-expired", "token-reused", "malformed-request"),
)
async def exchange_refresh(request: AnyRequest, context: NamedDependency[ApiContext]) -> Response[TokensView]:
    """Exchange a refresh token for the next pair of tokens.

    It is good once: sent again within seconds it gets the same answer, sent later it ends the sign-in.
    """
    token = families.read_refresh(context.token_key, (await json_only(request, RefreshTokens)).refresh)
    async with context.database.transaction(token.tenant_id) as session:
        outcome = await families.refresh(session, token, key=context.token_key, rules=context.sign_in, now=utc_now())
    return _answer(_or_raise(outcome))


@post(
    "/auth/logout",
    status_code=204,
    operation_id="signOut",
    tags=[TAG],
    summary="Sign out",
    operation_class=json_operation(RefreshTokens, refresh=examples.REFRESH),
    responses=open_problems("token-invalid", "malformed-request"),
)
async def sign_out(request: AnyRequest, context: NamedDependency[ApiContext]) -> None:
    """End the sign-in: its refresh tokens are good no more. An access token runs out by itself."""
    token = families.read_refresh(context.token_key, (await json_only(request, RefreshTokens)).refresh)
    async with context.database.transaction(token.tenant_id) as session:
        await families.end_family(session, token, now=utc_now())


async def _tenant(context: ApiContext, slug: str) -> UUID:
    async with context.database.transaction(None) as session:
        return (await tenant_called(session, slug)).id


def _or_raise(outcome: T | ParagonError) -> T:
    """What came out of a transaction that had to be committed either way."""
    if isinstance(outcome, ParagonError):
        raise outcome
    return outcome


def _answer(tokens: families.Tokens) -> Response[TokensView]:
    return Response(TokensView(tokens.access, tokens.refresh, tokens.expires_in_s), headers=_PRIVATE)
