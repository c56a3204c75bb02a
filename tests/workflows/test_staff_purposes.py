"""What the roles of staff let people work under, in both policies."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from forsyn.policy.loading import load_policy
from forsyn.policy.policy import Policy
from forsyn.policy.purposes import P
from forsyn.policy.staff_roles import Role
from forsyn.workflows.staff_purposes import purposes_of_roles

POLICIES = Path(settings.PROJECT_ROOT) / "policies"


@pytest.fixture(scope="module")
def utility() -> Policy:
    return load_policy(POLICIES / "utility.toml")


@pytest.fixture(scope="module")
def supplier() -> Policy:
    return load_policy(POLICIES / "supplier.toml")


def test_the_jobs_of_the_utility_lead_to_their_work_and_no_further(utility: Policy) -> None:
    assert set(utility.staff_roles) == set(Role)
    work = {role: purposes_of_roles(utility, [role]) for role in Role}
    assert P.CUSTOMER_SERVICE in work[Role.CLERK]
    assert {P.SETTLEMENT, P.AGREEMENTS, P.ACCOUNTING, P.COLLECTION} <= work[Role.BILLING]
    assert {P.METERING, P.OPERATION_OPTIMISATION, P.INTERRUPTIONS} == work[Role.OPERATIONS]
    assert {P.PRIVACY_RIGHTS, P.SECURITY, P.RETENTION, P.STAFF_ADMINISTRATION} == work[Role.DPO]
    assert work[Role.ACCESS_MANAGER] == {P.STAFF_ADMINISTRATION}
    assert all(P.SELF_SERVICE not in given for given in work.values())
    holds = {role for role, given in work.items() if P.INTERRUPTION_HEALTH in given}
    assert holds == {Role.SAFETY}


def test_one_role_may_serve_several_pieces_of_work(supplier: Policy) -> None:
    assert P.CUSTOMER_SERVICE in purposes_of_roles(supplier, ["clerk"])
    assert P.STAFF_ADMINISTRATION in purposes_of_roles(supplier, ["dpo"])


def test_a_role_that_is_not_declared_leads_nowhere(supplier: Policy) -> None:
    assert purposes_of_roles(supplier, ["collection", "emperor"]) == frozenset()
    assert purposes_of_roles(supplier, []) == frozenset()


def test_roles_add_up(utility: Policy) -> None:
    both = purposes_of_roles(utility, ["clerk", "operations"])
    assert both == purposes_of_roles(utility, ["clerk"]) | purposes_of_roles(utility, ["operations"])
