"""The shapes of signing in and of what members say about themselves. Input refuses unknown fields."""

from typing import Annotated, Literal

import msgspec

from backend.members.service import NAME_LENGTH_MAX

_END = r"(?!\n)$"
"""The end and nothing but the end: in Python `$` alone would let a line break follow."""
_TEXT = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*" + _END
Slug = Annotated[
    str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]*" + _END, max_length=64, description="The tenant's slug.")
]
Address = Annotated[
    str,
    msgspec.Meta(
        min_length=3, max_length=254, description="A phone number with its country, as in +381601234567, or an e-mail."
    ),
]
Language = Literal["en", "sr-Latn", "sr-Cyrl", "hr", "bs"]
Name = Annotated[str, msgspec.Meta(pattern=_TEXT, max_length=NAME_LENGTH_MAX, description="What to call the member.")]
Version = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*" + _END, max_length=32, description="The version of the terms accepted."
    ),
]
Refresh = Annotated[str, msgspec.Meta(min_length=1, max_length=256, description="The refresh token got last.")]
Base64Url = r"^[A-Za-z0-9_-]+" + _END


class AskCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where to send a one-time code. The language is that of the request's Accept-Language where none is given."""

    tenant: Slug
    to: Address
    language: Language | msgspec.UnsetType = msgspec.UNSET


class CodeSentView(msgspec.Struct, frozen=True):
    """What any address gets: how many digits the code has, and for how many seconds it is good."""

    digits: int
    expires_in: int


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code that was sent, the terms that are accepted with it, and what to call a new member."""

    tenant: Slug
    to: Address
    code: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}" + _END)]
    terms_version: Version
    name: Name | msgspec.UnsetType = msgspec.UNSET


class RefreshTokens(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A refresh token."""

    refresh: Refresh


class TokensView(msgspec.Struct, frozen=True):
    """`access` speaks for the member for `expires_in` seconds; `refresh` is exchanged for the next two, once."""

    access: str
    refresh: str
    expires_in: int


class MemberView(msgspec.Struct, frozen=True):
    """The member. `name` is null where none was given; of `phone` and `email` at least one is known."""

    id: str
    name: str | None
    language: str
    phone: str | None
    email: str | None
    joined_at: str


class ChangeMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change: an absent field stays, a null name is taken away."""

    name: Name | msgspec.UnsetType | None = msgspec.UNSET
    language: Language | msgspec.UnsetType = msgspec.UNSET


class PushKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A browser's public key (65 bytes) and its authentication secret (16 bytes), base64url without padding."""

    p256dh: Annotated[str, msgspec.Meta(pattern=Base64Url, min_length=87, max_length=87)]
    auth: Annotated[str, msgspec.Meta(pattern=Base64Url, min_length=22, max_length=22)]


class PushSubscription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A browser's subscription as `PushSubscription.toJSON()` gives it, without its expiration."""

    endpoint: Annotated[str, msgspec.Meta(pattern=r"^https://[!-~]+" + _END, max_length=2048)]
    keys: PushKeys


class TokenDevice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="token"):
    """A registration token of Firebase Cloud Messaging."""

    value: Annotated[str, msgspec.Meta(pattern=r"^[!-~]+" + _END, max_length=4096)]


class FidDevice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="fid"):
    """A Firebase installation id."""

    value: Annotated[str, msgspec.Meta(pattern=Base64Url, min_length=22, max_length=22)]


class WebPushDevice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="webpush"):
    """A browser that takes web push."""

    value: PushSubscription


PutDevice = TokenDevice | FidDevice | WebPushDevice
