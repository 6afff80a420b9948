"""The faults that can be staged on the authority's side, and what each does to an answer.

They are staged and ended by whoever asks, so that a demonstration and a test can say when the authority is well again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final

from receipt_parsers.playground.answer import as_json
from receipt_parsers.playground.asgi import Response, json_response
from receipt_parsers.playground.document import Document
from receipt_parsers.playground.errors import BadOrder

SLOW_MS_MAX: Final = 120_000
COUNT_MAX: Final = 1_000_000
_EXCESS_MINOR: Final = 100
_PATIENCE_S: Final = "1"
_NEW_PAGE: Final = """\
<!DOCTYPE html><html><body><h1>Нови портал</h1><pre>Рачун се сада приказује у апликацији.</pre></body></html>
"""


@dataclass(frozen=True, slots=True)
class Faults:
    """What is staged. Times are milliseconds or seconds as named; 0 and False stage nothing.

    `down`: every request gets 503 and is asked to come back after a second. `unavailable`: 503 without any such wish,
    or with `retry_after_s`. `bad_request`: 400 with an empty body, as for a code that nobody issued. `items_later`:
    so many further answers about receipts come without journal and items. `changed_layout`: page and JSON of a portal
    that nobody has read before. `wrong_numbers`: the total is another than the code's. `slow_ms`: every answer waits.
    """

    down: bool = False
    unavailable: bool = False
    retry_after_s: int = 0
    bad_request: bool = False
    items_later: int = 0
    changed_layout: bool = False
    wrong_numbers: bool = False
    slow_ms: int = 0

    def changed(self, wanted: Mapping[str, object]) -> "Faults":
        """These faults with the wanted ones staged or ended. Raises BadOrder."""
        for name, value in wanted.items():
            if type(value) is not type(getattr(self, name)):
                raise BadOrder("a fault is true or false, or a whole number", pointer=f"/{name}")
            if isinstance(value, int) and not 0 <= value <= (SLOW_MS_MAX if name == "slow_ms" else COUNT_MAX):
                raise BadOrder("the number is out of range", pointer=f"/{name}")
        return replace(self, **wanted)  # type: ignore[arg-type]  # each value has its field's own type

    def refusal(self) -> Response | None:
        """The answer to any request while the authority serves nobody."""
        if self.down:
            return Response(503, headers=(("retry-after", _PATIENCE_S),))
        if self.unavailable:
            wish = (("retry-after", str(self.retry_after_s)),) if self.retry_after_s else ()
            return Response(503, headers=wish)
        return Response(400) if self.bad_request else None


FAULTS: Final = frozenset(field.name for field in fields(Faults))


def unread(*, as_data: bool) -> Response:
    """An answer in a layout that no reader knows."""
    if as_data:
        return json_response(as_json({"version": 4, "journal": {"pages": []}, "invoice": {"lines": []}}))
    return Response(200, _NEW_PAGE.encode(), "text/html; charset=utf-8")


def not_yet(*, as_data: bool) -> Response:
    """An answer about a receipt whose till has not reported it yet: known, without journal and items."""
    if as_data:
        return json_response(as_json({"invoiceRequest": None, "invoiceResult": None, "journal": None, "isValid": True}))
    return Response(200, b"<!DOCTYPE html><html><body></body></html>", "text/html; charset=utf-8")


def misstated(document: Document) -> Document:
    """The document with another total than it was issued with, which its own parts agree on."""
    first, *rest = document.lines
    dearer = replace(first, total_minor=first.total_minor + _EXCESS_MINOR)
    return replace(document, lines=(dearer, *rest))
