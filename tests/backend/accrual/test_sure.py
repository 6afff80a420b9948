"""What is shown as sure before the authority has answered is what settles."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from backend.accrual.baskets import basket_of_code, basket_of_receipt
from backend.kit.ids import new_id
from backend.programmes.models import Programme, Tenant
from backend.promotions.documents import read_promotions
from backend.promotions.engine import evaluate
from backend.receipts.models import Receipt, ReceiptLineRow
from backend.receipts.service import agrees
from receipt_parsers.playground.answer import receipt_answer
from receipt_parsers.playground.authority import PlaygroundAuthority
from receipt_parsers.playground.slip import Slip
from receipt_parsers.registry import registry
from tests.fixtures.loopback import PLAYGROUND
from tests.fixtures.world import World

REGISTRY = registry(PLAYGROUND)
ZONE = "Europe/Belgrade"
OWNED: dict[str, Any] = {"tenant_id": new_id(), "receipt_id": new_id()}
NOON = datetime(2026, 11, 22, 11, tzinfo=UTC)
TENANT = Tenant(slug="t", name="T", time_zone=ZONE, language="sr-Latn", created_at=NOON)

amounts = st.integers(1, 3_000_00).map(lambda minor: f"{minor // 100}.{minor % 100:02}")
benefits: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({"every": amounts, "points": st.sampled_from(["1", "2.5"])}),
    st.fixed_dictionaries({"percent": st.sampled_from(["1", "3", "10", "0.5"])}),
    st.fixed_dictionaries({"points": st.sampled_from(["1", "20"])}),
).map(lambda given: {"type": "points", **given})
selections = st.sampled_from([None, {"names": ["mleko"]}, {"gtins": ["9520101000040"]}, {"brands": ["Lipa"]}])
conditions = st.lists(st.builds(lambda least: {"type": "basket_total", "min": least}, amounts), max_size=1)


@st.composite
def campaigns(draw: st.DrawFn) -> list[dict[str, Any]]:
    documents = []
    for number in range(draw(st.integers(1, 5))):
        items = draw(selections)
        document = {
            "id": f"p{number}",
            "audience": "members",
            "conditions": draw(conditions),
            "benefit": draw(benefits),
            "grant": {"as": "points"},
        }
        documents.append(document | ({"items": items} if items else {}))
    return documents


def _settled(slip: Slip) -> tuple[Receipt, list[ReceiptLineRow]]:
    """The slip as it is stored once its authority has answered."""
    code = REGISTRY.recognise(slip.payload)
    answer = REGISTRY.get(code.authority).parse(receipt_answer(slip.document).encode())
    fields = ("authority", "fiscal_id", "counter", "kind", "issued_at", "total_minor", "currency")
    receipt = Receipt(
        **{name: getattr(code, name) for name in fields}, tenant_id=new_id(), member_id=new_id(), earns=code.earns
    )
    assert agrees(receipt, answer)
    lines = [
        ReceiptLineRow(
            **OWNED,
            no=no,
            name=line.name,
            unit=line.unit,
            quantity_milli=line.quantity_milli,
            unit_price_minor=line.unit_price_minor,
            total_minor=line.total_minor,
            tax_labels=list(line.tax_labels),
            gtin=line.gtin,
        )
        for no, line in enumerate(answer.lines, start=1)
    ]
    return receipt, lines


@given(seed=st.integers(0, 10**6), documents=campaigns(), decimals=st.sampled_from([0, 2]))
def test_inf_19_what_is_sure_before_is_what_settles(seed: int, documents: list[dict[str, Any]], decimals: int) -> None:
    slip = PlaygroundAuthority(PLAYGROUND, seed=seed).issue(NOON)
    programme = Programme(
        tenant_id=new_id(), code="p", name="P", currency="RSD", points_decimals=decimals, created_at=NOON
    )
    promotions = read_promotions(documents)
    code = REGISTRY.recognise(slip.payload)
    before = evaluate(basket_of_code(code, tenant=TENANT, programme=programme, member_id=UUID(int=1)), promotions)
    receipt, rows = _settled(slip)
    basket = basket_of_receipt(receipt, rows, {}, groups={}, tenant=TENANT, programme=programme, outlet=None)
    after = evaluate(basket, promotions)
    given = {award.promotion: (award.value, award.why) for award in after.applied}
    assert all(given[sure.promotion] == (sure.value, sure.why) for sure in before.applied)
    assert set(before.not_applied) <= set(after.not_applied)
    assert after.undecided == ()
    assert after.points == sum(share for award in after.applied for _, share in award.shares)


async def test_inf_19_what_the_member_was_shown_is_part_of_what_the_member_gets(world: World) -> None:
    answer = (await world.mira.scan((await world.slip())["payload"])).json()
    assert answer["sure"]["points"] == "3"
    assert [given["promotion"] for given in answer["sure"]["applied"]] == ["hundreds"]
    assert {waiting["promotion"]: waiting["reason"] for waiting in answer["sure"]["undecided"]} == {
        "brand": "items",
        "yoghurt": "items",
    }
    await world.worker.run_due()
    receipt = await world.mira.receipt(answer["id"])
    assert receipt["sure"] == answer["sure"]
    given = {award["promotion"]: award["points"] for award in receipt["awards"]}
    assert given == {"brand": "38", "hundreds": "3", "yoghurt": "20"}
    assert [(line["product"], line["points"]) for line in receipt["lines"]] == [
        ("Lipa jogurt 180g", str(20 + 10 + 1)),
        ("Lipa mleko 2,8% mm 1L", str(28 + 2)),
    ]
