"""Signing in with a code: who answers for the address is its member, and joins now if new."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.members.service import accept_terms, join_by
from backend.sign_in.codes import Asker, try_code
from backend.sign_in.errors import CodeExpired, CodeWrong
from backend.sign_in.families import Tokens, open_family
from backend.sign_in.models import SignInChallenge
from backend.sign_in.rules import SignInRules


async def sign_in(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    asker: Asker,
    code: str,
    terms_version: str,
    name: str,
    key: bytes,
    rules: SignInRules,
    now: datetime,
) -> Tokens | CodeWrong | CodeExpired:
    """The member's tokens, or why not: a reason that is returned must be committed, for it counts as a try.

    Terms are accepted with the code. `name` is a new member's; an old one keeps theirs. Raises TooManyCodes.
    """
    outcome = await try_code(session, tenant_id=tenant_id, asker=asker, code=code, key=key, rules=rules, now=now)
    if not isinstance(outcome, SignInChallenge):
        return outcome
    member = await join_by(
        session,
        tenant_id=tenant_id,
        contact=asker.contact,
        name=name,
        language=outcome.language,
        key=key,
        now=now,
    )
    await accept_terms(session, tenant_id=tenant_id, member_id=member.id, version=terms_version, now=now)
    return await open_family(session, tenant_id=tenant_id, member_id=member.id, key=key, rules=rules, now=now)
