"""Any sequence of verbs, days, faults and repetitions leaves the lots and holds that a few lines of arithmetic leave."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.ledger import service
from backend.ledger.clockwork import expire
from backend.ledger.errors import LedgerRefusal
from backend.ledger.service import Posting
from tests.backend.ledger.books import PENDING, VALID, Answer, Books

Shop = Any
OpenShop = Any

MEMBERS = 3
VERBS = [
    "earn",
    "earn",
    "burn",
    "reversal",
    "restoration",
    "hold",
    "hold",
    "capture",
    "release",
    "transfer",
    "adjustment",
]
OUTCOMES = {
    "posted",
    "replayed",
    "insufficient-points",
    "ledger-hold-captured",
    "ledger-hold-expired",
    "ledger-hold-released",
    "ledger-hold-too-small",
    "ledger-hold-unknown",
    "ledger-reference-reused",
    "ledger-reversal-too-large",
    "ledger-transfer-unknown",
    "ledger-wallet-held",
}


class UndoneError(Exception):
    pass


@dataclass(frozen=True)
class Step:
    """What happens next; `pick` counts back to what it concerns, and points of None are all.

    A stranger asks for what is another's.
    """

    what: str
    member: int
    points: int | None = None
    pick: int = 0
    is_stranger: bool = False


members = st.integers(0, MEMBERS - 1)
some = st.integers(1, 30)
single = st.builds(
    Step,
    st.sampled_from([*VERBS, "days", "lapse", "expire", "again", "other", "fault"]),
    members,
    st.one_of(some, some, st.none()),
    st.integers(0, 4),
    st.sampled_from([False] * 7 + [True]),
).map(lambda step: [step])


def a_refund_of_what_is_gone(member: int) -> list[Step]:
    """How a debt comes up and goes, which a random walk seldom finds."""
    gone = Step("transfer", member)
    return [Step("earn", member, 25), gone, Step("reversal", member, 25, 1), Step("earn", member, 30)]


@st.composite
def a_hold_and_its_end(draw: st.DrawFn) -> list[Step]:
    member = draw(members)
    ends = st.sampled_from(["capture", "release", "lapse"])
    return [Step("hold", member, draw(st.integers(1, 9))), *(Step(draw(ends), member) for _ in range(2))]


histories = st.lists(
    st.one_of(single, single, a_hold_and_its_end(), members.map(a_refund_of_what_is_gone)), min_size=4, max_size=10
)


@pytest.fixture(scope="module")
def seen() -> Iterator[Counter[str]]:
    """L11: a run that met only one side of a rule has proved nothing."""
    outcomes: Counter[str] = Counter()
    yield outcomes
    expected = OUTCOMES | set(VERBS) | {"expired", "fault", "made a debt", "paid a debt"}
    assert not expected - set(outcomes), f"never happened: {expected - set(outcomes)}; happened: {outcomes}"


class Run:
    """A shop and its books, step by step."""

    def __init__(self, shop: Shop, seen: Counter[str]) -> None:
        self.shop = shop
        self.seen = seen
        self.books = Books(MEMBERS)
        self.day = 0
        self.names: list[str] = []
        self.posted: list[tuple[Posting, Answer]] = []
        self.rows: tuple[set[Any], set[Any]] = (set(), set())

    @property
    def now(self) -> datetime:
        moment: datetime = self.shop.noon + timedelta(days=self.day)
        return moment

    async def step(self, step: Step) -> None:
        match step.what:
            case "days":
                self.day += 1 + step.pick
            case "lapse" if self.open_holds():
                name = self.open_holds()[step.pick % len(self.open_holds())]
                await self.shop.let_lapse(name)
                self.books.end(name, "expired")
            case "expire":
                await self.tidied()
                lost = self.books.expire(self.day)
                assert await expire(self.shop.database, self.shop.tenant_id, now=self.now) == lost
                self.seen.update({"expired": lost})
                self.rows = await self.shop.posted()
            case "again" | "other" if self.posted:
                await self.repeat(step)
            case "fault" if self.posted:
                await self.fault(step)
            case "lapse" | "again" | "other" | "fault":
                pass
            case _:
                await self.verb(step)

    async def tidied(self) -> None:
        """Holds that lapsed are ended by the clockwork before it looks for what has expired."""
        await self.shop.auditor.fetchval("select ledger_lapse($1, 100)", self.shop.tenant_id)

    def open_holds(self) -> list[str]:
        return [name for name, hold in self.books.holds.items() if hold.state == "open"]

    def posting(self, step: Step) -> Posting:
        names = [name for name in self.names if name.startswith("h") == (step.what in {"capture", "release"})]
        named = names[-1 - step.pick % len(names)] if names else "nothing"
        hold, done = self.books.holds.get(named), self.books.done.get(named)
        # Mostly whose it is, else nobody would ever find anything.
        owner = hold.member if hold else done.member if done else step.member
        member = (
            owner
            if not step.is_stranger and step.what in {"capture", "release", "reversal", "restoration"}
            else step.member
        )
        points = step.points if step.what in {"capture", "restoration", "transfer"} else step.points or 40
        if step.what == "adjustment" and step.pick % 2:
            points = -(points or 0)
        return Posting(
            step.what,  # type: ignore[arg-type]
            self.shop.programme_id,
            self.shop.members[member],
            None if step.what == "release" else points,
            named if step.what == "release" else f"{'h' if step.what == 'hold' else 't'}{len(self.names)}",
            None if step.what in {"hold", "release"} else self.shop.noon,
            named if step.what in {"capture", "reversal", "restoration"} else None,
            receiver_id=self.shop.members[(member + 1) % MEMBERS] if step.what == "transfer" else None,
            expires_at=datetime.now(UTC) + timedelta(hours=1) if step.what == "hold" else None,
            reason="why" if step.what == "adjustment" else None,
        )

    def expected(self, posting: Posting) -> Answer:
        member, books, name = self.shop.members.index(posting.member_id), self.books, posting.reference
        original, points = posting.original or "", posting.points
        verbs: dict[str, Callable[[], Answer]] = {
            "earn": lambda: books.earn(member, points or 0, name, self.day),
            "burn": lambda: books.spend(member, points or 0, name, self.day, "burn"),
            "reversal": lambda: books.take_back(member, points or 0, original),
            "restoration": lambda: books.roll_back(member, points, original),
            "hold": lambda: books.hold(member, points or 0, name, self.day),
            "capture": lambda: books.capture(member, points, original, name),
            "release": lambda: books.release(member, name),
            "transfer": lambda: books.transfer(member, (member + 1) % MEMBERS, points, self.day),
            "adjustment": lambda: (
                books.earn(member, points or 0, name, self.day, pending=0)
                if (points or 0) > 0
                else books.spend(member, -(points or 0), name, self.day, "adjustment")
            ),
        }
        return verbs[posting.kind]()

    async def verb(self, step: Step) -> None:
        posting = self.posting(step)
        before = self.rows
        answer = await self.answer(posting)
        expected = self.expected(posting)
        assert answer == expected, posting
        self.seen.update([answer[0], *(["paid a debt"] if answer[2] > 0 else ["made a debt"] if answer[2] < 0 else [])])
        if answer[0] == "posted":
            self.seen.update([step.what])
            if posting.kind != "release":
                self.names.append(posting.reference)
                self.posted.append((posting, answer))
        self.rows = after = await self.shop.posted()
        assert all(earlier <= later for earlier, later in zip(before, after, strict=True)), "L2: what was posted stays"
        assert answer[0] == "posted" or before == after, "L10: a refusal leaves no trace"

    async def repeat(self, step: Step) -> None:
        """L5: the same again has no effect and the same answer; the same name for something else is refused."""
        posting, answer = self.posted[step.pick % len(self.posted)]
        if step.what == "again":
            assert await self.answer(posting) == ("replayed", *answer[1:])
        else:
            points = (posting.points or 0) + 1000
            changed = Posting(**{**{name: getattr(posting, name) for name in posting.__slots__}, "points": points})
            assert await self.answer(changed) == ("ledger-reference-reused", 0, 0)
        self.seen.update(["replayed" if step.what == "again" else "ledger-reference-reused"])
        assert await self.shop.posted() == self.rows

    async def fault(self, step: Step) -> None:
        """A transaction that fails after a posting has never been."""
        before = await self.shop.trace()
        posting = Posting(
            "earn", self.shop.programme_id, self.shop.members[step.member], 7, f"fault{len(self.names)}", self.now
        )
        with pytest.raises(UndoneError):
            await self.undone(posting)
        assert await self.shop.trace() == before
        self.seen.update(["fault"])

    async def undone(self, posting: Posting) -> None:
        async with self.shop.database.transaction(self.shop.tenant_id) as session:
            await service.post(session, self.shop.tenant_id, [posting], now=self.now)
            raise UndoneError

    async def answer(self, posting: Posting) -> Answer:
        (answer,) = await self.shop.post([posting], now=self.now)
        if isinstance(answer, LedgerRefusal):
            return answer.code, 0, 0
        return "replayed" if answer.replayed else "posted", answer.points, answer.debt

    async def compare(self) -> None:
        for member, purse in enumerate(self.books.purses):
            wallet = await self.shop.wallet(member, now=self.now)
            lots = purse.lots.values()
            assert (wallet.balance, wallet.debt) == (sum(lot.remaining for lot in lots), purse.owed)
            assert wallet.held == sum(lot.held for lot in lots)
            assert wallet.pending == sum(lot.free for lot in lots if lot.usable_on > self.day)
            assert wallet.available == purse.available(self.day)
            ends = [(lot.remaining, self.shop.noon + timedelta(days=lot.ends_on)) for lot in purse.in_turn()]
            assert await self.shop.lots(member) == ends


def drawn(chance: random.Random) -> Step:
    """A step of many: choices of equal weight meet all sides of every rule, which shrinkable ones do not."""
    return Step(
        chance.choice([*VERBS, *VERBS, "days", "lapse", "expire", "again", "other", "fault"]),
        chance.randrange(MEMBERS),
        chance.choice([chance.randrange(1, 30), chance.randrange(1, 30), None]),
        chance.randrange(4),
        chance.random() < 1 / 8,
    )


async def go_through(shop: Shop, seen: Counter[str], history: list[list[Step]]) -> None:
    await shop.valid(VALID, pending=PENDING)
    run = Run(shop, seen)
    # Wallets with something in them, so that few steps are refused for want of points.
    for member in range(MEMBERS):
        await run.step(Step("earn", member, 30))
    run.day += PENDING
    for steps in history:
        for step in steps:
            await run.step(step)
        await run.compare()
    await shop.verified()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
async def test_l1_to_l11_lots_and_holds_are_what_the_books_say(
    open_shop: OpenShop, seen: Counter[str], history: list[list[Step]]
) -> None:
    await go_through(await open_shop(members=MEMBERS), seen, history)


@pytest.mark.parametrize("seed", [20261123, 4])
async def test_l11_long_histories_meet_both_sides_of_every_rule(
    open_shop: OpenShop, seen: Counter[str], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 (histories, not secrets)
    before = Counter(seen)
    walks = [[drawn(chance) for _ in range(20)] for _ in range(10)]
    refunds = [a_refund_of_what_is_gone(number % MEMBERS) for number in range(10)]
    history = [step for pair in zip(walks, refunds, strict=True) for step in pair]
    await go_through(await open_shop(members=MEMBERS), seen, history)
    met = seen - before
    assert met["posted"] > 0
    assert sum(count for outcome, count in met.items() if outcome in OUTCOMES - {"posted", "replayed"}) > 0
