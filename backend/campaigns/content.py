"""What a campaign says, as a document: read with every fault at its JSON pointer, and composed into its promotions.

What the campaign restricts is written into each of its promotions as conditions and days, so that the engine stays the only
judge. The campaign's conditions come first: they are the reason that members are given.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from backend.campaigns.schemes import SCHEMES
from backend.kit.money import format_units
from backend.promotions.documents import MalformedDocument
from backend.promotions.kinds import COUNT, IDENTIFIER, POINTS, POINTS_DECIMALS_MAX, choice, list_of, object_of
from backend.promotions.parameters import Fault, Place, written
from backend.promotions.promotion import Promotion
from backend.promotions.validity import Period

Document = Mapping[str, Any]
WHOLE = ""
"""The campaign itself, where a promotion's id would stand."""
KEYS = ("scheme", "valid", "audience", "partners", "outlets", "limits", "promotions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who is meant: all that is named must hold, so groups and tiers together are their intersection."""

    groups: tuple[str, ...] | None = field(default=None, metadata=written("groups", list_of(IDENTIFIER)))
    tiers: tuple[str, ...] | None = field(default=None, metadata=written("tiers", list_of(IDENTIFIER)))
    members: tuple[str, ...] | None = field(default=None, metadata=written("members", list_of(IDENTIFIER)))

    def problems(self) -> Iterator[tuple[str, str]]:
        """An empty list is nobody, which nobody means."""
        for name in ("groups", "tiers", "members"):
            if getattr(self, name) == ():
                yield name, "names nobody; leave it out to mean everyone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a promotion, or a whole campaign, may give: uses in all and by a member, and hundredths of money or points."""

    total: int | None = field(default=None, metadata=written("total", COUNT))
    budget_centi: int | None = field(default=None, metadata=written("budget", POINTS))
    per_member: int | None = field(default=None, metadata=written("per_member", COUNT))
    per_member_per_day: int | None = field(default=None, metadata=written("per_member_per_day", COUNT))

    @property
    def any(self) -> bool:
        """Whether anything is limited."""
        return self != Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignLimits:
    """What all promotions of a campaign may give together."""

    total: int | None = field(default=None, metadata=written("total", COUNT))
    budget_centi: int | None = field(default=None, metadata=written("budget", POINTS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A campaign's content. `partners` are tax numbers, `outlets` codes; without any, all of the tenant's take part.

    `scheme` is the one under which it gives; without it the form of each promotion says.
    """

    scheme: str | None = field(default=None, metadata=written("scheme", choice(*SCHEMES)))
    period: Period | None = field(default=None, metadata=written("valid", object_of(Period)))
    audience: Audience | None = field(default=None, metadata=written("audience", object_of(Audience)))
    partners: tuple[str, ...] = field(default=(), metadata=written("partners", list_of(IDENTIFIER)))
    outlets: tuple[str, ...] = field(default=(), metadata=written("outlets", list_of(IDENTIFIER)))
    limits: CampaignLimits | None = field(default=None, metadata=written("limits", object_of(CampaignLimits)))
    promotions: tuple[Promotion, ...] = field(
        default=(), metadata=written("promotions", list_of(object_of(Promotion), unique="id"))
    )


def read_content(document: object) -> Content:
    """The content of a JSON object. Raises MalformedDocument with every fault; pointers begin at the object."""
    faults: list[Fault] = []
    found = object_of(Content).read(document, Place(faults))
    if found is not None:
        faults += _never_given(found)
    if faults or found is None:
        raise MalformedDocument(tuple(faults))
    return found


def limits_of(document: Document) -> Limits:
    """The limits of a promotion's document that was read before."""
    found = object_of(Limits).read(document.get("limits") or {}, Place([]))
    assert found is not None, "a promotion is read before it is kept"
    return found


def pools_of(document: Document) -> dict[tuple[str, str], int]:
    """What the content lets out of pools: by promotion and kind, so many units; the whole campaign's own included."""
    pools: dict[tuple[str, str], int] = {}
    whole = {WHOLE: document.get("limits") or {}}
    named = {each["id"]: each.get("limits") or {} for each in document.get("promotions") or []}
    for promotion, limits in {**whole, **named}.items():
        read = limits_of({"limits": limits})
        if read.total is not None:
            pools[promotion, "uses"] = read.total
        if read.budget_centi is not None:
            pools[promotion, "value"] = read.budget_centi
    return pools


def composed(document: Document) -> list[dict[str, Any]]:
    """The content's promotions as the engine takes them, restricted by what the campaign says."""
    conditions = list(_conditions(document))
    return [_narrowed(each, document, conditions) for each in document.get("promotions") or []]


def _conditions(document: Document) -> Iterator[dict[str, Any]]:
    audience = document.get("audience") or {}
    for key, kind in (("groups", "customer_group"), ("tiers", "tier"), ("members", "member")):
        if audience.get(key):
            yield {"type": kind, "in": list(audience[key])}
    if document.get("partners"):
        yield {"type": "seller", "tax_ids": list(document["partners"])}
    if document.get("outlets"):
        yield {"type": "outlet", "in": list(document["outlets"])}


def _narrowed(promotion: Document, campaign: Document, conditions: list[dict[str, Any]]) -> dict[str, Any]:
    narrowed = dict(promotion)
    if conditions:
        narrowed["conditions"] = [*conditions, *(promotion.get("conditions") or [])]
    if campaign.get("valid"):
        narrowed["valid"] = _common(campaign["valid"], promotion.get("valid") or {})
    if campaign.get("limits"):
        narrowed["limits"] = _tighter(promotion, campaign)
    return narrowed


def _tighter(promotion: Document, campaign: Document) -> dict[str, Any]:
    """A promotion's own limits, where the whole campaign's are not the narrower ones."""
    own, whole = limits_of(promotion), limits_of(campaign)
    tighter = dict(promotion.get("limits") or {})
    if whole.total is not None:
        tighter["total"] = min(whole.total, whole.total if own.total is None else own.total)
    if whole.budget_centi is not None:
        least = min(whole.budget_centi, whole.budget_centi if own.budget_centi is None else own.budget_centi)
        tighter["budget"] = format_units(least, POINTS_DECIMALS_MAX)
    return tighter


def _common(one: Document, other: Document) -> dict[str, str]:
    """The days of both."""
    periods = [period for period in map(_period, (one, other)) if period is not None]
    first, last = _span(periods)
    return ({"from": first.isoformat()} if first else {}) | ({"to": last.isoformat()} if last else {})


def _period(valid: Document) -> Period | None:
    return object_of(Period).read(dict(valid), Place([]))


def last_day(period: Period) -> date | None:
    """The last day of a period, which `days` counts from its first; None when it has no end that a calendar knows."""
    if period.from_on is not None and period.days is not None:
        rest = timedelta(days=period.days - 1)
        return period.from_on + rest if rest <= date.max - period.from_on else None
    return period.to_on


def _never_given(content: Content) -> Iterator[Fault]:
    for number, promotion in enumerate(content.promotions):
        periods = [period for period in (content.period, promotion.period) if period is not None]
        first, last = _span(periods)
        if first is not None and last is not None and first > last:
            yield Fault(f"/promotions/{number}/valid", "has no day in common with the campaign's period")


def _span(periods: list[Period]) -> tuple[date | None, date | None]:
    firsts = [period.from_on for period in periods if period.from_on is not None]
    lasts = [last for period in periods if (last := last_day(period)) is not None]
    return max(firsts, default=None), min(lasts, default=None)
