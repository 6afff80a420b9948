"""One TaxCore system as a value: where it answers and in which currency, time zone and words. It is an `Authority`.

The documented JSON answer is asked first. The page is the second way, and the only one to product numbers: its script
holds a short-lived token for `/specifications`. Product numbers are an extra: whatever goes wrong on the way to them
leaves the receipt without them.
"""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import unescape
from http import HTTPStatus
from zoneinfo import ZoneInfo

from receipt_parsers.authority import Conversation, Request, Response
from receipt_parsers.errors import (
    AuthorityUnavailable,
    DamagedCode,
    LayoutChanged,
    LetterCaseLost,
    NotYetAvailable,
    ReceiptError,
    UnknownReceipt,
)
from receipt_parsers.model import FiscalCode, FiscalReceipt
from receipt_parsers.taxcore import keyboard, link
from receipt_parsers.taxcore.answer import read_answer
from receipt_parsers.taxcore.facts import Facts, assemble
from receipt_parsers.taxcore.journal import read_journal
from receipt_parsers.taxcore.page import Page, read_page, read_ticket
from receipt_parsers.taxcore.payload import Payload, PayloadDamaged, decode
from receipt_parsers.taxcore.products import Product, numbered, read_specification
from receipt_parsers.taxcore.words import SERBIAN, Words

_ENTITY = re.compile(r"&(?:#x?[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_UNKNOWN = {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}
_UNWILLING = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT}


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read a text: where it leads, its `vl` as it stands there, and the payloads that this may spell."""

    base: link.Base
    vl: str
    spelled: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class TaxCore:
    """A TaxCore system. Codes of its test hosts are decoded too, and marked: their receipts are not money."""

    code: str
    base: link.Base
    currency: str
    zone: ZoneInfo
    since: datetime
    test_bases: tuple[link.Base, ...] = ()
    words: Words = field(default=SERBIAN, repr=False)

    def addressed(self, text: str) -> bool:
        """Whether the text is a link to this system or holds one, as it is or after a keyboard repair."""
        return next(self._readings(text), None) is not None

    def recognise(self, text: str) -> FiscalCode | None:
        """Decode the link; None when it leads elsewhere. Raises DamagedCode, LetterCaseLost included."""
        refusal: DamagedCode | None = None
        for reading in self._readings(text):
            problem: str | None = None
            for content in reading.spelled:
                try:
                    payload = decode(content, since=self.since)
                except PayloadDamaged as damage:
                    problem = problem or str(damage)
                else:
                    return self._fiscal_code(payload, content, is_test=reading.base in self.test_bases)
            reason = LetterCaseLost if link.lost_its_case(reading.vl) else DamagedCode
            refusal = refusal or reason(problem or "the code is no base64 text", authority=self.code)
        if refusal is not None:
            raise refusal
        return None

    def _readings(self, text: str) -> Iterator["_Reading"]:
        """Find each host of the system that the text may lead to, the likeliest reading first."""
        bases = (self.base, *self.test_bases)
        for written in link.writings(text):
            for base in bases:
                vl = base.vl_of(written)
                if vl is not None:
                    yield _Reading(base, vl, link.payloads(vl))
        for repaired in keyboard.readings(text):
            for base in bases:
                vl = base.vl_of(repaired)
                if vl is not None:
                    yield _Reading(base, vl, link.repaired_payloads(vl))

    def _fiscal_code(self, payload: Payload, content: bytes, *, is_test: bool) -> FiscalCode:
        extension = self.words.extension(payload.kind)
        return FiscalCode(
            authority=self.code,
            fiscal_id=payload.fiscal_id,
            counter=f"{payload.kind_counter}/{payload.total_counter}{extension}",
            kind=payload.kind,
            issued_at=payload.issued_at,
            total_minor=payload.total_minor,
            currency=self.currency,
            buyer_kind=payload.buyer_kind,
            payload=content,
            is_test=is_test,
        )

    def enquire(self, payload: bytes, *, with_gtins: bool) -> Conversation:
        """Ask for the receipt; see `Authority.enquire`. The addresses are built from the payload, never from a text."""
        url = self.base.link(payload)
        page: bytes | None = None
        try:
            response = yield Request("GET", url, {"Accept": "application/json"})
            receipt = self.parse(_body(response))
        except LayoutChanged:
            page = yield from self._ask_page(url)
            receipt = self.parse(page)
        if with_gtins:
            try:
                products = yield from self._ask_products(url, page, receipt.fiscal_id)
            except ReceiptError:
                return receipt
            return replace(receipt, lines=numbered(receipt.lines, products))
        return receipt

    def _ask_page(self, url: str) -> Generator[Request, Response, bytes]:
        # The portal chooses the language by this cookie and ignores Accept-Language.
        headers = {"Accept": "text/html", "Cookie": "localization=sr-Cyrl-RS"}
        return _body((yield Request("GET", url, headers)))

    def _ask_products(
        self, url: str, content: bytes | None, fiscal_id: str
    ) -> Generator[Request, Response, tuple[Product, ...]]:
        ticket = read_ticket(_text(content or (yield from self._ask_page(url))))
        if ticket is None or ticket.number != fiscal_id:
            return ()
        response = yield Request(
            "POST",
            f"{self.base}/specifications",
            {"Accept": "application/json", "X-Requested-With": "XMLHttpRequest"},
            form={"invoiceNumber": ticket.number, "token": ticket.token},
        )
        return read_specification(_body(response))

    def parse(self, content: bytes, *, items: bytes | None = None) -> FiscalReceipt:
        """Read a journal, a page or a JSON answer, whichever it is; `items` is an answer of `/specifications`."""
        text = _text(content)
        if text.startswith(("{", "[")):
            answer = read_answer(text)
            journal, facts = answer.journal, answer.facts
        elif text.startswith("<"):
            page = self._page(text)
            journal, facts = page.journal, page.facts
        else:
            journal, facts = _ENTITY.sub(lambda entity: unescape(entity[0]), text), Facts()
        receipt = assemble(
            read_journal(journal, self.words), facts, authority=self.code, currency=self.currency, zone=self.zone
        )
        if items is None:
            return receipt
        return replace(receipt, lines=numbered(receipt.lines, read_specification(items)))

    def _page(self, html: str) -> Page:
        return read_page(html, self.words, self.zone)


def _body(response: Response) -> bytes:
    """Give the body of an answer that is one. Raises what its status means otherwise."""
    if response.status == HTTPStatus.OK:
        return response.body
    if response.status in _UNKNOWN:
        raise UnknownReceipt("the authority does not know the receipt")
    if response.status in _UNWILLING:
        raise AuthorityUnavailable(f"the authority declined with status {response.status}")
    raise LayoutChanged(f"the authority answered with status {response.status}")


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig").lstrip()
    except UnicodeDecodeError:
        raise LayoutChanged("the answer is not UTF-8") from None
    if not text:
        raise NotYetAvailable("the answer is empty")
    return text
