"""What roles of staff may work under: the purposes that the policy gives them."""

from __future__ import annotations

from collections.abc import Iterable

from forsyn.policy.policy import Policy
from forsyn.policy.purposes import P


def purposes_of_roles(policy: Policy, roles: Iterable[str]) -> frozenset[P]:
    """The program's work that these roles of staff may do; a role that the policy does not declare gives none."""
    declared = (policy.staff_roles[role] for role in roles if role in policy.staff_roles)
    allowed = {purpose for role in declared for purpose in role.purposes}
    serving = {work: policy.purpose_for(work) for work in P}
    return frozenset(work for work, purpose in serving.items() if purpose is not None and purpose.key in allowed)
