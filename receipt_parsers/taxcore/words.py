"""The words that a TaxCore journal is printed in, as data: another language is another value of `Words`.

Ekavian and Ijekavian spellings differ in a few letters (`време`, `вријеме`), so one set reads Serbia and Republika Srpska.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from receipt_parsers.model import Kind
from receipt_parsers.text import DecimalMark


@dataclass(frozen=True, slots=True)
class Words:
    """How one language labels the parts of a journal. Each pattern matches the whole label before its colon."""

    decimal_mark: DecimalMark
    extensions: Mapping[str, Kind]
    kind_line: re.Pattern[str]
    items_heading: re.Pattern[str]
    header_label: re.Pattern[str]
    reference_label: re.Pattern[str]
    total_label: re.Pattern[str]
    not_a_payment: re.Pattern[str]
    payments: tuple[tuple[re.Pattern[str], str], ...]
    time_label: re.Pattern[str]
    number_label: re.Pattern[str]
    counter_label: re.Pattern[str]

    def extension(self, kind: Kind) -> str:
        """Give the letters that end the counter of a document of this kind."""
        return next(letters for letters, meant in self.extensions.items() if meant == kind)

    def payment_method(self, label: str) -> str:
        """Give the stable code of a means of payment; what no pattern knows is `other`."""
        return next((method for pattern, method in self.payments if pattern.search(label)), "other")


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


SERBIAN = Words(
    decimal_mark=",",
    extensions={
        "ПП": "sale",
        "ПР": "refund",
        "РП": "proforma",
        "РР": "proforma_refund",
        "КП": "copy",
        "КР": "copy_refund",
        "ОП": "training",
        "ОР": "training_refund",
        "АП": "advance",
        "АР": "advance_refund",
    },
    kind_line=_words(r"-+\s*(?:ПРОМЕТ|АВАНС|ПРЕДРАЧУН|КОПИЈА|ОБУКА)\s+(?:ПРОДАЈА|РЕФУНДАЦИЈ[АЕ])\s*-+"),
    items_heading=_words(r"Назив\s+Ц(?:иј)?ена\s+Кол\S*\s+Укупно"),
    header_label=_words(
        r"Касир|(?:ИД|ID) купца|Опционо поље купца|ЕСИР бр\S*|ЕСИР вр(?:иј)?еме|Реф\.? ?бр\S*|Реф\.? ?вр(?:иј)?еме"
    ),
    reference_label=_words(r"Реф\.? ?бр\S*"),
    total_label=_words(r"Укупан износ|Укупна рефундација|Укупно|За уплату"),
    not_a_payment=_words(r"поврат|повраћај|кусур|аванс|преостал|порез"),
    payments=(
        (_words(r"инстант"), "instant"),
        (_words(r"друго"), "other"),
        (_words(r"готов"), "cash"),
        (_words(r"картиц"), "card"),
        (_words(r"чек"), "cheque"),
        (_words(r"пренос|вирман"), "transfer"),
        (_words(r"ваучер"), "voucher"),
    ),
    time_label=_words(r"ПФР вр(?:иј)?еме"),
    number_label=_words(r"ПФР бр\S*(?: ?рач\S*)?"),
    counter_label=_words(r"Бројач рач\S*"),
)

PAYMENT_TYPES: Mapping[int, str] = {
    0: "other",
    1: "cash",
    2: "card",
    3: "cheque",
    4: "transfer",
    5: "voucher",
    6: "instant",
}
"""What the numbers of means of payment in a JSON answer mean; 1 is verified, the others are reported."""
