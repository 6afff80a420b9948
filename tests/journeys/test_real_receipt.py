"""A real slip's picture and its portal's real answers become points, line by line."""

from pathlib import Path

import httpx
import pytest

from tests.fixtures.world import OpenWorld

PROMOTIONS = [
    {
        "id": "hundreds",
        "name": "Poen na svakih 100 dinara",
        "audience": "members",
        "valid": {"from": "2022-12-01", "to": "2022-12-31"},
        "conditions": [{"type": "basket_total", "min": "500.00"}],
        "benefit": {"type": "points", "every": "100.00", "points": "1"},
        "grant": {"as": "points"},
    },
    {
        "id": "banana",
        "name": "Banane donose 20 poena",
        "audience": "members",
        "items": {"names": ["banana"]},
        "benefit": {"type": "points", "points": "20"},
        "grant": {"as": "points"},
    },
    {
        "id": "fruit",
        "name": "Voće: 10 % u poenima",
        "audience": "members",
        "items": {"names": ["jabuka", "mandarina", "banana"]},
        "benefit": {"type": "points", "percent": "10"},
        "grant": {"as": "points"},
    },
    {
        "id": "last-year",
        "name": "Prošlogodišnja akcija",
        "audience": "members",
        "valid": {"to": "2021-12-31"},
        "benefit": {"type": "points", "points": "1000"},
        "grant": {"as": "points"},
    },
    {
        "id": "thousand",
        "name": "Preko 1.000",
        "audience": "members",
        "conditions": [{"type": "basket_total", "min": "1000.00"}],
        "benefit": {"type": "points", "points": "50"},
        "grant": {"as": "points"},
    },
]
LINES = [
    ("JABUKA ZLATNI DELISES", "kg", "1.066", "119.99", "127.91"),
    ("POMORANDZA MREZICA 2/1", "kg", "2.01", "89.99", "180.88"),
    ("MANDARINA", "kg", "1.172", "179.99", "210.95"),
    ("KESA VJZ 7KG 51 MIKRON", "kom", "1", "12.99", "12.99"),
    ("BANANA", "kg", "1.482", "199.99", "296.39"),
]


@pytest.mark.parametrize("way", ["json", "page"])
async def test_inf_15_inf_16_inf_17_inf_19_a_real_slips_picture_becomes_points(
    open_world: OpenWorld, shared_samples: Path, way: str
) -> None:
    serbia = shared_samples / "serbia"
    as_json = (serbia / "json/accept-json-2022.json").read_bytes()
    as_page = (serbia / "pages/page-2022.html").read_bytes()
    world = await open_world(promotions=PROMOTIONS)

    def portal(request: httpx.Request) -> httpx.Response:
        assert (request.url.scheme, request.url.host, request.url.path) == ("https", "suf.purs.gov.rs", "/v/")
        if request.headers["accept"] != "application/json":
            return httpx.Response(200, content=as_page, headers={"Content-Type": "text/html; charset=utf-8"})
        return httpx.Response(200, content=as_json) if way == "json" else httpx.Response(200, text="no longer JSON")

    world.authorities.instead = portal
    photo = (serbia / "qr/01.gif").read_bytes()
    answer = await world.mira.api.post("/receipts", files={"photo": ("01.gif", photo, "image/gif")})
    assert answer.status_code == 202
    submitted = answer.json()
    assert submitted["facts"] == {
        "authority": "rs.suf",
        "fiscal_id": "746DUV64-746DUV64-16898",
        "counter": "16887/16898ПП",
        "kind": "sale",
        "issued_at": "2022-12-31T14:51:57.202Z",
        "total": "829.12",
        "currency": "RSD",
        "buyer_kind": None,
        "earns": True,
    }
    assert submitted["sure"]["points"] == "8"
    assert await world.worker.run_due() == 3
    assert [request.headers["accept"] for request in world.authorities.asked] == {
        "json": ["application/json"],
        "page": ["application/json", "text/html"],
    }[way]

    receipt = await world.mira.receipt(submitted["id"])
    assert receipt["state"] == "settled"
    seller = receipt["seller"]
    assert (seller["tax_id"], seller["premises_id"]) == ("101670560", "1108934")
    lines = {line["name"]: line for line in receipt["lines"]}
    facts = ("name", "unit", "quantity", "unit_price", "total")
    assert {tuple(line[fact] for fact in facts) for line in receipt["lines"]} == set(LINES)
    given = {name: {award["promotion"]: award["points"] for award in line["awards"]} for name, line in lines.items()}
    assert given == {
        "JABUKA ZLATNI DELISES": {"fruit": "13", "hundreds": "1"},
        "POMORANDZA MREZICA 2/1": {"hundreds": "2"},
        "MANDARINA": {"fruit": "21", "hundreds": "2"},
        "KESA VJZ 7KG 51 MIKRON": {},
        "BANANA": {"banana": "20", "fruit": "30", "hundreds": "3"},
    }
    assert [lines[name]["points"] for name, *_ in LINES] == ["14", "2", "23", "0", "53"]
    assert (receipt["points"], await world.mira.points()) == ("92", 92)
    assert {missed["promotion"]: (missed["reason"], missed["missing"]) for missed in receipt["not_applied"]} == {
        "last-year": ("validity", None),
        "thousand": ("basket_total", "170.88"),
    }
    assert all(award["why"] for award in receipt["awards"])
    ((title, body),) = await world.rows("select title, body from delivery where tenant_id = :tenant")
    assert "92" in title + body
    assert (await world.petar.api.post("/receipts", files={"photo": ("01.gif", photo)})).status_code == 409
