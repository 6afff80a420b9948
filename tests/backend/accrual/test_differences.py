"""What is due on top never takes away, never pays twice, and adds up over its lines."""

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.accrual.differences import Given, dues_of
from backend.kit.i18n import Text
from backend.promotions.contract import Award
from backend.promotions.outcome import Applied, NotApplied, Outcome

WHY = Text("why")
ON = date(2026, 11, 23)
POINTS = st.integers(min_value=0, max_value=1000)
BY_LINE = st.dictionaries(st.sampled_from(["1", "2", "3"]), POINTS, max_size=3)
BY_PROMOTION = st.dictionaries(st.sampled_from(["a", "b", "c"]), BY_LINE, max_size=3)


def outcome(points: dict[str, dict[str, int]], stopped: tuple[str, ...] = ()) -> Outcome:
    applied = tuple(
        Applied(
            promotion=promotion,
            kind="points",
            value=sum(shares.values()),
            lines=tuple(shares),
            shares=tuple(shares.items()),
            why=WHY,
            awards=(Award(kind="points", value=sum(shares.values()), shares=tuple(shares.items())),),
        )
        for promotion, shares in sorted(points.items())
        if sum(shares.values())
    )
    missed = tuple(NotApplied(promotion, "combine") for promotion in stopped)
    return Outcome(total_minor=1, currency="RSD", points_decimals=0, applied=applied, not_applied=missed, undecided=())


def due_of(before: Outcome, after: Outcome, had: dict[str, list[Given]]) -> list[Any]:
    return dues_of(before=before, after=after, given=had, point_value_minor=100, on=ON)


def points_of(shares: dict[str, int]) -> Given:
    return Given((Award("points", sum(shares.values()), tuple(shares.items())),))


@settings(max_examples=200)
@given(before=BY_PROMOTION, after=BY_PROMOTION, stands=BY_PROMOTION)
def test_what_is_due_is_what_is_more_than_before_and_more_than_stands(
    before: dict[str, dict[str, int]], after: dict[str, dict[str, int]], stands: dict[str, dict[str, int]]
) -> None:
    had = {promotion: [points_of(shares)] for promotion, shares in stands.items()}
    for due in due_of(outcome(before), outcome(after), had):
        gives = due.applied
        now = sum(after[gives.promotion].values())
        assert gives.points > 0
        assert gives.points + sum(stands.get(gives.promotion, {}).values()) <= now
        assert gives.points + sum(before.get(gives.promotion, {}).values()) <= now
        assert sum(gives.point_shares.values()) == gives.points
        assert all(share >= 0 for share in gives.point_shares.values())
    assert due_of(outcome(after), outcome(after), had) == [], "nothing new was found"


@settings(max_examples=200)
@given(lost=BY_LINE, won=BY_LINE)
def test_what_gave_way_counts_towards_what_took_its_place(lost: dict[str, int], won: dict[str, int]) -> None:
    stands = points_of(lost)
    after = outcome({"b": won}, ("a",))
    dues = due_of(outcome({"a": lost}), after, {"a": [stands]})
    paid = sum(due.applied.points for due in dues)
    assert paid == max(0, sum(won.values()) - sum(lost.values()))
    again = {"a": [stands], "b": [points_of(due.applied.point_shares) for due in dues]}
    assert due_of(outcome({"a": lost}), after, again) == []


AWARDS = st.lists(
    st.builds(
        Award,
        kind=st.sampled_from(["points", "card", "cashback", "coupon", "entries", "gift"]),
        value=st.integers(min_value=1, max_value=500),
        name=st.sampled_from([None, "x"]),
        valid_to_on=st.sampled_from([None, date(2026, 12, 1)]),
    ),
    max_size=4,
)


def giving(*gave: tuple[str, list[Award]], stopped: tuple[str, ...] = ()) -> Outcome:
    applied = tuple(
        Applied(promotion, awards[0].kind, 0, (), (), WHY, tuple(awards)) for promotion, awards in gave if awards
    )
    missed = tuple(NotApplied(promotion, "combine") for promotion in stopped)
    return Outcome(total_minor=1, currency="RSD", points_decimals=1, applied=applied, not_applied=missed, undecided=())


def in_all(awards: list[Award]) -> dict[tuple[str, str | None, date | None], int]:
    found: dict[tuple[str, str | None, date | None], int] = {}
    for award in awards:
        slot = award.kind, award.name, award.valid_to_on
        found[slot] = found.get(slot, 0) + award.value
    return found


@settings(max_examples=200)
@given(before=AWARDS, after=AWARDS, stands=AWARDS)
def test_every_form_is_given_up_to_what_is_due_in_all_and_never_twice(
    before: list[Award], after: list[Award], stands: list[Award]
) -> None:
    had = {"a": [Given(tuple(stands))]}
    dues = due_of(giving(("a", before)), giving(("a", after)), had)
    due = in_all([award for each in dues for award in each.applied.awards])
    was, standing = in_all(before), in_all(stands)
    for slot, value in in_all(after).items():
        assert due.get(slot, 0) == max(0, value - max(was.get(slot, 0), standing.get(slot, 0)))
    normally = {"a": [Given(tuple(before))]}
    first = due_of(giving(("a", before)), giving(("a", after)), normally)
    twice = {"a": [*normally["a"], *(Given(each.applied.awards) for each in first)]}
    assert due_of(giving(("a", before)), giving(("a", after)), twice) == []


@settings(max_examples=200)
@given(lost=AWARDS, won=AWARDS)
def test_what_gave_way_in_another_form_counts_by_its_worth(lost: list[Award], won: list[Award]) -> None:
    before, after = giving(("a", lost)), giving(("b", won), stopped=("a",))
    dues = due_of(before, after, {"a": [Given(tuple(lost))]})
    due = [award for each in dues for award in each.applied.awards]

    def worth(awards: list[Award]) -> int:
        """In thousandths of money: a point of one decimal is worth 1.00 in ten parts."""
        return sum(
            a.value * (10 if a.kind == "points" else 1) for a in awards if a.kind in {"points", "card", "cashback"}
        )

    better = max(0, worth(won) - worth(lost))
    assert better - 10 < worth(due) <= better, "to the smallest unit of points, and never more"
    for kind in ("coupon", "entries", "gift"):
        for name in (None, "x"):
            was, now, more = (
                sum(award.value for award in awards if (award.kind, award.name) == (kind, name))
                for awards in (lost, won, due)
            )
            assert more == max(0, now - was), "of what has no worth, the same thing counts"


def test_a_bonus_that_nobody_can_use_any_more_is_not_given() -> None:
    for last, count in ((date(2026, 11, 22), 0), (ON, 1)):
        bonus = Award("card", 5, valid_to_on=last)
        assert len(due_of(giving(), giving(("a", [bonus])), {})) == count
