"""Prints a document as the authority's journal: 40 columns, names cut inside words, values at the right edge.

The portal has printed it in two ways: until 2023 the seller at the left and dates padded (`03.01.2023. 8:34:10`), now
the seller centred and dates bare (`3.1.2026. 08:34:10`). Times are those of Belgrade.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from textwrap import wrap
from typing import Final, Literal
from zoneinfo import ZoneInfo

from receipt_parsers.playground.document import PAYMENT_WORDS, TAX_GROUPS, Document, Line
from receipt_parsers.playground.shops import Shop

Generation = Literal["2022", "2026"]

WIDTH: Final = 40
RULE: Final = "=" * WIDTH
THIN_RULE: Final = "-" * WIDTH
NOT_FISCAL: Final = "ОВО НИЈЕ ФИСКАЛНИ РАЧУН"
NOT_FISCAL_RULE: Final = "======== ОВО НИЈЕ ФИСКАЛНИ РАЧУН ======="
FISCAL_HEAD: Final = "============ ФИСКАЛНИ РАЧУН ============"
FISCAL_FOOT: Final = "======== КРАЈ ФИСКАЛНОГ РАЧУНА ========="
_CYRILLIC_UNITS: Final = {"kom": "ком", "kg": "кг", "l": "л"}
_BELGRADE: Final = ZoneInfo("Europe/Belgrade")


def money(minor: int) -> str:
    """An amount as Serbia writes it: 1.234,56."""
    sign = "-" if minor < 0 else ""
    whole, cents = divmod(abs(minor), 100)
    return f"{sign}{whole:,}".replace(",", ".") + f",{cents:02}"


def local_time(instant: datetime, generation: Generation) -> str:
    """The instant on Belgrade's clocks, to the second, in the generation's spelling."""
    local = instant.astimezone(_BELGRADE)
    if generation == "2022":
        return f"{local:%d.%m.%Y}. {local.hour}:{local:%M:%S}"
    return f"{local.day}.{local.month}.{local.year}. {local:%H:%M:%S}"


def name_on_slip(line: Line, shop: Shop) -> str:
    """The good's name with its unit, in the shop's manner and without the tax label."""
    unit = _CYRILLIC_UNITS[line.unit] if shop.is_cyrillic else line.unit.upper()
    match shop.unit_style:
        case "slash":
            return f"{line.name}/{unit}"
        case "brackets":
            return f"{line.name} ({unit.lower()})"
        case "none":
            return line.name


def journal(document: Document, generation: Generation) -> tuple[str, ...]:
    """The journal's lines; the portal puts the QR picture before the last one."""
    kind = document.kind
    heading = f"{kind.invoice_word} {kind.transaction_word}".upper()
    return (
        FISCAL_HEAD if kind.is_fiscal else NOT_FISCAL_RULE,
        *_seller(document.shop, generation),
        *_origin(document, generation),
        _centred(heading, "-"),
        "Артикли",
        RULE,
        "Назив   Цена         Кол.         Укупно",
        *(text for line in document.lines for text in _item(line, document)),
        THIN_RULE,
        *_pair("Укупна рефундација" if kind.is_refund else "Укупан износ", money(document.total_minor)),
        *(text for paid in document.payments for text in _pair(PAYMENT_WORDS[paid.method], money(paid.amount_minor))),
        RULE,
        *(() if kind.is_fiscal else (f"        {NOT_FISCAL}", RULE)),
        *_tax_table(document),
        RULE,
        *_pair("ПФР време", local_time(document.issued_at, generation)),
        *_pair("ПФР број рачуна", document.number),
        *_pair("Бројач рачуна", document.counter),
        RULE,
        FISCAL_FOOT if kind.is_fiscal else NOT_FISCAL_RULE,
    )


def _seller(shop: Shop, generation: Generation) -> Iterator[str]:
    for text in (shop.tax_id, shop.name, shop.location, shop.address, shop.municipality):
        if generation == "2022":
            yield text
        else:
            yield from (_centred(part, " ") for part in wrap(text, WIDTH, break_on_hyphens=False))


def _origin(document: Document, generation: Generation) -> Iterator[str]:
    yield from _pair("Касир", document.shop.cashier)
    if document.buyer_id is not None:
        yield from _pair("ИД купца", document.buyer_id)
    yield from _pair("ЕСИР број", document.shop.esir)
    if document.reference is not None:
        yield from _pair("Реф. број", document.reference.number)
        yield from _pair("Реф. време", local_time(document.reference.issued_at, generation))


def _item(line: Line, document: Document) -> Iterator[str]:
    yield from _cut(f"{name_on_slip(line, document.shop)} ({line.tax_label})")
    total_minor = -line.total_minor if document.kind.is_refund else line.total_minor
    yield f"{money(line.price_minor):>13}{_quantity(line):>11}{money(total_minor):>16}"


def _tax_table(document: Document) -> Iterator[str]:
    yield "Ознака       Име      Стопа        Порез"
    for label, amount_minor in document.taxes:
        group = TAX_GROUPS[label]
        yield f"{label:<3}{group.name:>14}{money(group.rate_bp) + '%':>9}{money(amount_minor):>14}"
    yield THIN_RULE
    yield from _pair("Укупан износ пореза", money(sum(amount_minor for _, amount_minor in document.taxes)))


def _quantity(line: Line) -> str:
    whole, thousandths = divmod(line.quantity_milli, 1000)
    text = f"{whole:,}".replace(",", ".")
    return text if line.unit == "kom" and thousandths == 0 else f"{text},{thousandths:03}"


def _pair(label: str, value: str) -> Iterable[str]:
    head = f"{label}:"
    return _cut(head + value.rjust(max(WIDTH - len(head), len(value) + 1)))


def _cut(text: str) -> Iterator[str]:
    for at in range(0, len(text), WIDTH):
        yield text[at : at + WIDTH].ljust(WIDTH)


def _centred(text: str, fill: str) -> str:
    left = (WIDTH - len(text)) // 2
    return (fill * left + text).ljust(WIDTH, fill)
