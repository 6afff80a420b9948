"""Why a text cannot be shown, linked or put aside."""

from typing import ClassVar

from backend.kit.errors import ErrorKind, ParagonError


class UnmatchedTextNotFound(ParagonError):
    """The tenant has no such text to review."""

    code: ClassVar[str] = "unmatched-text-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such text."


class AliasProductUnknown(ParagonError):
    """A text is to be linked to a product that the tenant does not have."""

    code: ClassVar[str] = "alias-product-unknown"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "There is no product with the number {sku}."


class AliasTextEmpty(ParagonError):
    """A text without a letter or digit names nothing."""

    code: ClassVar[str] = "alias-text-empty"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "The text holds no word."


class ReratingNotFound(ParagonError):
    """The tenant does not look at any receipts again under this id."""

    code: ClassVar[str] = "rerating-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "Nothing is being rated anew under this number."
