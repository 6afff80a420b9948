"""What a template promises: parameters that draw their own form, and promotion documents made of them.

A member of the family is a frozen dataclass whose declared fields are its parameters, checked and kept as they were
written, so that a decimal string goes from the form into the document untouched. Adding one is a file beside its
siblings and a line in `registry`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from backend.kit.i18n import Text
from backend.promotions.kinds import DAYS_ABOVE_ZERO, IDENTIFIER, PHRASE, as_written, choice, list_of, object_of
from backend.promotions.parameters import Kind, written

Document = dict[str, Any]
_ASKED = "asked"
_BONUSES = ("card", "receipt")


@dataclass(frozen=True, slots=True)
class Asked:
    """How a parameter is asked for: its title, what it is counted in where its kind does not say, and words for choices."""

    title: Text
    unit: str | None = None
    options: Mapping[str, Text] = field(default_factory=dict)


def asked(
    key: str, kind: Kind[Any], title: Text, *, unit: str | None = None, options: Mapping[str, Text] | None = None
) -> dict[str, object]:
    """The metadata of a parameter that is asked for under this title."""
    return {**written(key, kind), _ASKED: Asked(title, unit, options or {})}


def how_asked(metadata: Mapping[str, Any]) -> Asked:
    """What `asked` wrote."""
    found = metadata[_ASKED]
    assert isinstance(found, Asked), "a parameter of a template is declared with asked()"
    return found


class Template(ABC):
    """One kind of scheme."""

    __slots__ = ()

    code: ClassVar[str]
    """The stable code by which it is asked for."""

    title: ClassVar[Text]
    about: ClassVar[Text]

    scheme: ClassVar[str | None] = None
    """The programme's scheme that its campaigns are of, where the form of what they give does not say it."""

    @abstractmethod
    def promotions(self, own: str) -> list[Document]:
        """The promotion documents without their ids. `own` names what belongs to this campaign: a counter, a group."""


_WORDS = as_written(list_of(IDENTIFIER))
_PHRASES = as_written(list_of(PHRASE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What of a purchase counts: whatever any of the lists names, and everything when none does."""

    groups: list[str] | None = field(default=None, metadata=asked("groups", _WORDS, Text("Product groups")))
    brands: list[str] | None = field(default=None, metadata=asked("brands", _WORDS, Text("Brands")))
    skus: list[str] | None = field(default=None, metadata=asked("skus", _WORDS, Text("Article codes")))
    gtins: list[str] | None = field(default=None, metadata=asked("gtins", _WORDS, Text("Bar codes")))
    names: list[str] | None = field(default=None, metadata=asked("names", _PHRASES, Text("Words in the name")))

    def problems(self) -> Iterator[tuple[str, str]]:
        """A list without an item would select nothing, which nobody means."""
        for key in ("groups", "brands", "skus", "gtins", "names"):
            if getattr(self, key) == []:
                yield key, "names nothing; leave it out"

    def document(self) -> Document:
        """The promotion's `items`; null is everything."""
        lists = {key: getattr(self, key) for key in ("groups", "brands", "skus", "gtins", "names")}
        named = {key: found for key, found in lists.items() if found is not None}
        return {"items": named or None}


EVERYTHING = Goods()
ITEMS = asked("items", object_of(Goods), Text("Products that count"))


def named_goods(goods: Goods) -> Iterator[tuple[str, str]]:
    """The fault of a template that is for certain products and was told none."""
    if goods == EVERYTHING:
        yield "items", "names nothing"


_AUDIENCES = {
    "everyone": Text("Everyone"),
    "members": Text("Members"),
    "non_members": Text("Buyers who are no members"),
}


def audience_field(default: str = "everyone") -> Any:  # noqa: ANN401 (a field stands for the value that it holds)
    """`audience`: whom it is for."""
    kind = choice(*_AUDIENCES)
    return field(default=default, metadata=asked("audience", kind, Text("For whom"), options=_AUDIENCES))


_FORMS = {
    "discount": Text("Discount at once"),
    "card": Text("Bonus on the card"),
    "receipt": Text("Bonus on the receipt"),
    "cashback": Text("Money back for coming purchases"),
    "points": Text("Points"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Giving(Template):
    """A template of what is worth money, which can be given in any form (TRON-26)."""

    audience: str = audience_field()
    gives: str = field(
        default="discount", metadata=asked("gives", choice(*_FORMS), Text("How it is given"), options=_FORMS)
    )
    valid_days: int | None = field(
        default=None, metadata=asked("valid_days", DAYS_ABOVE_ZERO, Text("How long a bonus can be used"))
    )

    def problems(self) -> Iterator[tuple[str, str]]:
        """Only a bonus waits to be used."""
        if self.valid_days is not None and self.gives not in _BONUSES:
            yield "valid_days", "is for bonuses on the card or receipt"

    def giving(self) -> Document:
        """What every promotion of such a template says."""
        return {"audience": self.audience, "grant": {"as": self.gives, "valid_days": self.valid_days}}
