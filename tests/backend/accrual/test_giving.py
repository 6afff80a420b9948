"""What receipts give beside points: written once, carried across receipts, and taken back by what refunds return."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.accrual.giving import dues_of, stamps_due
from backend.accrual.models import Award
from backend.accrual.returned import SoldLine, returned_parts
from backend.kit.ids import new_id
from receipt_parsers.playground.shops import SHOPS
from tests.backend.accrual.test_refunds import MILK, YOGHURT, refund, settled
from tests.fixtures.world import OpenWorld, World

GIVING: list[dict[str, Any]] = [
    {"id": "back", "benefit": {"type": "percent", "percent": "2"}, "grant": {"as": "cashback"}},
    {
        "id": "card",
        "benefit": {"type": "amount", "amount": "50.00"},
        "grant": {"as": "card", "valid_days": 30, "redeem_at": ["beograd-1"]},
    },
    {
        "id": "slip",
        "benefit": {"type": "percent", "percent": "1"},
        "grant": {"as": "receipt", "valid_to": "2036-12-31"},
    },
    {"id": "gift", "benefit": {"type": "gift", "sku": "MUG", "quantity": "2"}},
    {"id": "draw", "benefit": {"type": "entries", "draw": "easter", "every": "100.00"}},
    {"id": "coupon", "benefit": {"type": "coupon", "series": "Easter"}},
    {"id": "text", "benefit": {"type": "text", "text": "HVALA"}},
    {"id": "off", "benefit": {"type": "percent", "percent": "50"}, "combine": {"mode": "alone"}},
    {
        "id": "stamps",
        "items": {"gtins": [YOGHURT]},
        "benefit": {"type": "stamp", "counter": "cups", "needs": 5, "reward": {"type": "points", "points": "7"}},
    },
]


async def things(world: World) -> dict[str, list[Any]]:
    tables = ("voucher", "coupon", "draw_entry", "gift", "stamp_count", "taken_back")
    return {table: await world.rows(f"select * from {table} where tenant_id = :tenant") for table in tables}  # noqa: S608


async def test_mt_29_inf_05_13_tron_08_09_10_a_receipt_gives_money_and_things_once_and_a_refund_takes_them_back(
    open_world: OpenWorld,
) -> None:
    world = await open_world(promotions=GIVING)
    slip = await world.slip()
    bought = await settled(world, world.mira, slip)
    await world.again("accrual.settle", bought["id"])
    await world.worker.run_due()
    given = await things(world)
    money = {row.kind: row for row in given["voucher"]}
    assert {kind: row.amount_minor for kind, row in money.items()} == {"cashback": 770, "card": 5000, "receipt": 385}
    assert {(row.member_id, row.currency, row.state) for row in money.values()} == {(world.mira.id, "RSD", "given")}
    assert money["cashback"].valid_from_at.isoformat()[:19] == bought["facts"]["issued_at"][:19], "for later purchases"
    issued_on = money["card"].valid_from_at.date()
    assert issued_on + timedelta(29) <= money["card"].valid_to_on <= issued_on + timedelta(31)
    assert (money["card"].redeem_at, money["receipt"].valid_to_on.isoformat()) == (["beograd-1"], "2036-12-31")
    ((gift,), (entry,), (coupon,)) = (given["gift"], given["draw_entry"], given["coupon"])
    assert (gift.sku, gift.quantity_milli, entry.draw, entry.entries) == ("MUG", 2000, "easter", 3)
    assert (coupon.series, coupon.code[:7], coupon.state) == ("Easter", "EASTER-", "given")
    assert [row.units for row in given["stamp_count"]] == [3]
    missed = {each["promotion"]: each["reason"] for each in bought["not_applied"]}
    assert missed == {"off": "paid"}, "a discount neither lowers what is paid nor keeps the rest from being given"

    await settled(world, world.petar, await refund(world, slip, (YOGHURT, 2)))
    after = await things(world)
    left = {row.kind: row.amount_minor - row.taken_minor for row in after["voucher"]}
    assert left == {"cashback": 770 - 140, "card": 5000 - 909, "receipt": 385 - 70}
    assert [row.entries - row.taken for row in after["draw_entry"]] == [2]
    assert (after["gift"][0].state, after["coupon"][0].state) == ("given", "given"), "what they came with is not gone"
    assert [row.units for row in after["stamp_count"]] == [1]

    await settled(world, world.petar, await refund(world, slip, (YOGHURT, 1), (MILK, 2)))
    gone = await things(world)
    assert all(row.taken_minor == row.amount_minor and row.state == "taken_back" for row in gone["voucher"])
    assert [row.entries - row.taken for row in gone["draw_entry"]] == [0]
    assert (gone["gift"][0].state, gone["coupon"][0].state) == ("taken_back", "taken_back")
    assert [row.units for row in gone["stamp_count"]] == [0]
    units: dict[str, int] = {}
    for row in gone["taken_back"]:
        units[row.kind] = units.get(row.kind, 0) + row.units
    assert units == {"cashback": 770, "card": 5000, "receipt": 385, "gift": 2000, "entries": 3, "coupon": 1}


async def test_stamps_fill_a_card_across_receipts(open_world: OpenWorld) -> None:
    world = await open_world(members=1, promotions=GIVING[-1:])
    cup = [{"gtin": YOGHURT, "quantity": 1}]
    ids = [
        await world.mira.accepted((await world.issue(shop=SHOPS[0].premises_id, items=cup))["payload"])
        for _ in range(11)
    ]
    await world.worker.run_due()
    points = [(await world.mira.receipt(receipt_id))["points"] for receipt_id in ids]
    assert sorted(points) == ["0"] * 9 + ["7"] * 2, "eleven stamps are two cards of five"
    assert [row.units for row in (await things(world))["stamp_count"]] == [1]


async def test_purchases_before_money_spent_and_signing_up_are_known(open_world: OpenWorld) -> None:
    five = {"benefit": {"type": "points", "points": "5"}}
    world = await open_world(
        members=1,
        promotions=[
            {**five, "id": "first", "conditions": [{"type": "purchase_number", "first": True}]},
            {**five, "id": "third", "conditions": [{"type": "purchase_number", "every": 3}]},
            {**five, "id": "spent", "conditions": [{"type": "spent", "min": "500.00", "days": 30}]},
            {**five, "id": "new", "conditions": [{"type": "event", "name": "signed_up"}]},
        ],
    )
    gave = []
    for _ in range(3):
        bought = await settled(world, world.mira, await world.slip())
        gave.append({award["promotion"] for award in bought["awards"]})
    assert gave == [{"first", "new"}, {"new"}, {"third", "spent", "new"}]


LINES = [SoldLine(1, "A", None, 3000, 1000, 3000), SoldLine(2, "B", None, 2000, 500, 1000)]
AWARD = Award(
    tenant_id=new_id(),
    receipt_id=new_id(),
    programme_id=new_id(),
    position=0,
    promotion="p",
    name="p",
    points=0,
    why="",
    why_params={},
    lines=["1", "2"],
    shares={},
    given=[
        {
            "kind": "cashback",
            "value": 101,
            "shares": {"1": 67, "2": 34},
            "name": None,
            "valid_to": None,
            "redeem_at": [],
        },
        {"kind": "entries", "value": 7, "shares": {}, "name": "d", "valid_to": None, "redeem_at": []},
        {"kind": "gift", "value": 1000, "shares": {}, "name": "MUG", "valid_to": None, "redeem_at": []},
    ],
    stamps={"counter": "c", "before": 4, "units": 5, "cards": 1, "needs": 5, "after": 4},
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0, 1]), st.integers(1, 3)), max_size=6))
def test_what_is_due_never_falls_nor_passes_what_was_given(returns: list[tuple[int, int]]) -> None:
    before = [0, 0, 0]
    refunded: list[SoldLine] = []
    for which, pieces in returns:
        line = LINES[which]
        price = line.unit_price_minor
        refunded.append(SoldLine(1, line.name, None, pieces * 1000, price, pieces * price))
        parts = returned_parts(LINES, refunded)
        dues = [due.units for due in dues_of(AWARD, LINES, parts)]
        assert all(old <= new <= most for old, new, most in zip(before, dues, (101, 7, 1000), strict=True))
        if set(parts.values()) == {1}:
            assert dues == [101, 7, 1000]
            assert stamps_due(AWARD, LINES, parts) == 0, "the full card's stamps come back with its reward"
        before = dues
