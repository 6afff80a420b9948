"""The ledger with lots and holds as arithmetic: a few lines of Python that are right because they are short.

Days are numbers. A verb answers with its outcome and what it did to the member's points and debt.
"""

from dataclasses import dataclass, field

VALID, PENDING = 10, 2
Answer = tuple[str, int, int]


@dataclass
class Lot:
    place: tuple[int, int]
    remaining: int
    usable_on: int
    ends_on: int
    held: int = 0

    @property
    def free(self) -> int:
        return self.remaining - self.held

    @property
    def turn(self) -> tuple[int, tuple[int, int]]:
        return self.ends_on, self.place

    def is_spendable(self, day: int) -> bool:
        return self.usable_on <= day < self.ends_on


@dataclass
class Hold:
    member: int
    points: int
    aside: dict[tuple[int, int], int]
    state: str = "open"


@dataclass
class Done:
    """A transfer that can be taken back: what is left to take back of it, and what it took from which lots."""

    kind: str
    member: int
    left: int
    seq: int
    taken: dict[tuple[int, int], int] = field(default_factory=dict)


@dataclass
class Purse:
    lots: dict[tuple[int, int], Lot] = field(default_factory=dict)
    owed: int = 0
    seq: int = 0

    def available(self, day: int) -> int:
        return max(sum(lot.free for lot in self.lots.values() if lot.is_spendable(day)) - self.owed, 0)

    def in_turn(self) -> list[Lot]:
        return sorted(self.lots.values(), key=lambda lot: lot.turn)

    def take(self, points: int, day: int | None, own: int | None = None) -> dict[tuple[int, int], int]:
        """From lots that can be spent that day, or from all without one; from the lot of that number first."""
        taken: dict[tuple[int, int], int] = {}
        for lot in sorted(self.in_turn(), key=lambda lot: lot.place[0] != own):
            if day is None or lot.is_spendable(day):
                some = min(points - sum(taken.values()), lot.free)
                lot.remaining -= some
                taken |= {lot.place: some} if some else {}
        assert sum(taken.values()) == points
        return taken


class Books:
    def __init__(self, members: int) -> None:
        self.purses = [Purse() for _ in range(members)]
        self.holds: dict[str, Hold] = {}
        self.done: dict[str, Done] = {}

    def earn(self, member: int, points: int, reference: str, day: int, *, pending: int = PENDING) -> Answer:
        purse = self.purses[member]
        paid = min(points, purse.owed)
        purse.owed -= paid
        purse.seq += 1
        if points > paid:
            place = (purse.seq, 1)
            purse.lots[place] = Lot(place, points - paid, day + pending, day + VALID)
        self.done[reference] = Done("earn" if pending else "adjustment", member, points, purse.seq)
        return "posted", points - paid, paid

    def spend(self, member: int, points: int, reference: str, day: int, kind: str) -> Answer:
        purse = self.purses[member]
        if points > purse.available(day):
            return "insufficient-points", 0, 0
        purse.seq += 1
        self.done[reference] = Done(kind, member, points, purse.seq, purse.take(points, day))
        return "posted", -points, 0

    def take_back(self, member: int, points: int, original: str) -> Answer:
        earn, purse = self.done.get(original), self.purses[member]
        if earn is None or earn.kind != "earn" or earn.member != member:
            return "ledger-transfer-unknown", 0, 0
        if points > earn.left:
            return "ledger-reversal-too-large", 0, 0
        there = min(points, sum(lot.free for lot in purse.lots.values()))
        earn.left -= points
        purse.owed += points - there
        purse.seq += 1
        purse.take(there, None, own=earn.seq)
        return "posted", -there, there - points

    def roll_back(self, member: int, points: int | None, original: str) -> Answer:
        spent, purse = self.done.get(original), self.purses[member]
        if spent is None or spent.kind not in {"burn", "capture"} or spent.member != member:
            return "ledger-transfer-unknown", 0, 0
        points = points or spent.left
        if not 0 < points <= spent.left:
            return "ledger-reversal-too-large", 0, 0
        paid = min(points, purse.owed)
        missing = points - paid
        spent.left -= points
        purse.owed -= paid
        purse.seq += 1
        for lot in reversed(purse.in_turn()):
            given = min(missing, spent.taken.get(lot.place, 0))
            if given:
                spent.taken[lot.place] -= given
                lot.remaining += given
                missing -= given
        assert missing == 0
        return "posted", points - paid, paid

    def hold(self, member: int, points: int, reference: str, day: int) -> Answer:
        purse = self.purses[member]
        if points > purse.available(day):
            return "insufficient-points", 0, 0
        aside = purse.take(points, day)
        for place, some in aside.items():
            purse.lots[place].remaining += some
            purse.lots[place].held += some
        self.holds[reference] = Hold(member, points, aside)
        return "posted", points, 0

    def end(self, reference: str, state: str) -> None:
        hold = self.holds[reference]
        for place, some in hold.aside.items():
            self.purses[hold.member].lots[place].held -= some
        hold.state = state

    def release(self, member: int, reference: str) -> Answer:
        hold = self.holds.get(reference)
        if hold is None or hold.member != member:
            return "ledger-hold-unknown", 0, 0
        if hold.state == "captured":
            return "ledger-hold-captured", 0, 0
        if hold.state != "open":
            return "replayed", hold.points, 0
        self.end(reference, "released")
        return "posted", hold.points, 0

    def capture(self, member: int, points: int | None, held_as: str, reference: str) -> Answer:
        hold = self.holds.get(held_as)
        if hold is None or hold.member != member:
            return "ledger-hold-unknown", 0, 0
        if hold.state != "open":
            return f"ledger-hold-{hold.state}", 0, 0
        points = points or hold.points
        if points > hold.points:
            return "ledger-hold-too-small", 0, 0
        self.end(held_as, "captured")
        purse = self.purses[member]
        purse.seq += 1
        taken: dict[tuple[int, int], int] = {}
        for place, some in sorted(hold.aside.items(), key=lambda one: purse.lots[one[0]].turn):
            taken[place] = min(some, points - sum(taken.values()))
            purse.lots[place].remaining -= taken[place]
        self.done[reference] = Done("capture", member, points, purse.seq, taken)
        return "posted", -points, 0

    def transfer(self, member: int, receiver: int, points: int | None, day: int) -> Answer:
        purse, target = self.purses[member], self.purses[receiver]
        moved = points or sum(lot.remaining for lot in purse.lots.values())
        debt = 0 if points else purse.owed
        if moved + debt == 0 or (points or 0) > purse.available(day):
            return "insufficient-points", 0, 0
        if points is None and any(lot.held for lot in purse.lots.values()):
            return "ledger-wallet-held", 0, 0
        purse.owed -= debt
        purse.seq += 1
        taken = purse.take(moved, day if points else None)
        net = moved - debt
        target.seq += net != 0
        there = min(max(-net, 0), sum(lot.free for lot in target.lots.values()))
        paid = min(max(net, 0), target.owed)
        target.owed += max(-net, 0) - there - paid
        target.take(there, None)
        lost, part = debt + paid if net > 0 else moved, 0
        for lot in sorted((purse.lots[place] for place in taken), key=lambda lot: lot.turn):
            kept = max(taken[lot.place] - lost, 0)
            lost -= taken[lot.place] - kept
            if kept:
                part += 1
                place = (target.seq, part)
                target.lots[place] = Lot(place, kept, lot.usable_on, lot.ends_on)
        return "posted", -moved, debt

    def expire(self, day: int) -> int:
        """How many wallets lost something."""
        lost = 0
        for purse in self.purses:
            due = [lot for lot in purse.lots.values() if lot.ends_on <= day and lot.free]
            for lot in due:
                lot.remaining -= lot.free
            purse.seq += bool(due)
            lost += bool(due)
        return lost
