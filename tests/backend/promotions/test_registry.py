"""A kind is registered once, under its own code, and says how its form is drawn."""

from typing import Any

import pytest

from backend.promotions.parameters import parameters
from backend.promotions.promotion import Promotion
from backend.promotions.registry import BENEFITS, CONDITIONS
from backend.promotions.selection import Selection

MEMBERS = [*CONDITIONS.items(), *BENEFITS.items()]


@pytest.mark.parametrize(("code", "member"), MEMBERS)
def test_a_family_member_is_registered_under_its_own_code(code: str, member: Any) -> None:
    assert member.type == code


@pytest.mark.parametrize("member", [member for _, member in MEMBERS])
def test_a_form_can_be_drawn_from_every_member(member: Any) -> None:
    assert parameters(member) or member is BENEFITS["member_rebate"]
    assert all(parameter.key and parameter.kind.form for parameter in parameters(member))


def test_the_whole_promotion_draws_its_form_down_to_choices_parts_and_families() -> None:
    drawn = {parameter.key: parameter for parameter in parameters(Promotion)}
    assert [key for key, parameter in drawn.items() if parameter.required] == ["id", "benefit"]
    assert drawn["audience"].kind.options == ("everyone", "members", "non_members")
    assert drawn["items"].kind.parts is Selection
    assert drawn["benefit"].kind.family is BENEFITS
    assert drawn["conditions"].kind.family is CONDITIONS
    (reward,) = [parameter for parameter in parameters(BENEFITS["stamp"]) if parameter.key == "reward"]
    assert reward.kind.family is not None
    assert reward.kind.family.keys() == BENEFITS.keys() - {"stamp", "multiply"}


def test_the_types_are_those_of_the_contract() -> None:
    conditions = """basket_total items outlet channel customer_group tier member code coupon purchase_number seller
        birthday event spent"""
    benefits = """percent amount amount_per_unit price multibuy per_amount gift points multiply entries coupon text
        stamp member_rebate"""
    assert CONDITIONS.keys() == set(conditions.split())
    assert BENEFITS.keys() == set(benefits.split())


def test_the_parameters_of_points_are_those_of_the_contract() -> None:
    drawn = {parameter.key: parameter.kind.form for parameter in parameters(BENEFITS["points"])}
    assert drawn == {"points": "points", "every": "money", "percent": "percent"}
