"""Serves the playground: the authority's side as its portal answers, and a side to issue slips and stage faults.

The authority's side is `GET /v/?vl=` (a page, or JSON when the client accepts it) and `POST /specifications`; a code
that the playground did not issue gets 400 with an empty body. Faults touch that side alone: whoever stages one can
also end it. The clock is read here and nowhere below.
"""

import base64
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qs, unquote

from receipt_parsers.playground.answer import as_json, receipt_answer, specifications_answer, two_decimals
from receipt_parsers.playground.asgi import Application, Request, Response, application, json_response, problem, route
from receipt_parsers.playground.authority import PlaygroundAuthority
from receipt_parsers.playground.errors import SlipNotFound
from receipt_parsers.playground.faults import FAULTS, Faults, misstated, not_yet, unread
from receipt_parsers.playground.order import read_object, read_order

URL_VARIABLE: Final = "PARAGON_PLAYGROUND_URL"
_DESCRIPTION: Final = """\
A playground tax authority. Its receipts are invented; a production installation never accepts them.

GET  /v/?vl=CODE                        the verification page, or JSON with Accept: application/json
POST /specifications                    invoiceNumber and token of a page view: the items with product numbers
POST /playground/issue                  {shop, items, total_minor, kind, refund_of, copy_of, buyer_id}, all optional;
                                        items with refund_of refund a part
GET  /playground/slips/NUMBER.png       the QR code of a slip
GET  /playground/slips/NUMBER.txt       the printed text of a slip
GET  /playground/state                  the faults that are staged
PUT  /playground/state                  stage or end faults, such as {"down": true}: 503 until told otherwise;
                                        down, unavailable, bad_request, changed_layout, wrong_numbers: true or false;
                                        retry_after_s, items_later, slow_ms: numbers
"""
_VL: Final = re.compile(r"(?:^|&)vl=([^&]*)")


def create_app(
    base_url: str,
    *,
    seed: int,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Application:
    """The ASGI application; `base_url` is where others reach it and where its codes lead."""
    edge = _Edge(PlaygroundAuthority(base_url, seed=seed), clock)
    return application(
        (
            route("GET", r"/", edge.describe),
            route("GET", r"/v/?", edge.unless_faulty(edge.verify)),
            route("POST", r"/specifications", edge.unless_faulty(edge.specify)),
            route("POST", r"/playground/issue", edge.issue),
            route("GET", r"/playground/state", edge.show_state),
            route("PUT", r"/playground/state", edge.change_state),
            route("GET", r"/playground/slips/([A-Z0-9-]+)\.png", edge.picture),
            route("GET", r"/playground/slips/([A-Z0-9-]+)\.txt", edge.journal),
        )
    )


def create_from_environment() -> Application:
    """The application for a server's factory option; its slips differ from start to start."""
    base_url = os.environ.get(URL_VARIABLE)
    if not base_url:
        message = f"{URL_VARIABLE} must hold the address under which others reach the playground"
        raise SystemExit(message)
    return create_app(base_url, seed=secrets.randbits(64))


class _Edge:
    """The handlers, over one authority and one set of staged faults."""

    def __init__(self, authority: PlaygroundAuthority, clock: Callable[[], datetime]) -> None:
        self._authority = authority
        self._clock = clock
        self._faults = Faults()

    def unless_faulty(self, handler: Callable[[Request], Response]) -> Callable[[Request], Response]:
        """The handler of the authority's side, behind the staged faults."""

        def guarded(request: Request) -> Response:
            response = self._faults.refusal() or handler(request)
            return replace(response, delay_ms=self._faults.slow_ms)

        return guarded

    def describe(self, request: Request) -> Response:
        del request
        return Response(200, _DESCRIPTION.encode())

    def verify(self, request: Request) -> Response:
        # The code is taken by hand: a parser of queries would turn each plus of the base64 into a blank.
        found = _VL.search(request.query)
        try:
            slip = self._authority.slip_of_code(unquote(found[1]) if found else "")
        except SlipNotFound:
            return Response(400)
        wants_json = "application/json" in request.headers.get("accept", "")
        if self._faults.items_later:
            self._faults = replace(self._faults, items_later=self._faults.items_later - 1)
            return not_yet(as_data=wants_json)
        if self._faults.changed_layout:
            return unread(as_data=wants_json)
        if self._faults.wrong_numbers:
            slip = replace(slip, document=misstated(slip.document))
        if wants_json:
            return json_response(receipt_answer(slip.document))
        page = self._authority.open_page(slip, self._clock())
        return Response(200, page.encode(), "text/html; charset=utf-8")

    def specify(self, request: Request) -> Response:
        try:
            form = parse_qs(request.body.decode("ascii"), max_num_fields=10)
        except ValueError:
            return problem(400, "malformed-form", "an urlencoded form is expected")
        if self._faults.items_later or self._faults.changed_layout:
            return json_response(specifications_answer(None))
        number, token = (form.get(name, [""])[0] for name in ("invoiceNumber", "token"))
        return json_response(
            self._authority.specifications(invoice_number=number, token=token, now=self._clock()),
        )

    def issue(self, request: Request) -> Response:
        slip = self._authority.issue(self._clock(), **read_order(request.body))
        answer = {
            "payload": slip.payload,
            "png": base64.b64encode(slip.png).decode("ascii"),
            "fiscal_id": slip.fiscal_id,
            "total": str(two_decimals(slip.total_minor)),
        }
        return json_response(as_json(answer), status=201)

    def show_state(self, request: Request) -> Response:
        del request
        return json_response(as_json(asdict(self._faults)))

    def change_state(self, request: Request) -> Response:
        self._faults = self._faults.changed(read_object(request.body, FAULTS))
        return self.show_state(request)

    def picture(self, request: Request) -> Response:
        return Response(200, self._authority.slip(request.place).png, "image/png")

    def journal(self, request: Request) -> Response:
        return Response(200, self._authority.slip(request.place).journal.encode())
