"""What differs between two contents of a campaign, place by place, so that nobody has to read both: pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backend.campaigns.content import KEYS

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One place: a pointer in which a promotion stands by its id; None is absent."""

    pointer: str
    before: Any
    after: Any


def differences(before: Document, after: Document) -> list[Difference]:
    """The places that differ, in the order in which people write them; promotions are compared by their ids."""
    plain = (key for key in KEYS if key != "promotions")
    found = [Difference(f"/{key}", before.get(key), after.get(key)) for key in plain]
    olds, news = (_by_id(document) for document in (before, after))
    for promotion in {**olds, **news}:
        found += _within(f"/promotions/{promotion}", olds.get(promotion), news.get(promotion))
    return [each for each in found if each.before != each.after]


def _within(pointer: str, before: Document | None, after: Document | None) -> Iterator[Difference]:
    if before is None or after is None:
        yield Difference(pointer, before, after)
        return
    for key in {**before, **after}:
        yield Difference(f"{pointer}/{key}", before.get(key), after.get(key))


def _by_id(document: Document) -> dict[str, Document]:
    return {each["id"]: each for each in document.get("promotions") or []}
