"""Which product a printed line is: by barcode, by what staff linked for that seller, by a whole name, else by a weighed one.

Deterministic, and the order of products and lines does not matter. Only a fit that nothing speaks against, and that no
other product comes near, is accepted; the rest waits for people or is refused.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from backend.catalogue.matching.index import Index, ProductFacts, brand_words, fold, joined, padded
from backend.catalogue.matching.objections import left_open, objections
from backend.catalogue.matching.score import Fit, weigh
from backend.catalogue.matching.sizes import spelled
from backend.catalogue.matching.wording import Word, Wording, line_key, take_apart
from backend.kit.clock import rfc3339
from backend.kit.i18n import Text

Band = Literal["accept", "review", "reject"]

CERTAIN = 1000
ACCEPT_FROM = 800
REVIEW_FROM = 450
SHOWN_FROM = 200
NEAR = 70
"""How far a second product must stay behind the first for the first to be accepted."""
SHOWN_MAX = 5


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What a receipt line says of its product."""

    id: str
    name: str
    gtin: str | None


@dataclass(frozen=True, slots=True)
class Alias:
    """What staff linked a text to, and when."""

    product_id: UUID
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product that a line may be: how well it fits, why, and what speaks against it."""

    product: ProductFacts
    score: int
    why: Text
    against: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """What a line was found to be. `product` is set in the band `accept` alone; candidates stand best first."""

    product: ProductFacts | None
    band: Band
    score: int
    why: Text
    candidates: tuple[Candidate, ...] = ()


def match(index: Index, line: LineFacts, aliases: Mapping[str, Alias]) -> Match:
    """The product of a line, or why there is none; `aliases` are those that hold for its seller, by `line_key`."""
    wording = take_apart(line.name)
    return (
        _by_barcode(index, line, wording)
        or _by_alias(index, line, aliases)
        or _by_name(index, line, wording)
        or _by_words(index, line, wording)
    )


def _by_barcode(index: Index, line: LineFacts, wording: Wording) -> Match | None:
    if line.gtin and (product := index.by_barcode.get(padded(line.gtin))):
        return _certain(product, Text("barcode {gtin}", {"gtin": line.gtin}))
    printed = {index.by_barcode[code].id: code for code in wording.barcodes if code in index.by_barcode}
    if len(printed) == 1:
        (code,) = printed.values()
        return _certain(index.by_barcode[code], Text("barcode {gtin}, printed in the name", {"gtin": code}))
    return None


def _by_alias(index: Index, line: LineFacts, aliases: Mapping[str, Alias]) -> Match | None:
    alias = aliases.get(line_key(line.name)) if aliases else None
    product = index.products.get(alias.product_id) if alias else None
    if alias is None or product is None:
        return None
    return _certain(product, Text("linked by staff on {day}", {"day": rfc3339(alias.linked_at)[:10]}))


def _by_name(index: Index, line: LineFacts, wording: Wording) -> Match | None:
    products = index.by_name.get(fold(line.name)) or index.by_name.get(line_key(line.name)) or ()
    if len(products) == 1:
        return _same_name(line, wording, products[0])
    if not products:
        return None
    why = Text("several products have this name")
    return Match(
        None, "review", CERTAIN, why, tuple(Candidate(each, CERTAIN, why, ()) for each in products[:SHOWN_MAX])
    )


def _same_name(line: LineFacts, wording: Wording, product: ProductFacts) -> Match:
    """A whole name is taken unless the line's barcode is another, or a product's own name leaves out its brand.

    What staff entered as another name of the product speaks of that product, as a link does.
    """
    why, against = Text("same name"), list[Text]()
    if line.gtin and product.barcodes:
        against.append(Text("another barcode: {gtin}", {"gtin": line.gtin}))
    is_own = line_key(line.name) == line_key(product.name)
    if is_own and not _names_brand(wording, product):
        against.append(Text("the slip does not name the brand"))
    if not against:
        return _certain(product, why)
    return Match(None, "review", CERTAIN, against[0], (Candidate(product, CERTAIN, why, tuple(against)),))


def _names_brand(wording: Wording, product: ProductFacts) -> bool:
    brand = joined(brand_words(product.brand))
    return not brand or any(word.text in brand for word in wording.words)


def _certain(product: ProductFacts, why: Text) -> Match:
    return Match(product, "accept", CERTAIN, why)


def _by_words(index: Index, line: LineFacts, wording: Wording) -> Match:
    words = _joined(index, wording.words)
    best = _best_by_product([weigh(index, wording, words, entry) for entry in index.candidates(wording, words)])
    shown = [fit for fit in best[:SHOWN_MAX] if fit.score >= SHOWN_FROM]
    found = [
        Candidate(fit.entry.product, fit.score, _why(fit), tuple(objections(index, wording, words, fit)))
        for fit in shown
    ]
    if not best or best[0].score < REVIEW_FROM:
        return Match(None, "reject", best[0].score if best else 0, Text("no product comes near"), tuple(found))
    first = found[0] = replace(found[0], against=(*found[0].against, *_beside(index, line, best, found[0])))
    if first.against:
        return Match(None, "review", first.score, first.against[0], tuple(found))
    if first.score < ACCEPT_FROM:
        return Match(None, "review", first.score, Text("too little is alike"), tuple(found))
    return Match(first.product, "accept", first.score, first.why, tuple(found))


def _beside(index: Index, line: LineFacts, best: list[Fit], first: Candidate) -> Iterator[Text]:
    """What speaks against the first because of other products, or of the line's own barcode."""
    if line.gtin and first.product.barcodes:
        yield Text("another barcode: {gtin}", {"gtin": line.gtin})
    for fit in best[1:]:
        if fit.score <= best[0].score - NEAR:
            break
        if fit.is_rival or best[0].sizes.unsaid:
            yield Text("{sku} fits nearly as well", {"sku": fit.entry.product.sku})
            break
    if not first.against and (text := left_open(index, best[0])):
        yield text


def _joined(index: Index, words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Two printed words that are one word of the catalogue, such as a brand that others write together."""
    found: list[Word] = []
    for word in words:
        whole = found[-1].text + word.text if found else ""
        apart = found and found[-1].text in index.known and word.text in index.known
        if found and not apart and not found[-1].dotted and whole in index.by_word:
            found[-1] = Word(whole, word.dotted, word.last)
        elif word not in found:
            found.append(word)
    return tuple(found)


def _best_by_product(fits: list[Fit]) -> list[Fit]:
    """Each product's best name, the best first; of equals the one whose number comes first."""
    fits.sort(key=lambda fit: (-fit.score, fit.entry.product.sku, fit.entry.words))
    best: dict[UUID, Fit] = {}
    for fit in fits:
        best.setdefault(fit.entry.product.id, fit)
    return list(best.values())


def _why(fit: Fit) -> Text:
    same = [full for _, full, (_, how) in fit.read if how == "same"]
    guessed = [f"{word.text} = {full}" for word, full, (_, how) in fit.read if how != "same"]
    words = " ".join(filter(None, (*same, spelled(fit.sizes.agreed))))
    if not guessed:
        return Text("words: {words}", {"words": words})
    return Text("words: {words}; read as: {read}", {"words": words, "read": ", ".join(guessed)})
