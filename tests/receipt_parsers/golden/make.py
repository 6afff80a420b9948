"""Writes the golden slips: each in every form the authority has used, and beside them what they say.

`NAME.expected.json` is written from the playground's own facts and never by a reader, so that readers are measured
against what was meant. Run `python -m tests.receipt_parsers.golden.make` at the project's root; files that exist stay
as they are unless `--force` is given.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Unpack

from receipt_parsers.playground.answer import receipt_answer, specifications_answer
from receipt_parsers.playground.authority import PlaygroundAuthority
from receipt_parsers.playground.basket import OrderedItem
from receipt_parsers.playground.document import TAX_GROUPS, Document
from receipt_parsers.playground.goods import MLEKARA_LIPA
from receipt_parsers.playground.order import Order
from receipt_parsers.playground.page import page
from receipt_parsers.playground.shops import (
    KOSAVA_DISKONT,
    PEKARA_ZRNO,
    PERUN_MEDIJANA,
    PERUN_ZVEZDARA,
    VETAR_PUMPA,
    ZADRUGA_JABUKA,
)
from receipt_parsers.playground.slip import Slip

FOLDER = Path(__file__).parent
URL = "https://playground.example"
TOKEN = "8d3c1f0a-5b7e-4c21-9a64-0f2e6b9d7c11"
START = datetime(2026, 9, 2, 8, 5, 9, 120_000, tzinfo=UTC)
WEIGHED = (
    OrderedItem(name="Banane, rinfuz", quantity_milli=1482),
    OrderedItem(name="Pileći batak bez kosti svež u mrežici", quantity_milli=996),
    OrderedItem(name="Paradajz grappolo", quantity_milli=2000),
    OrderedItem(name="Mleko sa mlekomata", quantity_milli=750),
)
WRAPPED = (
    OrderedItem(name="Lipa polutvrdi sir u kriškama 45% mm pakovan u modifikovanoj atmosferi 500g"),
    OrderedItem(name="Toalet papir troslojni sa mirisom kamilice 10/1 ekonomično pakovanje", quantity_milli=2000),
    OrderedItem(name="Deterdžent za sudove limun 900ml"),
    OrderedItem(name='Štapići "Klas" & susam 45g', quantity_milli=3000),
)
DISCOUNTED = (
    OrderedItem(gtin="9520101000088", quantity_milli=4000, total_minor=1_247_97),
    OrderedItem(name="Kafa mlevena 200g", total_minor=1),
    OrderedItem(name="Hleb beli 500g"),
)
EVERYTHING_OF_LIPA = tuple(
    OrderedItem(gtin=good.gtin, quantity_milli=1000 * (at + 1)) for at, good in enumerate(MLEKARA_LIPA)
)


def slips() -> dict[str, Slip]:
    """The golden slips by name, the same at every run."""
    authority = PlaygroundAuthority(URL, seed=2026)
    times = iter(START + timedelta(days=3 * at, hours=at, seconds=7 * at, milliseconds=37 * at) for at in range(40))

    def issue(**order: Unpack[Order]) -> Slip:
        return authority.issue(next(times), **order)

    zvezdara, medijana = PERUN_ZVEZDARA.premises_id, PERUN_MEDIJANA.premises_id
    sale = issue(shop=medijana)
    wrapping_sale = issue(shop=zvezdara)
    return {
        "sale-latin": sale,
        "sale-cyrillic": issue(shop=ZADRUGA_JABUKA.premises_id),
        "sale-outside-vat": issue(shop=PEKARA_ZRNO.premises_id),
        "number-wraps": wrapping_sale,
        "names-wrap": issue(shop=KOSAVA_DISKONT.premises_id, items=list(WRAPPED)),
        "names-wrap-cyrillic": issue(shop=ZADRUGA_JABUKA.premises_id, items=list(WRAPPED)),
        "weighed": issue(shop=medijana, items=list(WEIGHED)),
        "discount": issue(shop=medijana, items=list(DISCOUNTED)),
        "many-lines": issue(shop=zvezdara, items=[*EVERYTHING_OF_LIPA, *WEIGHED, *EVERYTHING_OF_LIPA, *WRAPPED] * 2),
        "thousands": issue(shop=medijana, total_minor=1_234_567_89),
        "buyer-company": issue(shop=KOSAVA_DISKONT.premises_id, buyer_id="10:999999018"),
        "buyer-padded": issue(shop=VETAR_PUMPA.premises_id, buyer_id="10:999999034"),
        "refund": issue(refund_of=sale.fiscal_id),
        "refund-of-wrapped": issue(refund_of=wrapping_sale.fiscal_id),
        "copy": issue(copy_of=sale.fiscal_id),
        "training": issue(shop=medijana, kind="training"),
        "proforma": issue(shop=PEKARA_ZRNO.premises_id, kind="proforma"),
        "advance": issue(shop=zvezdara, kind="advance", total_minor=500_00),
    }


def forms(slip: Slip) -> dict[str, str]:
    """The slip in every form, by the ending of the file's name."""
    pages = {
        f".page-{generation}.html": page(slip.document, token=TOKEN, picture=slip.gif, generation=generation)
        for generation in ("2022", "2026")
    }
    return pages | {
        ".journal.txt": slip.journal,
        ".answer.json": receipt_answer(slip.document),
        ".specifications.json": specifications_answer(slip.document),
        ".qr.txt": slip.payload + "\n",
        ".expected.json": json.dumps(expected(slip.document), ensure_ascii=False, indent=2) + "\n",
    }


def expected(document: Document) -> dict[str, object]:
    """What a reader must say about the slip when it has the JSON answer and the specifications."""
    shop = document.shop
    return {
        "authority": "xx.playground",
        "fiscal_id": document.number,
        "counter": document.counter,
        "kind": document.kind_name,
        "seller": {
            "tax_id": shop.tax_id,
            "name": shop.name,
            "premises_id": shop.premises_id,
            "premises_name": shop.premises_name,
            "address": shop.address,
            "city": shop.municipality,
        },
        "issued_at": document.issued_at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "total": two_places(document.total_minor),
        "currency": "RSD",
        "lines": [
            {
                "name": line.name,
                "unit": None if shop.unit_style == "none" else line.unit,
                "quantity": f"{line.quantity_milli // 1000}.{line.quantity_milli % 1000:03}".rstrip("0").rstrip("."),
                "unit_price": two_places(line.price_minor),
                "total": two_places(line.total_minor),
                "tax_labels": [line.tax_label],
                "gtin": line.gtin,
            }
            for line in document.lines
        ],
        "payments": [{"method": paid.method, "amount": two_places(paid.amount_minor)} for paid in document.payments],
        "taxes": [
            {"label": label, "rate": two_places(TAX_GROUPS[label].rate_bp), "amount": two_places(amount_minor)}
            for label, amount_minor in document.taxes
        ],
        "reference": document.reference.number if document.reference else None,
    }


def two_places(hundredths: int) -> str:
    """Minor units as a decimal."""
    return f"{hundredths // 100}.{hundredths % 100:02}"


def main(arguments: list[str]) -> int:
    """Write what is missing; 1 when a file that exists would have changed and was left alone."""
    force = "--force" in arguments
    kept = 0
    for name, slip in slips().items():
        for ending, text in forms(slip).items():
            path = FOLDER / f"{name}{ending}"
            content = text.encode()
            if path.exists() and path.read_bytes() != content and not force:
                kept += 1
                sys.stderr.write(f"{path.name} differs and was left alone; --force overwrites it\n")
                continue
            path.write_bytes(content)
    return 1 if kept else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
