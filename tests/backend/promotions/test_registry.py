"""A kind is registered once, under its own code, and says how its form is drawn."""

from typing import Any

import pytest

from backend.promotions.parameters import parameters
from backend.promotions.registry import BENEFITS, CONDITIONS

MEMBERS = [*CONDITIONS.items(), *BENEFITS.items()]


@pytest.mark.parametrize(("code", "member"), MEMBERS)
def test_a_family_member_is_registered_under_its_own_code(code: str, member: Any) -> None:
    assert member.type == code


@pytest.mark.parametrize("member", [member for _, member in MEMBERS])
def test_a_form_can_be_drawn_from_every_member(member: Any) -> None:
    assert parameters(member)
    assert all(parameter.key and parameter.kind.form for parameter in parameters(member))


def test_the_parameters_of_points_are_those_of_the_contract() -> None:
    drawn = {parameter.key: parameter.kind.form for parameter in parameters(BENEFITS["points"])}
    assert drawn == {"points": "points", "every": "money", "percent": "percent"}
