"""The playground over HTTP: what is issued is what the authority's side then says, and nothing else is known."""

import json
import re
from base64 import b64decode
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from receipt_parsers.playground.app import URL_VARIABLE, create_app, create_from_environment

URL = "http://playground.test"
NOW = datetime(2026, 11, 5, 8, 5, 3, 20_000, tzinfo=UTC)
JSON = {"accept": "application/json"}


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=create_app(URL, seed=5, clock=clock))
    async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
        yield client


async def issue(client: httpx.AsyncClient, **order: object) -> dict[str, str]:
    answer = await client.post("/playground/issue", json=order)
    assert answer.status_code == 201, answer.text
    slip: dict[str, str] = answer.json()
    return slip


def exact(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def view_model(page: str) -> dict[str, str]:
    return {
        "invoiceNumber": re.findall(r"viewModel\.InvoiceNumber\('([^']+)'\)", page)[0],
        "token": re.findall(r"viewModel\.Token\('([0-9a-f-]{36})'\)", page)[0],
    }


def field(page: str, name: str) -> str:
    return unescape(re.findall(rf'id="{name}"[^>]*>([^<]*)<', page)[0]).strip()


async def test_inf_15_code_json_page_and_specifications_tell_the_same_facts(client: httpx.AsyncClient) -> None:
    items = [{"gtin": "9520101000033", "quantity": 2}, {"name": "Banane, rinfuz", "quantity": "1.482"}]
    slip = await issue(client, shop="9100001", items=items)
    assert slip["total"] == "601.55"

    answer = exact((await client.get(slip["payload"], headers=JSON)).text)
    result = answer["invoiceResult"]
    assert answer["isValid"] is True
    assert result["invoiceNumber"] == slip["fiscal_id"]
    assert result["totalAmount"] == Decimal("601.55")
    assert result["sdcTime"] == "2026-11-05T08:05:03.020Z"
    assert "items" not in answer["invoiceRequest"]
    assert sum(paid["amount"] for paid in answer["invoiceRequest"]["payments"]) >= result["totalAmount"]
    assert "189,99      1,482          281,57" in answer["journal"]

    page = (await client.get(slip["payload"])).text
    assert page.isascii()
    assert field(page, "totalAmountLabel") == "601,55"
    assert field(page, "sdcDateTimeLabel") == "5.11.2026. 09:05:03"
    assert field(page, "invoiceNumberLabel") == slip["fiscal_id"]
    assert field(page, "shopFullNameLabel") == answer["invoiceRequest"]["locationName"]
    assert field(page, "administrativeUnitLabel") == answer["invoiceRequest"]["administrativeUnit"]
    (pre,) = re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)
    assert unescape(re.sub(r"<br/><img [^>]*>", "", pre)) == answer["journal"].replace("\r\n", "\n")

    specifications = exact((await client.post("/specifications", data=view_model(page))).text)
    assert specifications["success"] is True
    assert [(item["gtin"], item["quantity"], item["total"]) for item in specifications["items"]] == [
        ("9520101000033", 2, Decimal("319.98")),
        ("", Decimal("1.482"), Decimal("281.57")),
    ]


async def test_the_json_answer_has_the_shape_of_the_real_one(client: httpx.AsyncClient, shared_samples: Any) -> None:
    real = json.loads((shared_samples / "serbia/json/accept-json-2022.json").read_text("utf-8"))
    slip = await issue(client)
    ours = (await client.get(slip["payload"], headers=JSON)).json()
    assert list(ours) == list(real)
    assert list(ours["invoiceRequest"]) == list(real["invoiceRequest"])
    assert list(ours["invoiceResult"]) == list(real["invoiceResult"])
    payments = ours["invoiceRequest"]["payments"]
    assert list(payments[0]) == list(real["invoiceRequest"]["payments"][0])


async def test_the_page_has_every_field_of_the_real_one(client: httpx.AsyncClient, shared_samples: Any) -> None:
    real = (shared_samples / "serbia/pages/page-2022.html").read_text("utf-8")
    slip = await issue(client)
    page = (await client.get(slip["payload"])).text
    wanted = set(re.findall(r'id="(\w+(?:Label|Id)|collapse3|PrintInvoice)"', real))
    assert wanted <= set(re.findall(r'id="(\w+)"', page))
    assert page.count("<pre") == 1


async def test_a_code_that_was_not_issued_gets_400_and_nothing_more(client: httpx.AsyncClient) -> None:
    slip = await issue(client)
    changed = slip["payload"][:-12] + "A" + slip["payload"][-11:]
    for url in (changed, "/v/?vl=", "/v/", "/v/?vl=%FF", "/v/?vl=Az", "/v/?vl=%C5%A0"):
        answer = await client.get(url)
        assert (answer.status_code, answer.content) == (400, b"")


async def test_a_code_is_understood_raw_escaped_and_with_blanks(client: httpx.AsyncClient) -> None:
    slip = await issue(client, shop="9300001")
    raw = slip["payload"].partition("vl=")[2]
    assert "%" not in raw
    for spelling in (raw, quote(raw, safe=""), raw.replace("+", "%20")):
        answer = await client.get(f"/v?utm=1&vl={spelling}&x=y", headers=JSON)
        assert answer.json()["invoiceResult"]["invoiceNumber"] == slip["fiscal_id"]


async def test_a_token_serves_one_view_of_one_slip_for_a_while(client: httpx.AsyncClient, clock: Clock) -> None:
    slip, other = await issue(client), await issue(client)
    form = view_model((await client.get(slip["payload"])).text)
    late = view_model((await client.get(slip["payload"])).text)
    assert form["token"] != late["token"]

    async def success(form: dict[str, str]) -> object:
        return (await client.post("/specifications", data=form)).json()["success"]

    assert await success({**form, "invoiceNumber": other["fiscal_id"]}) is False
    assert await success(form) is True
    assert await success(form) is False
    assert await success({}) is False
    clock.now += timedelta(hours=1)
    assert await success(late) is False


async def test_while_down_the_authority_answers_503_and_the_controls_work(client: httpx.AsyncClient) -> None:
    slip = await issue(client)
    assert (await client.put("/playground/state", json={"down": True})).json()["down"] is True
    for answer in (await client.get(slip["payload"]), await client.post("/specifications")):
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
    assert {name for name, value in (await client.get("/playground/state")).json().items() if value} == {"down"}
    await issue(client)
    await client.put("/playground/state", json={"down": False})
    assert (await client.get(slip["payload"])).status_code == 200


async def test_a_refund_names_its_original(client: httpx.AsyncClient) -> None:
    sale = await issue(client, total_minor=1_898_00)
    refund = await issue(client, refund_of=sale["fiscal_id"])
    answer = exact((await client.get(refund["payload"], headers=JSON)).text)
    assert answer["invoiceRequest"]["referentDocumentNumber"] == sale["fiscal_id"]
    assert answer["invoiceRequest"]["transactionType"] == 1
    assert answer["invoiceRequest"]["buyer"].startswith("20:")
    assert answer["invoiceResult"]["totalAmount"] == Decimal("1898.00")
    assert re.search(r"Укупна рефундација: +1\.898,00", answer["journal"])


async def test_a_refund_of_some_lines_costs_their_part(client: httpx.AsyncClient) -> None:
    items = [
        {"gtin": "9520101000040", "quantity": 3, "total": "100.00"},
        {"name": "Banane, rinfuz", "quantity": "1.204"},
    ]
    for shop in ("9100001", "9200001", "9400001"):
        sale = await issue(client, shop=shop, items=items)
        part = [{"gtin": "9520101000040", "quantity": 1}, {"name": "Banane, rinfuz", "quantity": "0.204"}]
        refund = await issue(client, refund_of=sale["fiscal_id"], items=part)
        assert refund["total"] == "72.09", "a third of 100.00, and 0.204 of 1.204 of 228.75"
        answer = exact((await client.get(refund["payload"], headers=JSON)).text)
        assert answer["invoiceRequest"]["referentDocumentNumber"] == sale["fiscal_id"]
        assert "1          -33,33" in answer["journal"]
    for wrong, pointer in (
        ([{"gtin": "9520101000019"}], "/items/0"),
        ([part[0], {"gtin": "9520101000040", "quantity": 4}], "/items/1"),
        ([{"gtin": "9520101000040", "quantity": 0}], "/items/0/quantity"),
        ([{"gtin": "9520101000040", "total": "100.01"}], "/items/0/total"),
        ([], "/items"),
    ):
        refused = await client.post("/playground/issue", json={"refund_of": sale["fiscal_id"], "items": wrong})
        assert (refused.status_code, refused.json()["pointer"]) == (400, pointer), wrong
    repeated = await client.post("/playground/issue", json={"copy_of": sale["fiscal_id"], "items": part})
    assert repeated.status_code == 400


async def test_picture_and_text_of_a_slip_can_be_fetched(client: httpx.AsyncClient) -> None:
    slip = await issue(client)
    picture = await client.get(f"/playground/slips/{slip['fiscal_id']}.png")
    assert picture.headers["content-type"] == "image/png"
    assert picture.content == b64decode(slip["png"])
    text = await client.get(f"/playground/slips/{slip['fiscal_id']}.txt")
    assert text.text.startswith("============ ФИСКАЛНИ РАЧУН ============\n")
    missing = await client.get("/playground/slips/AAAAAAAA-AAAAAAAA-1.png")
    assert (missing.status_code, missing.json()["code"]) == (404, "slip-not-found")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"{", ""),
        (b"[]", ""),
        (b"\xff", ""),
        (b"[" * 30_000, ""),
        (b'{"colour": 1}', "/colour"),
        (b'{"kind": "gift"}', "/kind"),
        (b'{"kind": 1}', "/kind"),
        (b'{"total_minor": 1.5}', "/total_minor"),
        (b'{"total_minor": true}', "/total_minor"),
        (b'{"items": {}}', "/items"),
        (b'{"items": [1]}', "/items/0"),
        (b'{"items": [{}]}', "/items/0"),
        (b'{"items": [{"name": 1}]}', "/items/0"),
        (b'{"items": [{"name": "\\ud800", "unit_price": 1}]}', "/items/0/name"),
        (b'{"items": [{"name": "x", "unit_price": 1e400}]}', "/items/0/unit_price"),
        (b'{"items": [{"name": "x", "unit_price": 0.005}]}', "/items/0/unit_price"),
        (b'{"items": [{"name": "x", "unit_price": NaN}]}', "/items/0/unit_price"),
        (b'{"items": [{"name": "x", "unit_price": 1, "quantity": true}]}', "/items/0/quantity"),
        (b'{"buyer_id": ""}', "/buyer_id"),
    ],
)
async def test_a_bad_order_is_a_problem_with_a_pointer(client: httpx.AsyncClient, body: bytes, pointer: str) -> None:
    answer = await client.post("/playground/issue", content=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "bad-order"
    assert answer.json()["pointer"] == pointer


async def test_what_is_no_request_of_ours_is_refused_in_its_kind(client: httpx.AsyncClient) -> None:
    assert (await client.get("/nothing")).status_code == 404
    wrong_method = await client.delete("/playground/state")
    assert (wrong_method.status_code, wrong_method.headers["allow"]) == (405, "GET, PUT")
    assert (await client.post("/playground/issue", content=b" " * 70_000)).status_code == 413
    assert (await client.post("/specifications", content=b"\xff=1")).status_code == 400
    assert (await client.put("/playground/state", json={"down": 1})).status_code == 400
    for wrong in ({"slow": True}, {"slow_ms": True}, {"slow_ms": -1}, {"slow_ms": 10**9}, {"items_later": 1.5}):
        refused = await client.put("/playground/state", json=wrong)
        assert (refused.status_code, refused.json()["pointer"]) == (400, f"/{next(iter(wrong))}")
    assert "never accepts" in (await client.get("/")).text


async def test_the_server_may_start_and_stop_it() -> None:
    sent: list[str] = []
    incoming = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive() -> dict[str, Any]:
        return {"type": next(incoming)}

    async def send(message: Any) -> None:
        sent.append(message["type"])

    await create_app(URL, seed=1)({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_the_address_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    with pytest.raises(SystemExit, match=URL_VARIABLE):
        create_from_environment()
    monkeypatch.setenv(URL_VARIABLE, "https://play.example.rs/")
    slips = []
    for _ in range(2):
        transport = httpx.ASGITransport(app=create_from_environment())
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            slips.append(await issue(client, shop="9100001"))
    assert all(slip["payload"].startswith("https://play.example.rs/v/?vl=") for slip in slips)
    assert slips[0]["fiscal_id"] != slips[1]["fiscal_id"]
