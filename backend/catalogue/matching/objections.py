"""What speaks against taking a fit for granted, however high it is: money follows from an acceptance.

A person who sees the objection may still accept, by linking the text.
"""

from collections.abc import Iterator

from backend.catalogue.matching.index import Index, NameEntry
from backend.catalogue.matching.score import Fit
from backend.catalogue.matching.sizes import spelled
from backend.catalogue.matching.wording import Size, Word, Wording, question
from backend.kit.i18n import Text

_BRAND_MIN = 600
_NAMING = frozenset({"same", "abbreviated", "cut"})
_BRANDS_SHOWN = 3


def objections(index: Index, wording: Wording, words: tuple[Word, ...], fit: Fit) -> Iterator[Text]:
    """Every objection that the print and the product themselves give rise to, the gravest first."""
    read = {word for word, _, _ in fit.read}
    alien = [word.text for word in words if word not in read and not word.is_noise]
    if alien:
        yield Text("words that the product does not have: {words}", {"words": ", ".join(alien)})
    if fit.sizes.other:
        yield Text("another size: {sizes}", {"sizes": spelled(fit.sizes.other)})
    if fit.sizes.foreign:
        yield Text("a size that the product does not state: {sizes}", {"sizes": spelled(fit.sizes.foreign)})
    if fit.sizes.lacks_pieces:
        yield Text("the product is a pack of several, and the slip does not say so")
    if fit.sizes.lacks_amount and not fit.is_cut:
        yield Text("the slip does not say the size")
    if unsaid := fit.unsaid():
        yield Text("the slip does not say: {words}", {"words": ", ".join(unsaid)})
    yield from _about_brand(index, wording, fit)


def _about_brand(index: Index, wording: Wording, fit: Fit) -> Iterator[Text]:
    """A brand that is not printed may be another's, and so may one whose abbreviation fits several brands."""
    brand = fit.entry.brand
    printed = [
        (word, full)
        for word, full, (quality, how) in fit.read
        if full in brand and quality >= _BRAND_MIN and how in _NAMING
    ]
    if not brand or any(word.text == full for word, full in printed):
        return
    if not printed:
        yield Text("the slip does not name the brand")
    for word, _ in printed:
        brands = sorted(index.brands.intersection(index.readings(word, wording.length)))
        if len(brands) > 1:
            yield Text("the brand may be {brands}", {"brands": ", ".join(brands[:_BRANDS_SHOWN])})


def left_open(index: Index, fit: Fit) -> Text | None:
    """A size that the slip does not say, though products that it fits as well differ in it; None when there is none."""
    if not fit.sizes.unsaid:
        return None
    said = [full for _, full, (_, how) in fit.read if how != "cut"]
    for sister in index.siblings(said):
        others = [size for size in fit.sizes.unsaid if _says_otherwise(size, sister)]
        if others:
            return Text("the slip does not say: {words}", {"words": spelled(others)})
    return None


def _says_otherwise(size: Size, sister: NameEntry) -> bool:
    return size not in sister.sizes and any(question(kind) == question(size[0]) for kind, _ in sister.sizes)
