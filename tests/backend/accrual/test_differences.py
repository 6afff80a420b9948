"""What is due on top never takes away, never pays twice, and adds up over its lines."""

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.accrual.differences import Given, dues_of
from backend.kit.i18n import Text
from backend.promotions.contract import Award
from backend.promotions.outcome import Applied, NotApplied, Outcome

WHY = Text("why")
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


@settings(max_examples=200)
@given(before=BY_PROMOTION, after=BY_PROMOTION, stands=BY_PROMOTION)
def test_what_is_due_is_what_is_more_than_before_and_more_than_stands(
    before: dict[str, dict[str, int]], after: dict[str, dict[str, int]], stands: dict[str, dict[str, int]]
) -> None:
    had = {promotion: [Given(sum(shares.values()), shares)] for promotion, shares in stands.items()}
    dues = dues_of(before=outcome(before), after=outcome(after), given=had)
    for due in dues:
        promotion = due.applied.promotion
        now = sum(after[promotion].values())
        assert due.points > 0
        assert due.points + sum(stands.get(promotion, {}).values()) <= now
        assert due.points + sum(before.get(promotion, {}).values()) <= now
        assert sum(due.shares.values()) == due.points
        assert all(share >= 0 for share in due.shares.values())
    assert dues_of(before=outcome(after), after=outcome(after), given=had) == [], "nothing new was found"


@settings(max_examples=200)
@given(lost=BY_LINE, won=BY_LINE)
def test_what_gave_way_counts_towards_what_took_its_place(lost: dict[str, int], won: dict[str, int]) -> None:
    stands = Given(sum(lost.values()), lost)
    after = outcome({"b": won}, ("a",))
    dues = dues_of(before=outcome({"a": lost}), after=after, given={"a": [stands]})
    paid = sum(due.points for due in dues)
    assert paid == max(0, sum(won.values()) - stands.points)
    again = {"a": [stands], "b": [Given(due.points, due.shares) for due in dues]}
    assert dues_of(before=outcome({"a": lost}), after=after, given=again) == []
