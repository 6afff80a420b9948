"""Every reason, given or not given, is a sentence in English and in Serbian, Latin and Cyrillic."""

import re
from typing import Any, get_args

import pytest

from backend.kit.i18n import Text, translate
from backend.promotions.contract import Unit
from backend.promotions.documents import read_basket, read_promotions
from backend.promotions.engine import evaluate
from backend.promotions.explaining import why_not
from backend.promotions.outcome import NotApplied
from backend.promotions.registry import CONDITIONS
from tests.backend.promotions.building import MEMBER, line, multibuy, percent, promotion, sale

REASONS = [*CONDITIONS, "validity", "audience", "limit", "budget", "combine", "nothing"]
CYRILLIC = re.compile("[а-яђјљњћџ]", re.IGNORECASE)

BENEFITS: list[dict[str, Any]] = [
    {"type": "percent", "percent": "12.5"},
    {"type": "amount", "amount": "5.00"},
    {"type": "amount_per_unit", "amount": "3.00", "unit": "kom"},
    {"type": "amount_per_unit", "amount": "3.00"},
    {"type": "price", "prices": {"A": "1.00"}},
    {"type": "per_amount", "every": "100.00", "gives": "20.00"},
    {"type": "per_amount", "every": "100.00", "gives": "20.00", "repeat": False},
    {"type": "gift", "sku": "MUG"},
    {"type": "points", "points": "5"},
    {"type": "points", "every": "10.00", "points": "5"},
    {"type": "points", "percent": "5"},
    {"type": "entries", "draw": "d"},
    {"type": "coupon", "series": "K"},
    {"type": "text", "text": "T"},
    {"type": "member_rebate"},
    *({"type": "multibuy", "buy": 1, "get": get, "percent": off} for get in (1, 2) for off in ("50", "100")),
    *(
        {"type": "stamp", "counter": "c", "needs": needs, "reward": {"type": "gift", "sku": "M"}}
        for needs in (1, 6, 60)
    ),
]


def said(text: Text) -> list[str]:
    sentences = [translate(text, language) for language in ("en", "sr-Latn", "sr-Cyrl")]
    assert len(set(sentences)) == 3, f"no translation of {text.msgid}"
    assert not any("{" in sentence for sentence in sentences)
    assert not CYRILLIC.search(sentences[1])
    assert CYRILLIC.search(sentences[2])
    return sentences


@pytest.mark.parametrize("benefit", BENEFITS, ids=lambda benefit: benefit["type"])
def test_every_benefit_says_why_in_three_ways_of_writing(benefit: dict[str, Any]) -> None:
    basket = sale(line("A", "600.00", "6", unit="kom"), member=MEMBER | {"rebate_percent": "15"})
    (applied,) = evaluate(read_basket(basket), read_promotions([promotion("p", benefit)])).applied
    said(applied.why)


def test_a_multiplier_says_why() -> None:
    documents = [percent("p", "10"), promotion("x", {"type": "multiply", "factor": "2.5", "of": ["p"]})]
    outcome = evaluate(read_basket(sale("100.00")), read_promotions(documents))
    assert said(outcome.applied[1].why)[0] == "× 2.5 on other benefits"


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("unit", [None, *get_args(Unit)])
def test_every_reason_is_a_sentence_with_or_without_what_was_missing(reason: str, unit: Unit | None) -> None:
    said(why_not(NotApplied("p", reason, "2" if unit else None, unit), "RSD"))


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (multibuy("p", 3, 1), "One more item would have been enough."),
        (multibuy("p", 4, 1), "More of the items would have been enough: 2."),
        (
            percent("p", "1", conditions=[{"type": "basket_total", "min": "740.00"}]),
            "440.00 RSD more on the receipt would have been enough.",
        ),
        (percent("p", "90", limits={"budget": "200.00"}), "Its budget is 70.00 RSD too small for this purchase."),
        (percent("p", "1", items={"skus": ["X"]}), "The items for it are not on the receipt."),
    ],
)
def test_a_near_miss_says_what_would_have_been_enough(document: dict[str, Any], sentence: str) -> None:
    outcome = evaluate(read_basket(sale("100.00", "100.00", "100.00")), read_promotions([document]))
    assert said(why_not(outcome.not_applied[0], outcome.currency))[0] == sentence
