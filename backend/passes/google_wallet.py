"""Keeps Google's copies of cards true: one PATCH for each that changed, with a token that the account fetches.

A card that was offered and never saved is unknown to Google; that is no error.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx

from backend.passes.cards import DigitalCard
from backend.passes.google_account import GoogleAccount, loyalty_object
from notifications.errors import ChannelError, Misconfigured, TryLater

PRODUCTION = "https://walletobjects.googleapis.com"
_API = "/walletobjects/v1"
_SCOPE = "https://www.googleapis.com/auth/wallet_object.issuer"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_ASSERTION_VALID = timedelta(hours=1)
_EARLY = timedelta(minutes=1)
"""A token is exchanged before its end, which is told in seconds from somebody else's clock."""
_TIMEOUT_S = 10
_BUSY_S = 60


class GoogleWallet:
    """The way to Google's wallet objects; close it."""

    def __init__(self, account: GoogleAccount, url: str = PRODUCTION, *, clock: Callable[[], datetime]) -> None:
        self._account = account
        self._client = httpx.AsyncClient(base_url=url, timeout=_TIMEOUT_S)
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: tuple[str, datetime] | None = None

    async def renew(self, card: DigitalCard, *, slug: str) -> None:
        """Let Google's copy show the card as it is now. Raises TryLater, Misconfigured."""
        shown = loyalty_object(card, self._account, slug=slug, holder=card.holder)
        await self._changed("PATCH", f"{_API}/loyaltyObject/{shown.pop('id')}", shown, also=httpx.codes.NOT_FOUND)

    async def put_class(self, slug: str, *, issuer_name: str, programme: str, colour: str, logo_url: str) -> None:
        """Make the tenant's class, or make it anew. Google fetches the logo. Raises TryLater, Misconfigured."""
        document = {
            "id": self._account.class_id(slug),
            "issuerName": issuer_name,
            "programName": programme,
            "programLogo": {"sourceUri": {"uri": logo_url}},
            "hexBackgroundColor": colour,
            "reviewStatus": "UNDER_REVIEW",
        }
        if await self._changed("POST", f"{_API}/loyaltyClass", document, also=httpx.codes.CONFLICT):
            return
        await self._changed("PUT", f"{_API}/loyaltyClass/{document['id']}", document)

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def _changed(self, method: str, path: str, document: dict[str, Any], *, also: int | None = None) -> bool:
        """Whether the change was made; not if the answer is the one that is `also` expected."""
        answer = await self._asked(method, path, document)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._token = None
            answer = await self._asked(method, path, document)
        if answer.status_code == also:
            return False
        if not answer.is_success:
            raise _refusal(answer)
        return True

    async def _asked(self, method: str, path: str, document: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {await self._access_token()}"}
        try:
            return await self._client.request(method, path, json=document, headers=headers)
        except httpx.HTTPError as error:
            raise TryLater(type(error).__name__, after_s=_BUSY_S) from error

    async def _access_token(self) -> str:
        async with self._lock:
            now = self._clock()
            if self._token is None or self._token[1] <= now:
                self._token = await self._fetch_token(now)
            return self._token[0]

    async def _fetch_token(self, now: datetime) -> tuple[str, datetime]:
        claims = {
            "scope": _SCOPE,
            "aud": self._account.token_url,
            "iat": int(now.timestamp()),
            "exp": int((now + _ASSERTION_VALID).timestamp()),
        }
        form = {"grant_type": _GRANT, "assertion": self._account.signed(claims)}
        try:
            answer = await self._client.post(self._account.token_url, data=form)
        except httpx.HTTPError as error:
            raise TryLater(type(error).__name__, after_s=_BUSY_S) from error
        if not answer.is_success:
            raise _refusal(answer)
        try:
            document = answer.json()
            return str(document["access_token"]), now + timedelta(seconds=int(document["expires_in"])) - _EARLY
        except (ValueError, TypeError, KeyError) as error:
            raise Misconfigured("the token's address gives no token") from error


def _refusal(answer: httpx.Response) -> ChannelError:
    reason = f"status {answer.status_code}"
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.is_server_error:
        return TryLater(reason, after_s=_BUSY_S)
    return Misconfigured(reason)
