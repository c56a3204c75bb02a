"""Roles of staff in a policy file: which work they lead to, and what is refused."""

import pytest

from forsyn.policy.loading import parse_policy
from forsyn.policy.policy import Policy
from forsyn.policy.problems import PolicyError
from forsyn.policy.staff_roles import grants_access

ROLE = """
[staff_roles.dpo]
name = { da = "Rådgiver", en = "Officer" }
description = { da = "Hjælper.", en = "Helps." }
purposes = ["PURPOSE"]
review = "P6M"
max = "P1Y"
"""


def with_role(minimal_text: str, minimal: Policy, *changes: tuple[str, str]) -> str:
    """The minimal policy with a purpose of staff administration and a role that serves it, changed."""
    first = next(iter(minimal.purposes))
    served = minimal_text.replace(f"[purposes.{first}]", f'[purposes.{first}]\nserves = ["staff_administration"]')
    text = served.replace("[rights]", ROLE.replace("PURPOSE", first) + "\n[rights]")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def test_a_role_that_fits_is_read(minimal_text: str, minimal: Policy) -> None:
    policy = parse_policy(with_role(minimal_text, minimal), "p.toml")
    role = policy.staff_roles["dpo"]
    assert (role.name.en, str(role.review), str(role.longest), role.external) == ("Officer", "P6M", "P1Y", False)
    assert grants_access(policy, "dpo")
    assert not grants_access(policy, "clerk")
    assert role in tuple(policy.items())


@pytest.mark.parametrize(
    ("old", "new", "what", "mend"),
    [
        ("staff_roles.dpo", "staff_roles.dpoo", "knows no role of staff 'dpoo'", "Did you mean 'dpo'?"),
        ("staff_roles.dpo", "staff_roles.emperor", "knows no role of staff 'emperor'", "has pages for: clerk"),
        ('purposes = ["', 'purposes = ["x', "which is not declared", "Did you mean"),
        ('review = "P6M"', 'review = "P2Y"', "is reviewed after P2Y", "Review it while it lasts."),
        ('review = "P6M"', 'review = "P0D"', "review = 'P0D'", 'Write "P6M"'),
        ('max = "P1Y"', 'max = "PT12H"', "max = 'PT12H'", "for fourteen days"),
        ('max = "P1Y"', "max = 1", "max", "text in quotes"),
        ('max = "P1Y"', 'max = "P1Y"\nfrom = "now"', "does not know the key 'from'", "Known here"),
        ('serves = ["staff_administration"]', 'serves = ["metering"]', "No role of staff may decide", "staff_roles"),
    ],
)
def test_each_fault_is_told_with_its_mend(
    minimal_text: str, minimal: Policy, old: str, new: str, what: str, mend: str
) -> None:
    with pytest.raises(PolicyError) as error:
        parse_policy(with_role(minimal_text, minimal, (old, new)), "p.toml")
    assert any(what in str(problem) and mend in str(problem) for problem in error.value.problems), str(error.value)


def test_staff_see_nothing_by_way_of_self_service(utility_text: str) -> None:
    text = utility_text.replace(
        'purposes = ["staff_administration"]', 'purposes = ["staff_administration", "self_service"]'
    )
    with pytest.raises(PolicyError, match="under which persons see their own data"):
        parse_policy(text, "p.toml")
