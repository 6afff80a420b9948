"""The story that the demo plays over the real API: each step is checked, and the first that does not hold ends it."""

import base64
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from rich.console import Console
from rich.table import Table

from backend.demo.errors import DemoFailed
from backend.demo.phone import Told, asked, shown_code, told
from backend.demo.processes import Addresses
from backend.demo.seed import SLUG, phone_of

T = TypeVar("T")

_PATIENCE_S = 30
_LOOK_EVERY_S = 0.02
_BASKET: list[dict[str, Any]] = [
    {"gtin": "9520101000019", "quantity": 2},
    {"gtin": "9520101000040", "quantity": 3},
    {"gtin": "9520101000071"},
    {"name": "Banane, rinfuz", "quantity": "1.204"},
]
_LATER_BASKET: list[dict[str, Any]] = [{"gtin": "9520101000088"}, {"gtin": "9520101000033"}]
_RETURNED: list[dict[str, Any]] = [{"gtin": "9520101000071"}]
_SHOP = "9100001"


@dataclass(frozen=True, slots=True)
class Cast:
    """The tokens of those who act."""

    mira: str
    petar: str
    neighbour: str
    """Mira again, as the member of the second tenant that she is."""


class Story:
    """Mira and Petar, two members of the demo's tenant, and what happens to their receipts."""

    def __init__(
        self, addresses: Addresses, cast: Cast, message: Callable[[str], str | None], console: Console
    ) -> None:
        self._playground = httpx.Client(base_url=addresses.playground, timeout=10)
        self._mira, self._petar, self._neighbour = (
            httpx.Client(
                base_url=f"{addresses.api}/api/v1", timeout=_PATIENCE_S, headers={"Authorization": f"Bearer {token}"}
            )
            for token in (cast.mira, cast.petar, cast.neighbour)
        )
        self._console_page = f"{addresses.api}/console"
        self._live: Iterator[Told] = iter(())
        self._message_of = message
        self._console = console

    def play(self) -> None:
        """Every step in order. Raises DemoFailed at the first that does not hold."""
        self._sign_in()
        with self._mira.stream("GET", "/events") as stream:
            self._hold(stream.status_code == 200, "live events are told")  # noqa: PLR2004 (ok)
            self._live = told(stream.iter_lines(), within_s=_PATIENCE_S)
            self._hold(next(self._live).kind == "ready", "the stream begins")
            self._receipts()
        self._wallet()

    def _sign_in(self) -> None:
        self._heading("Mira signs in with a code that is sent to her phone")
        to, tenant = phone_of(0), {"tenant": SLUG}
        asked(self._mira, "/auth/code", {**tenant, "to": to}, 202)
        code = self._wait_for("the code is sent", lambda: shown_code(self._mira.get(self._console_page).text, to))
        self._say(f"  the message console shows {code}")
        proof = {**tenant, "to": to, "code": code, "terms_version": "1"}
        tokens = asked(self._mira, "/auth/token", proof, 200).json()
        self._say(f"  good for {tokens['expires_in']} seconds, and to be renewed without a code")
        self._mira.headers["Authorization"] = f"Bearer {tokens['access']}"

    def _receipts(self) -> None:
        slip = self._issue(shop=_SHOP, items=_BASKET)
        receipt = self._scan(slip)
        self._settled(receipt)
        self._told("receipt-settled", receipt)
        self._second_member(slip)
        self._second_tenant(slip, receipt)
        self._refund(slip, receipt)
        with self._authority_down():
            later = self._scan_while_down()
        self._settled(later)
        self._told("receipt-settled", later)

    def _issue(self, **order: object) -> dict[str, Any]:
        answer = self._playground.post("/playground/issue", json=order)
        self._hold(answer.status_code == 201, "the playground issues a slip")  # noqa: PLR2004 (created)
        slip: dict[str, Any] = answer.json()
        return slip

    def _scan(self, slip: dict[str, Any]) -> str:
        self._heading("Mira photographs the QR code of her till slip")
        picture = base64.b64decode(slip["png"])
        begun = time.perf_counter_ns()
        answer = self._mira.post("/receipts", files={"photo": ("slip.png", picture, "image/png")})
        took_ms = (time.perf_counter_ns() - begun) // 1_000_000
        self._hold(answer.status_code == 202, "the receipt is accepted")  # noqa: PLR2004 (accepted)
        body = answer.json()
        facts, sure = body["facts"], body["sure"]
        self._hold(facts["fiscal_id"] == slip["fiscal_id"], "the code's number is the slip's")
        self._hold(sure["points"] != "0", "something is sure from the code alone")
        self._say(f"Answered in {took_ms} ms, before the tax authority was asked:")
        self._say(f"  receipt {facts['fiscal_id']}, {facts['total']} {facts['currency']}, {facts['issued_at']}")
        for given in sure["applied"]:
            self._say(f"  sure: +{given['points']}  {given['name']} ({given['why']})")
        for waiting in sure["undecided"]:
            self._say(f"  maybe more: {waiting['name']} (once the {waiting['reason']} are known)")
        identity: str = body["id"]
        return identity

    def _settled(self, receipt_id: str) -> None:
        self._hear(receipt_id)
        body = self._wait_for("the receipt is settled", lambda: self._in_state(receipt_id, "settled"))
        self._heading("The tax authority has confirmed it: points line by line, and why")
        table = Table("Item", "Quantity", "Total", "Points", "Why")
        for line in body["lines"]:
            why = "\n".join(f"+{award['points']} {award['name']}" for award in line["awards"])
            table.add_row(line["name"], line["quantity"], line["total"], line["points"], why)
        self._console.print(table)
        for award in body["awards"]:
            self._say(f"  +{award['points']}  {award['name']}: {award['why']}")
        self._say(f"Together {body['points']} points.")
        total = sum(int(line["points"]) for line in body["lines"])
        self._hold(int(body["points"]) == total > 0, "the lines' points add up")

    def _hear(self, receipt_id: str) -> None:
        """Tell the live events until the one that ends the receipt's way."""
        self._say("\nMira's app hears of it as it happens:")
        for event in self._live:
            self._say(f"  {event.kind}" + (f", {event.data['points']} points" if "points" in event.data else ""))
            if (event.kind, event.data.get("receipt")) == ("receipt-settled", receipt_id):
                return

    def _told(self, cause: str, receipt_id: str) -> None:
        self._heading("Mira is told")
        reference = f"{cause}:{receipt_id}"
        self._say(self._wait_for("the message is sent", lambda: self._message_of(reference)))

    def _second_member(self, slip: dict[str, Any]) -> None:
        self._heading("Petar scans the same slip")
        answer = self._petar.post("/receipts", json={"payload": slip["payload"]})
        body = answer.json()
        self._say(f"{answer.status_code} {body['code']}: {body['title']}")
        self._hold(body["code"] == "receipt-already-claimed", "a second member is refused")

    def _second_tenant(self, slip: dict[str, Any], receipt_id: str) -> None:
        self._heading("The same slip counts in the shop's own programme, which knows nothing of the dairy's")
        answer = self._neighbour.post("/receipts", json={"payload": slip["payload"]})
        self._hold(answer.status_code == 202, "another tenant takes the slip")  # noqa: PLR2004 (accepted)
        own: str = answer.json()["id"]
        settled = self._wait_for("it is settled there, too", lambda: self._in_state(own, "settled", self._neighbour))
        self._say(f"  {self._neighbour.get('/wallet').json()['programme']}: {settled['points']} points")
        for client, other in ((self._neighbour, receipt_id), (self._mira, own)):
            stranger = client.get(f"/receipts/{other}")
            self._hold(stranger.status_code == 404, "members of one are strangers to the other")  # noqa: PLR2004
        self._say(f"  {stranger.status_code} {stranger.json()['code']}: what each asks about the other's")

    def _refund(self, slip: dict[str, Any], receipt_id: str) -> None:
        self._heading("Mira returns the chocolate milk and scans the refund")
        refund = self._issue(refund_of=slip["fiscal_id"], items=_RETURNED)
        answer = self._mira.post("/receipts", json={"payload": refund["payload"]})
        self._hold(answer.status_code == 202, "the refund is accepted")  # noqa: PLR2004 (accepted)
        self._hear(answer.json()["id"])
        body = self._wait_for("points are taken back", lambda: self._taken_back(receipt_id))
        for line in body["lines"]:
            self._say(f"  {line['name']}: +{line['points']}, taken back {line['taken_back']}")
        for back in body["refunds"]:
            self._say(f"Refund {back['fiscal_id']} of {back['total']} took back {back['points']} points.")
        returned = [line for line in body["lines"] if line["taken_back"] != "0"]
        self._hold([line["gtin"] for line in returned] == [_RETURNED[0]["gtin"]], "one line is taken back")
        self._hold(all(line["taken_back"] == line["points"] for line in returned), "it is taken back wholly")
        self._told("receipt-refunded", answer.json()["id"])

    def _taken_back(self, receipt_id: str) -> dict[str, Any] | None:
        body = self._in_state(receipt_id, "settled")
        return body if body and body["refunds"] else None

    @contextmanager
    def _authority_down(self) -> Iterator[None]:
        self._heading("The tax authority goes down")
        self._playground.put("/playground/state", json={"down": True})
        try:
            yield
        finally:
            self._playground.put("/playground/state", json={"down": False})
        self._heading("The tax authority is back")

    def _scan_while_down(self) -> str:
        receipt_id = self._scan(self._issue(shop=_SHOP, items=_LATER_BASKET))
        waiting = self._wait_for("the receipt is kept safe", lambda: self._waiting(receipt_id))
        self._say(f"The receipt is safe and waits ({waiting}).")
        self._told("receipt-waiting", receipt_id)
        return receipt_id

    def _wallet(self) -> None:
        self._heading("Mira's wallet")
        wallet = self._mira.get("/wallet").json()
        entries = self._mira.get("/wallet/entries").json()["entries"]
        for entry in entries[:5]:
            self._say(f"  {entry['event_at']}  {entry['points']:>6}  balance {entry['balance_after']:>6}")
        self._say(f"Available: {wallet['available']} points.")
        self._hold(wallet["balance"] == entries[0]["balance_after"], "the last balance is the wallet's")

    def _in_state(self, receipt_id: str, state: str, client: httpx.Client | None = None) -> dict[str, Any] | None:
        body: dict[str, Any] = (client or self._mira).get(f"/receipts/{receipt_id}").json()
        self._hold(body["state"] != "refused", "the receipt is not refused")
        return body if body["state"] == state else None

    def _waiting(self, receipt_id: str) -> str | None:
        body = self._in_state(receipt_id, "pending")
        return body["waiting_for"] if body else None

    def _wait_for(self, what: str, look: Callable[[], T | None]) -> T:
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            found = look()
            if found is not None:
                return found
            time.sleep(_LOOK_EVERY_S)
        raise DemoFailed(reason=f"it did not come about that {what}")

    def _hold(self, held: bool, what: str) -> None:
        if not held:
            raise DemoFailed(reason=f"it did not hold that {what}")

    def _heading(self, text: str) -> None:
        self._console.print(f"\n[bold]{text}[/]")

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False)
