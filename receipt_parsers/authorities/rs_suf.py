"""Serbia: the system for managing fiscalisation (SUF) of the tax administration, a TaxCore system.

The code on the slip is a QR code of 790 to 870 characters:

    https://suf.purs.gov.rs/v/?vl=<base64 of the payload, percent-encoded or raw>

The payload's bytes are tabled in `receipt_parsers.taxcore.payload`; in Serbia they are of version 3, 572 to 592 of them.
They give offline the number of the document, its counter, kind, time and total.

    number     requested by - signed by - total counter           746DUV64-746DUV64-16898
    counter    counter of the kind / total counter, and letters   16887/16898ПП

               sale  refund
    normal     ПП    ПР        only ПП attests a purchase that may earn
    proforma   РП    РР        refused, and so are copies and training documents
    copy       КП    КР
    training   ОП    ОР
    advance    АП    АР        followed by a final ПП over the full total, so it does not earn

The portal answers `GET /v/?vl=...` with JSON when asked for it, with a page otherwise, and `POST /specifications` with
product numbers, which only large chains fill in. Every answer contains the same journal:

    ============ ФИСКАЛНИ РАЧУН ============
    101670560                                 tax number (PIB)
    MERCATOR-S                                name, over one or more rows
    1108934-Roda Megamarket 345               premises
    ВИЗАНТИЈСКИ БУЛЕВАР 1                     address
    Ниш-Медијана                              municipality
    Касир:                           1011902  labelled values, of which only the reference to a document is read
    -------------ПРОМЕТ ПРОДАЈА-------------
    Артикли
    ========================================
    Назив   Цена         Кол.         Укупно
    BANANA                            KG (Е)
           199,99      1,482          296,39
    ----------------------------------------
    Укупан износ:                     296,39
    Готовина:                       1.000,00  tendered, not spent
    ========================================
    Ознака       Име      Стопа        Порез
    Е           П-ПДВ   10,00%         26,94
    ----------------------------------------
    Укупан износ пореза:               26,94
    ========================================
    ПФР време:          31.12.2022. 15:51:57  Europe/Belgrade
    ПФР број рачуна: 746DUV64-746DUV64-16898  goes on in the next row when it is too long
    Бројач рачуна:             16887/16898ПП
    ========================================
    ======== КРАЈ ФИСКАЛНОГ РАЧУНА =========

A document that is not known, and one whose link is not genuine, is answered with status 400 (reported: 404 too), or with
`isValid: false`. A receipt that its device has not yet delivered has no journal; delivery takes from below a second to
hours. Rate limits are not documented. The portal's own form for checking without a code has a captcha and is not used.

Receipts of the sandbox are decoded and marked as a test. Seller, premises and city are told by `taxcore.seller`, units
by `taxcore.items`.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from receipt_parsers.taxcore.link import Base
from receipt_parsers.taxcore.system import TaxCore

RS_SUF = TaxCore(
    code="rs.suf",
    base=Base.of("https://suf.purs.gov.rs"),
    test_bases=(Base.of("https://sandbox.suf.purs.gov.rs"),),
    currency="RSD",
    zone=ZoneInfo("Europe/Belgrade"),
    since=datetime(2021, 11, 1, tzinfo=UTC),
)
"""The authority `rs.suf`."""
