"""What `forsyn doctor` finds that keeps bills from being made or paid."""

from __future__ import annotations

from django.utils import timezone

from forsyn.domain.billing.creditor_queries import creditor_on
from forsyn.domain.billing.tariff_queries import tariffs
from forsyn.domain.billing.terms_queries import count_without_terms
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy


def billing_laid_out() -> tuple[str, str, str]:
    """What, found and mend: whether those who are supplied have a tariff, and bills a place to be paid to."""
    what = "billing"
    if current_policy().purpose_for(P.SETTLEMENT) is None:
        return what, "nothing is billed here", ""
    today = timezone.localdate()
    with purpose(P.SETTLEMENT, actor=None):
        commodities = sorted({row.commodity for row in tariffs() if row.in_force})
        without = count_without_terms(commodities=commodities, day=today)
        can_be_paid = creditor_on(today) is not None
    if not commodities:
        return what, "no tariff has been approved: nothing is billed yet", ""
    mends = []
    if not can_be_paid:
        mends.append("Say where customers pay: forsyn payments creditor.")
    if without:
        mends.append("Say which tariff each agreement is billed by: forsyn import terms.")
    found = [f"{without:,} agreements have no tariff today" if without else "every agreement has a tariff today"]
    return what, ", ".join(found if can_be_paid else [*found, "no creditor number"]), " ".join(mends)
