"""The policy, the bindings of all areas, and the live database, brought together."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from forsyn.domain.accountability import privacy as accountability
from forsyn.domain.accounts import privacy as accounts
from forsyn.domain.billing import privacy as billing
from forsyn.domain.correspondence import privacy as correspondence
from forsyn.domain.customers import privacy as customers
from forsyn.domain.ledger import privacy as ledger
from forsyn.domain.ledger.person_events import PERSON_EVENTS as SETTLED
from forsyn.domain.metering import privacy as metering
from forsyn.domain.payments import privacy as payments
from forsyn.domain.retention import privacy as retention
from forsyn.domain.rights import privacy as rights
from forsyn.domain.safeguards import privacy as safeguards
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.safeguards.queries import live_catalog, rows_with_a_value
from forsyn.domain.sensitive import privacy as sensitive
from forsyn.policy import not_held
from forsyn.policy.bindings import Bindings, collect
from forsyn.policy.catalog import check, check_bindings, column_comment
from forsyn.policy.ends import unended
from forsyn.policy.loading import load_policy
from forsyn.policy.policy import Policy
from forsyn.policy.privileges import unkept
from forsyn.policy.problems import Problem
from forsyn.policy.purposes import P


@cache
def _loaded(file: Path) -> Policy:
    return load_policy(file)


def current_policy() -> Policy:
    """This controller's policy, read once a process. Raises policy.problems.PolicyError."""
    return _loaded(Path(settings.POLICY_FILE))


@cache
def all_bindings() -> Bindings:
    """Every area's declarations of its columns."""
    return collect(
        safeguards.BINDINGS,
        accounts.BINDINGS,
        customers.BINDINGS,
        correspondence.BINDINGS,
        sensitive.BINDINGS,
        ledger.BINDINGS,
        metering.BINDINGS,
        billing.BINDINGS,
        payments.BINDINGS,
        accountability.BINDINGS,
        retention.BINDINGS,
        rights.BINDINGS,
        routines=(
            *safeguards.ROUTINES,
            *customers.ROUTINES,
            *ledger.ROUTINES,
            *metering.ROUTINES,
            *billing.ROUTINES,
            *retention.ROUTINES,
        ),
        person_events=accounts.PERSON_EVENTS | customers.PERSON_EVENTS | SETTLED,
    )


def column_comments() -> dict[tuple[str, str], str]:
    """What each column's comment must say: (table, column) to text."""
    policy = current_policy()
    return {
        (bound.table.name, bound.column): column_comment(policy, bound.binding) for bound in all_bindings().columns()
    }


def check_declarations(policy: Policy | None = None) -> list[Problem]:
    """Every disagreement between a policy (this controller's), the bindings and the live database."""
    policy, bindings, catalog = policy or current_policy(), all_bindings(), live_catalog()
    empty = not_held.must_be_empty(policy, bindings, catalog)
    with purpose(P.PRIVACY_RIGHTS, actor=None):  # what is not to be there is seen only by whom may see everything
        counts = rows_with_a_value(columns=empty, at_most=not_held.COUNTED)
    ended = list(unended(policy, bindings, catalog))
    filled = not_held.filled(policy, bindings, counts)
    return check(policy, bindings, catalog) + filled + list(unkept(policy, bindings)) + ended


def check_program(policy: Policy) -> list[Problem]:
    """Every disagreement between a policy and the bindings; no database is read."""
    return check_bindings(policy, all_bindings()) + list(unkept(policy, all_bindings()))
