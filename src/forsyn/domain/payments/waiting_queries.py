"""Reads of what waits for staff: payouts to approve or to send, and collections that came back unpaid."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Sum

from forsyn.domain.billing.models import Bill
from forsyn.domain.ledger.models import OpenItem
from forsyn.domain.payments.models import Collection, Payout, PayoutState
from forsyn.domain.payments.queries import BACK


@dataclass(frozen=True, slots=True)
class Amount:
    """So many, and what they come to."""

    count: int = 0
    oere: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.count + other.count, self.oere + other.oere)


@dataclass(frozen=True, slots=True)
class PayoutsWaiting:
    """Payouts that wait: ``own`` were prepared by who asks, so that another must approve them."""

    own: Amount
    others: Amount
    approved: Amount


def payouts_waiting(*, account_id: int) -> PayoutsWaiting:
    """Payouts that wait for an approval, or for the file to the bank. 1 query."""
    rows = Payout.objects.filter(state__in=[PayoutState.PREPARED, PayoutState.APPROVED])
    rows = rows.values_list("state", "prepared_by_id").annotate(count=Count("id"), oere=Sum("amount_oere"))
    found = {"own": Amount(), "others": Amount(), "approved": Amount()}
    for state, prepared_by_id, count, oere in rows:
        key = "approved" if state == PayoutState.APPROVED else "own" if prepared_by_id == account_id else "others"
        found[key] += Amount(count, int(oere))
    return PayoutsWaiting(**found)


def unpaid_collections() -> Amount:
    """Collections that came back, whose bills are still owed. 1 query."""
    owed = OpenItem.objects.filter(voucher_id=OuterRef("voucher_id"), remaining_oere__gt=0)
    still_owed = Bill.objects.filter(Exists(owed), pk=OuterRef("bill_id"))
    found = Collection.objects.filter(Exists(still_owed), state__in=BACK).aggregate(
        count=Count("id"), oere=Sum("amount_oere")
    )
    return Amount(found["count"], int(found["oere"] or 0))
