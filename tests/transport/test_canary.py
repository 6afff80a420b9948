"""No log line and no measurement carries what belongs to a member: seeded words are looked for after a whole run."""

import base64
import json
import logging
from typing import Any, cast
from urllib.parse import quote

import httpx
import pytest

from backend.kit.clock import utc_now
from backend.kit.log import JsonLines
from backend.members.errors import PhoneMalformed
from backend.members.service import join
from receipt_parsers.playground.shops import SHOPS
from tests.fixtures.slips import content, damaged, qr_png
from tests.fixtures.world import KEY, YOGHURT_AND_MILK, World

NAME, PHONE, BUYER = "Canaria Žutić", "+381609998877", "199887766"
KEY_OF_REQUEST, WRONG_TOKEN = "canary-key-4711", "pgn1_canary-token"
QUERY = "canary-in-the-query"


class Everything(logging.Handler):
    """Keeps every line of every logger, as an operator would see it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonLines())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def everything() -> Any:
    handler, root = Everything(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


async def test_nothing_of_a_member_reaches_logs_or_metrics(world: World, everything: Everything) -> None:
    async with world.database.transaction(world.tenant_id) as session:
        await join(
            session,
            tenant_id=world.tenant_id,
            phone=PHONE,
            name=NAME,
            language="hr",
            key=KEY.encode(),
            now=utc_now(),
        )
    with pytest.raises(PhoneMalformed):
        async with world.database.transaction(world.tenant_id) as session:
            await join(
                session, tenant_id=world.tenant_id, phone=f"{PHONE}x", name=NAME, language="hr", key=b"", now=utc_now()
            )
    order = {"shop": SHOPS[0].premises_id, "items": YOGHURT_AND_MILK, "buyer_id": f"10:{BUYER}"}
    slip = await world.issue(**order)
    other = await world.slip()
    api = world.mira.api
    await api.post("/receipts", json={"payload": slip["payload"]}, headers={"Idempotency-Key": KEY_OF_REQUEST})
    await api.post("/receipts", json={"payload": other["payload"]}, headers={"Idempotency-Key": KEY_OF_REQUEST})
    photo = qr_png(other["payload"])
    await api.post("/receipts", files={"photo": ("canary.png", photo, "image/png")})
    await api.post("/receipts", json={"payload": damaged(slip["payload"])})
    await api.post(
        "/receipts", content=f'{{"payload": "{QUERY}", "more": 1}}', headers={"Content-Type": "application/json"}
    )
    await api.get("/wallet", params={"q": QUERY})
    await api.get(f"/{QUERY}")
    await world.client(WRONG_TOKEN).get("/wallet")
    world.authorities.answer(500, text=QUERY)
    await world.worker.run_due()
    world.authorities.instead = lambda _: 1 // 0  # type: ignore[assignment, return-value]
    await world.attempt()
    world.authorities.instead = None
    await world.attempt()
    async with httpx.AsyncClient(transport=world.api, base_url="http://api.test") as client:
        metrics = (await client.get("/metrics")).text

    written = "\n".join(everything.lines) + metrics
    lines = [json.loads(line) for line in everything.lines]
    assert {"request", "job", "job failed"} <= {line["event"] for line in lines}, "something was logged"
    assert {"done", "retry", "crashed"} <= {line.get("outcome") for line in lines}
    payload = slip["payload"].partition("vl=")[2]
    seeded = {
        "name": NAME,
        "name, escaped": json.dumps(NAME)[1:-1],
        "phone": PHONE[1:],
        "buyer": BUYER,
        "token": world.mira.token,
        "wrong token": WRONG_TOKEN,
        "payload": payload[:40],
        "payload, quoted": quote(payload, safe="")[:40],
        "payload, raw": base64.b64encode(content(slip["payload"])).decode()[:40],
        "fiscal id": slip["fiscal_id"],
        "idempotency key": KEY_OF_REQUEST,
        "photo": repr(photo[16:32])[2:-1],
        "member": str(world.mira.id),
        "key": KEY,
        "query or body": QUERY,
    }
    assert [what for what, word in seeded.items() if word in written] == []


def test_what_an_exception_says_is_not_written() -> None:
    try:
        cast("Any", {})[PHONE]
    except KeyError as error:
        record = logging.LogRecord(
            "paragon.x", logging.ERROR, __file__, 1, "unforeseen", None, (KeyError, error, error.__traceback__)
        )
    line = JsonLines().format(record)
    assert PHONE not in line
    assert json.loads(line)["error"] == "KeyError"
    foreign = logging.LogRecord("httpx", logging.INFO, __file__, 1, "GET %s", (f"https://x/?vl={PHONE}",), None)
    assert PHONE not in JsonLines().format(foreign)
