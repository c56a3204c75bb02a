"""The jobs that the program has pages for, and what a policy must say of them."""

from collections.abc import Iterator
from enum import StrEnum

from forsyn.policy.periods import Period
from forsyn.policy.policy import Item, Policy, StaffRole
from forsyn.policy.problems import did_you_mean
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Scope


class Role(StrEnum):
    """A job at the controller, or for it. A policy declares those that it has, and the purposes that each serves."""

    CLERK = "clerk"
    BILLING = "billing"
    COLLECTION = "collection"
    OPERATIONS = "operations"
    SAFETY = "safety"
    DPO = "dpo"
    ACCESS_MANAGER = "access_manager"
    EXTERNAL_SUPPORT = "external_support"


Finding = tuple[Item, str, str, str]
"""The item, which of its keys (empty: all of it), what is wrong, and the mend."""


def grants_access(policy: Policy, role: str) -> bool:
    """Whether those who have the role decide on others' access: they work for the purpose of staff administration."""
    declared, purpose = policy.staff_roles.get(role), policy.purpose_for(P.STAFF_ADMINISTRATION)
    return declared is not None and purpose is not None and purpose.key in declared.purposes


def staff_roles(policy: Policy) -> Iterator[Finding]:
    """Each role is one of the program's, serves purposes that are declared, and is granted and reviewed by days."""
    for role in policy.staff_roles.values():
        if role.key not in set(Role):
            mend = did_you_mean(role.key, Role, otherwise=f"The program has pages for: {', '.join(Role)}.")
            yield role, "", f"The program knows no role of staff {role.key!r}.", mend
        for key in role.purposes:
            yield from _purpose(policy, role, key)
        yield from _times(role)
    if policy.staff_roles and not any(grants_access(policy, role) for role in policy.staff_roles):
        what = "No role of staff may decide on access."
        yield policy.controller, "", what, "Let one of [staff_roles] serve the purpose of staff administration."


def _purpose(policy: Policy, role: StaffRole, key: str) -> Iterator[Finding]:
    purpose = policy.purposes.get(key)
    if purpose is None:
        mend = did_you_mean(key, policy.purposes, otherwise="Declare the purpose, or take the name away.")
        yield role, "purposes", f"The role {role.key!r} names the purpose {key!r}, which is not declared.", mend
    elif purpose.scope is Scope.SELF:
        what = f"The role {role.key!r} names the purpose {key!r}, under which persons see their own data."
        yield role, "purposes", what, "Take the name away: staff see nothing by way of it."


def _times(role: StaffRole) -> Iterator[Finding]:
    for key, period in (("max", role.longest), ("review", role.review)):
        if not period or period.hours or period.minutes:
            what = f"The role {role.key!r} has {key} = {str(period)!r}, which is not some whole days."
            yield role, key, what, 'Write "P6M" for six months, or "P14D" for fourteen days.'
    if days_about(role.review) > days_about(role.longest):
        what = f"The role {role.key!r} is reviewed after {role.review!s}, but granted for {role.longest!s} at most."
        yield role, "review", what, "Review it while it lasts."


def days_about(period: Period) -> int:
    """About how many days a period has, to tell which of two is the longer."""
    return period.years * 365 + period.months * 30 + period.weeks * 7 + period.days
