"""Tells devices that a pass changed: an empty push over HTTP/2, with the pass's own certificate.

The device then asks for the pass itself, so a push that comes twice or late does no harm.
"""

import ssl

import httpx

from backend.passes.apple_signer import AppleSigner
from notifications.errors import AddressGone, ChannelError, Misconfigured, TryLater

PRODUCTION = "https://api.push.apple.com"
_TIMEOUT_S = 10
_BUSY_S = 60
_OK, _BAD_REQUEST, _GONE, _TOO_MANY = 200, 400, 410, 429
_GONE_REASONS = frozenset({"BadDeviceToken", "DeviceTokenNotForTopic", "Unregistered"})


class PushGateway:
    """The way to Apple's push service, one connection for all pushes; close it."""

    def __init__(self, signer: AppleSigner, url: str = PRODUCTION, *, trusted: str | None = None) -> None:
        """`trusted` is the PEM of who may vouch for the gateway, for gateways that are not Apple's."""
        context = ssl.create_default_context(cadata=trusted)
        files = signer.files
        context.load_cert_chain(files.certificate, files.key, files.password)
        self._topic = signer.pass_type
        self._client = httpx.AsyncClient(http2=True, http1=False, verify=context, base_url=url, timeout=_TIMEOUT_S)

    async def push(self, token: str) -> None:
        """Wake one device. Raises AddressGone when nobody is there any more, TryLater, Misconfigured."""
        try:
            answer = await self._client.post(f"/3/device/{token}", content=b"{}", headers={"apns-topic": self._topic})
        except httpx.HTTPError as error:
            raise TryLater(type(error).__name__, after_s=_BUSY_S) from error
        if answer.status_code != _OK:
            raise _refusal(answer)

    async def close(self) -> None:
        """Give the connection back."""
        await self._client.aclose()


def _refusal(answer: httpx.Response) -> ChannelError:
    reason = _reason(answer)
    match answer.status_code:
        case status if status == _GONE or (status == _BAD_REQUEST and reason in _GONE_REASONS):
            return AddressGone(reason)
        case status if status == _TOO_MANY or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            return TryLater(reason, after_s=_BUSY_S)
        case _:
            return Misconfigured(reason)


def _reason(answer: httpx.Response) -> str:
    """Apple's own word, or the status where there is none."""
    try:
        found = answer.json().get("reason")
    except (ValueError, AttributeError):
        found = None
    return str(found or f"status {answer.status_code}")[:64]
