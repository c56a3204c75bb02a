"""What members of staff may work under: their roles of today, and the purposes that the policy gives these."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from forsyn.domain.accounts.queries import roles_of
from forsyn.policy.policy import Policy
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy


def purposes_of(*, account_id: int, today: date) -> frozenset[P]:
    """The program's work that an account's roles of today let it do. 1 query."""
    return purposes_of_roles(current_policy(), roles_of(account_id=account_id, today=today))


def purposes_of_roles(policy: Policy, roles: Iterable[str]) -> frozenset[P]:
    """The program's work that these roles of staff may do; a role that the policy does not declare gives none."""
    declared = (policy.staff_roles[role] for role in roles if role in policy.staff_roles)
    allowed = {purpose for role in declared for purpose in role.purposes}
    serving = {work: policy.purpose_for(work) for work in P}
    return frozenset(work for work, purpose in serving.items() if purpose is not None and purpose.key in allowed)
