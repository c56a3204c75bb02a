"""A customer changes what is paid on account: within the limits, and only where the bills come to that customer.

The rows are settlement's, which also sees instalments that a former holder was billed; so that purpose is entered, once
it is settled whose the agreement is. It does not see customers whose data are restricted: nothing is billed of them.
"""

from __future__ import annotations

from datetime import date, datetime

from forsyn.domain.billing.actions_plans import change_plan
from forsyn.domain.billing.plan_models import ExpectedFrom
from forsyn.domain.billing.plan_rules import CannotChange, Refused
from forsyn.domain.customers.queries import AgreementView, agreements_of
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P


def is_billed(agreement: AgreementView, customer_id: int) -> bool:
    """Whether the bills of an agreement come to a customer."""
    return any(holder.is_primary and holder.customer_id == customer_id for holder in agreement.holders)


def change_own_plan(
    *, account_id: int, customer_id: int, agreement_id: int, first: date, net_oere: int, instalments: int,
    now: datetime, today: date,
) -> int:  # fmt: skip
    """Pay `net_oere` (without VAT) from `first` on, in so many instalments; return the new plan. Raises CannotChange.

    None is due before `today`, also where the days that are left began before it. The caller has entered self-service
    for the account.
    """
    held = agreements_of(customer_id=customer_id, today=today)
    if not any(one.id == agreement_id and is_billed(one, customer_id) for one in held):
        raise CannotChange(Refused.NO_PLAN)
    with purpose(P.SETTLEMENT, actor=account_id):
        return change_plan(
            agreement_id=agreement_id,
            day=max(first, today),
            net_oere=net_oere,
            instalments=instalments,
            by=ExpectedFrom.CUSTOMER,
            now=now,
        )
