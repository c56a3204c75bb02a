"""What the policy demands of the database, beside what the database enforces; and making the two agree."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from django.conf import settings
from django.db import connections

from forsyn.domain.safeguards.actions_enforcement import NotEnforced, carry_out
from forsyn.domain.safeguards.enforcement_queries import (
    NAMED_IN,
    belongs_to,
    changed_policies,
    found_enforcement,
    keys_in_use,
    owners_functions,
    rewrite_rules,
    signed_in_role,
)
from forsyn.domain.safeguards.purposes import PurposeRules
from forsyn.domain.safeguards.queries import live_catalog
from forsyn.policy.enforcement import Enforcement, Step, fingerprint, steps, wanted
from forsyn.policy.privileges import Matrix, unkept
from forsyn.policy.problems import Problem
from forsyn.policy.roles import RoleNames
from forsyn.workflows.declarations import all_bindings, current_policy


def role_names() -> RoleNames:
    """The roles of this instance."""
    return RoleNames(login=settings.LOGIN_ROLE, instance=settings.INSTANCE.name)


@cache
def matrix() -> Matrix:
    """What each purpose of this controller's policy may read and change."""
    return Matrix(current_policy(), all_bindings())


def purpose_rules() -> PurposeRules:
    """What `forsyn.domain.safeguards.purposes` goes by."""
    return PurposeRules(matrix(), role_names())


def wanted_enforcement(*, using: str = "default") -> Enforcement:
    """What the policy and the bindings demand of this database."""
    database = str(connections[using].settings_dict["NAME"])
    return wanted(matrix(), live_catalog(using=using), role_names(), database)


def plan_enforcement(*, using: str = "default") -> list[Step]:
    """The steps from what the database enforces to what the policy demands; empty where they agree."""
    return _steps_to(wanted_enforcement(using=using), using)


def _steps_to(want: Enforcement, using: str) -> list[Step]:
    names = role_names()
    found, said = found_enforcement(names=names, using=using)
    return steps(want, found, changed_policies(want, found, said, names), names)


def apply_enforcement(*, take_over: bool = False) -> list[Step]:
    """Make the database enforce the policy, in one transaction; return what was done. Twice does nothing.

    ``take_over``: although it was made for an instance of another name, as after a restore. Raises NotEnforced where
    the declarations or the database's roles do not allow it.
    """
    problems = [*unkept(current_policy(), all_bindings()), *orphaned()]
    if problems:
        raise NotEnforced("\n".join(map(str, problems)))
    owner = belongs_to(using="owner")
    if owner not in (None, settings.INSTANCE.name) and not take_over:
        raise NotEnforced(
            f"This database belongs to the instance {owner!r}, and FORSYN_INSTANCE is {settings.INSTANCE.name!r}: its "
            "program would be shut out. Mend FORSYN_INSTANCE or the database's address; or, if the database is to have "
            "the new name from now on, as after a restore, run `forsyn policy apply --take-over`."
        )
    conditions: dict[tuple[str, str], str] = {}

    def plan() -> list[Step]:
        want = wanted_enforcement(using="owner")
        conditions.update(want.policies)
        return _steps_to(want, "owner")

    def mark(policy: tuple[str, str], said: str) -> str:
        return fingerprint(role_names().of(policy[1]), conditions[policy], said)

    return carry_out(plan=plan, mark=mark, instance=settings.INSTANCE.name)


def orphaned() -> list[Problem]:
    """Rows that name what the policy no longer has: nobody would answer for them."""
    policy = current_policy()
    declared: dict[str, Collection[str]] = {
        "purposes": policy.purposes,
        "consents": policy.consents,
        "staff_roles": policy.staff_roles,
        "recipients": policy.recipients,
    }
    return [
        Problem(
            policy.file,
            f"It has no [{section}.{key}] any more, but {count} {NAMED_IN[section]} name it.",
            "End these first, or declare it again.",
        )
        for section, keys in keys_in_use(using="owner").items()
        for key, count in keys.items()
        if key not in declared[section]
    ]


def check_roles() -> None:
    """Raise NotEnforced where the roles could keep no policy: one for all, or one above all rules."""
    role, owner = signed_in_role(using="default"), signed_in_role(using="owner")
    if role.name == owner.name:
        raise NotEnforced(
            f"DATABASE_URL and OWNER_DATABASE_URL both sign in as {owner.name!r}. No policy stops the tables' owner. "
            "Make a second role of the server for the program (login, noinherit) and name it in DATABASE_URL."
        )
    if role.above_rules:
        raise NotEnforced(
            f"The role {role.name!r} of DATABASE_URL is above the database's rules (superuser or bypassrls). "
            "Take both away from it, as administrator."
        )
    if not owner.may_create_roles:
        raise NotEnforced(
            f"The role {owner.name!r} of OWNER_DATABASE_URL may make no roles, but each purpose is a role. "
            "As administrator, give it CREATEROLE."
        )


def drift() -> list[Problem]:
    """What the database enforces otherwise than the policy and the migrations demand."""
    where, role = "the database", signed_in_role(using="default")
    found = [
        Problem(where, f"It does not enforce the policy: it has yet to {step.does}.", "Run `forsyn policy apply`.")
        for step in plan_enforcement()
    ]
    if role.above_rules:
        mend = "Take superuser and bypassrls away from it."
        found.append(Problem(where, f"The role {role.name!r} is above its rules.", mend))
    mend = "Somebody has changed it by hand. Find out who and why, and put back what the migration says."
    found += [
        Problem(where, f"The function {signature} is not what its migration made.", mend)
        for signature, carries, fits in owners_functions(using="default")
        if carries != fits
    ]
    return found + [
        Problem(where, f"The rule {rule} turns statements into others.", f"As the owner: drop rule {rule}.")
        for rule in rewrite_rules(using="default")
    ]
