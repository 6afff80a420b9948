"""Why something about a card is refused."""

from typing import ClassVar

from backend.kit.errors import ErrorKind, ParagonError


class CardPrefixMalformed(ParagonError):
    """A prefix that is not four to eight digits, or begins with a zero."""

    code: ClassVar[str] = "card-prefix-malformed"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "A prefix of card numbers has {least} to {most} digits and does not begin with 0."


class CardPrefixTaken(ParagonError):
    """The prefix, a part of it or a longer one is registered already, by whomever."""

    code: ClassVar[str] = "card-prefix-taken"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "Card numbers that begin with {prefix} are taken already."


class CardIssuerNotFound(ParagonError):
    """The tenant has not registered this prefix, or none at all."""

    code: ClassVar[str] = "card-issuer-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such registered prefix of card numbers."


class CardNumbersExhausted(ParagonError):
    """Half of a prefix's numbers are in use: with more of them a guessed number would often be somebody's."""

    code: ClassVar[str] = "card-numbers-exhausted"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "The prefix {prefix} has room for {left} more card numbers."


class CardBatchNotFound(ParagonError):
    """No such batch in this tenant."""

    code: ClassVar[str] = "card-batch-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such batch of cards."


class CardPointsMalformed(ParagonError):
    """Points of a prize card that are none, or have more decimals than the programme's."""

    code: ClassVar[str] = "card-points-malformed"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "{points} cannot be the points of a card."


class CardUnknown(ParagonError):
    """Nothing here has that number, value or phone; or it is another's."""

    code: ClassVar[str] = "card-unknown"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "This card is not known."


class CardUnassigned(ParagonError):
    """A card that nobody has yet."""

    code: ClassVar[str] = "card-unassigned"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "This card has no owner yet."


class CardAssigned(ParagonError):
    """A card that somebody has already."""

    code: ClassVar[str] = "card-assigned"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "This card has an owner already."


class CardBlocked(ParagonError):
    """A card that was blocked for good, or by its member for a while: it opens no account."""

    code: ClassVar[str] = "card-blocked"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "This card is blocked."


class CardReissueRefused(ParagonError):
    """A card that was not lost, that nobody had, or that was replaced already."""

    code: ClassVar[str] = "card-reissue-refused"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "This card cannot be replaced by a new one."


class CardMediumTaken(ParagonError):
    """The value is read from another card already, or is a card's number."""

    code: ClassVar[str] = "card-medium-taken"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "What was read belongs to another card."


class CardMediumMalformed(ParagonError):
    """A value that no reader could have read, or that would be read as something else."""

    code: ClassVar[str] = "card-medium-malformed"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "What was read cannot be kept: it needs {least} to {most} Latin letters, digits and signs."


class CardNameMalformed(ParagonError):
    """A name that does not fit on a card."""

    code: ClassVar[str] = "card-name-malformed"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "The name on a card has 1 to {most} characters."


class CardRunNotFound(ParagonError):
    """No such print run in this tenant."""

    code: ClassVar[str] = "card-run-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such print run."


class CardRunEmpty(ParagonError):
    """No card waits to be printed."""

    code: ClassVar[str] = "card-run-empty"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "No card waits to be printed."


class TooManyLookups(ParagonError):
    """The account or the tenant looked up more cards than people at tills do."""

    code: ClassVar[str] = "too-many-lookups"
    kind: ClassVar[ErrorKind] = "limited"
    title: ClassVar[str] = "Too many cards were looked up. Please try again later."
