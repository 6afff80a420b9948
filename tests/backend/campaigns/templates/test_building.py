"""What is filled in becomes promotions that the engine reads, or is refused where it stands; the schema says which."""

import inspect
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.campaigns.content import read_content
from backend.campaigns.errors import TemplateNotFound
from backend.campaigns.schemes import of_scheme
from backend.campaigns.templates.building import build, content_of, template_called
from backend.campaigns.templates.contract import Template
from backend.campaigns.templates.describing import described
from backend.campaigns.templates.point_groups import least_amount, worth
from backend.campaigns.templates.registry import TEMPLATES
from backend.kit.i18n import LANGUAGES
from backend.promotions.documents import MalformedDocument, read_promotions
from backend.promotions.parameters import Fault

Schema = dict[str, Any]
LETTERS = st.text("abcČ7", min_size=1, max_size=4)
EVERY = pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)


def number(schema: Schema) -> st.SearchStrategy[str]:
    """Decimal strings between the bounds, their ends included where they are."""
    decimals = int(schema["pattern"].rpartition("{1,")[2].partition("}")[0])
    unit = 10**decimals
    least = schema["exclusiveMinimum"] * unit + 1 if "exclusiveMinimum" in schema else schema["minimum"] * unit
    units = st.integers(least, schema.get("maximum", 10**9) * unit)
    return units.map(lambda drawn: f"{Decimal(drawn).scaleb(-decimals):f}")


def filled(schema: Schema) -> st.SearchStrategy[Any]:  # noqa: PLR0911 (a line for every kind of schema)
    """Whatever the schema allows."""
    match schema:
        case {"type": "object", "properties": properties, "required": required}:
            drawn = {key: filled(each) for key, each in properties.items()}
            needed = {key: drawn.pop(key) for key in required}
            return st.fixed_dictionaries(needed, optional=drawn)
        case {"type": "object", "additionalProperties": each}:
            return st.dictionaries(LETTERS, filled(each), max_size=2)
        case {"type": "array", "items": each}:
            return st.lists(filled(each), max_size=3)
        case {"oneOf": options}:
            return st.sampled_from([option["const"] for option in options])
        case {"pattern": _}:
            return number(schema)
        case {"format": "date"}:
            return st.dates().map(str)
        case {"type": "integer"}:
            return st.integers(schema["minimum"], schema["maximum"])
        case {"type": "boolean"}:
            return st.booleans()
    return LETTERS


ANY = st.sampled_from(list(TEMPLATES.values())).flatmap(
    lambda template: st.tuples(st.just(template), filled(described(template, "en")["parameters"]))
)


@settings(max_examples=300)
@given(ANY)
def test_whatever_the_schema_allows_is_built_or_refused_among_the_parameters(
    drawn: tuple[type[Template], dict[str, Any]],
) -> None:
    template, parameters = drawn
    content: dict[str, Any] = {"promotions": []}
    faults: tuple[Fault, ...] = ()
    try:
        content = content_of(template, parameters, own="own", name="Name")
    except MalformedDocument as refused:
        faults = refused.faults
    assert all(fault.pointer.startswith("/parameters/") for fault in faults)
    assert bool(content["promotions"]) is not bool(faults)
    read_content(content)
    assert all(each["name"] == "Name" and each["id"].startswith("own") for each in content["promotions"])


EXAMPLES: dict[str, Any] = {
    "gift": "B",
    "groups": [],
    "items": {"skus": ["A"]},
    "of": ["x"],
    "prices": {"A": "1.00"},
    "series": "K",
}
NEEDED: dict[str, dict[str, Any]] = {
    "percent-by-customer-group": {"groups": [{"group": "g", "percent": "1"}]},
    "points-by-customer-group": {"groups": [{"group": "g", "value": "1.00"}]},
    "promo-code": {"list": "spring"},
}


@EVERY
def test_the_defaults_of_the_schema_are_those_of_the_template(template: type[Template]) -> None:
    schema = described(template, "en")["parameters"]
    needed = {key: EXAMPLES[key] for key in schema["required"]} | NEEDED.get(template.code, {})
    defaults = {key: drawn["default"] for key, drawn in schema["properties"].items() if "default" in drawn}
    built = build(template, {**defaults, **needed}, own="own")
    assert built == build(template, needed, own="own")
    read_promotions(built)


@EVERY
def test_a_template_has_its_own_code_and_is_told_in_every_language(template: type[Template]) -> None:
    assert TEMPLATES[template.code] is template
    told = {language: described(template, language) for language in LANGUAGES}
    assert len({each["description"] for each in told.values()}) > 2
    assert all(drawn["title"] for each in told.values() for drawn in each["parameters"]["properties"].values())


@pytest.mark.parametrize(
    ("code", "parameters", "pointers"),
    [
        ("bonus-percent", {"percent": 3, "surprise": 1}, {"/percent", "/surprise"}),
        ("bonus-percent", {"percent": "0"}, {"/percent"}),
        ("bonus-percent", {"percent": "100.01"}, {"/percent"}),
        ("bonus-percent", {"gives": "discount", "valid_days": 3}, {"/valid_days"}),
        ("weekend", {"weekdays": []}, {"/weekdays"}),
        ("weekend", {"weekdays": [0, 7, 8]}, {"/weekdays/0", "/weekdays/2"}),
        ("three-for-two", {"items": {}}, {"/items"}),
        ("three-for-two", {"items": {"skus": []}}, {"/items/skus"}),
        ("points-by-receipt-amount", {"groups": []}, {"/groups"}),
        ("points-by-receipt-amount", {"groups": [{"minimum": "5", "value": "1"}] * 2}, {"/groups/1/minimum"}),
        ("points-by-customer-group", {"groups": [{"group": "a", "value": "1"}] * 2}, {"/groups/1/group"}),
        ("promo-code", {}, {"/codes"}),
        ("promo-code", {"codes": ["A"], "list": "spring"}, {"/codes"}),
        ("multiplier", {"of": [], "factor": "1"}, {"/factor"}),
        ("loyalty-price", {"prices": {}}, {"/prices"}),
        ("gift", [], {""}),
    ],
)
def test_every_fault_is_named_at_its_place(code: str, parameters: object, pointers: set[str]) -> None:
    with pytest.raises(MalformedDocument) as refused:
        build(TEMPLATES[code], parameters, own="own")
    assert {fault.pointer for fault in refused.value.faults} == {f"/parameters{pointer}" for pointer in pointers}


@EVERY
def test_a_template_knows_no_other_template(template: type[Template]) -> None:
    source = inspect.getsource(inspect.getmodule(template) or template)
    others = {each.__module__ for each in TEMPLATES.values()} - {template.__module__}
    assert {module for module in others if f"from {module} import" in source} == set()


def test_a_template_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(TemplateNotFound):
        template_called("everything-free")


@given(percent=st.integers(1, 100_00), minimum=st.integers(0, 100_00))
def test_elb_12_the_least_amount_of_a_group_is_the_first_that_brings_its_points(percent: int, minimum: int) -> None:
    least = Decimal(least_amount(f"{Decimal(percent) / 100}", f"{Decimal(minimum) / 100}"))
    points = Decimal(minimum) / 100
    assert least * percent / 10_000 >= points
    assert least == 0 or (least - Decimal("0.01")) * percent / 10_000 < points


@pytest.mark.parametrize(("value", "percent"), [("1.00", "10"), ("2.00", "20"), ("3.00", "30"), ("0.50", "5")])
def test_elb_13_each_group_has_its_own_value_of_a_point(value: str, percent: str) -> None:
    assert worth("10", value) == percent


def test_elb_03_every_earning_scheme_is_of_one_policy_and_the_prize_coupon_of_none() -> None:
    codes = ("points-percent", "points-by-receipt-amount", "member-rebate", "discount-scheme", "prize-coupon-text")
    made = {code: content_of(TEMPLATES[code], {}, own=code, name=code) for code in codes}
    switched = content_of(TEMPLATES["member-rebate"], {"rebates_allowed": True}, own="at-once", name="x")

    def left(scheme: str | None) -> list[str]:
        contents = {**made, "at-once": switched}.items()
        return [
            code
            for code, content in contents
            if list(of_scheme(content["promotions"], scheme, named=content.get("scheme")))
        ]

    assert left("none") == ["prize-coupon-text"]
    assert left("points") == ["points-percent", "points-by-receipt-amount", "prize-coupon-text"]
    assert left("amount") == ["member-rebate", "prize-coupon-text", "at-once"]
    assert left("discount") == ["discount-scheme", "prize-coupon-text"]
