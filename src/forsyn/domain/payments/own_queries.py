"""What customers see of their own payments under way: collections by Betalingsservice, and money on its way back."""

from __future__ import annotations

from collections.abc import Collection as Several
from dataclasses import dataclass
from datetime import date

from forsyn.domain.payments.models import Collection, CollectionState, Payout, PayoutState


@dataclass(frozen=True, slots=True)
class OwnCollection:
    """That Betalingsservice was asked to collect a bill, what became of it (`CollectionState`), and when."""

    bill_id: int
    state: str
    due_date: date
    told_date: date | None = None

    @property
    def is_under_way(self) -> bool:
        """It was asked for, and nothing has been heard yet."""
        return self.state == CollectionState.SENT

    @property
    def has_failed(self) -> bool:
        """The money did not come, or went back: the customer pays in another way."""
        return self.state in (CollectionState.REJECTED, CollectionState.CANCELLED, CollectionState.CHARGED_BACK)


def collections_of(*, bill_ids: Several[int]) -> dict[int, OwnCollection]:
    """The collections of these bills, by bill. 1 query."""
    rows = Collection.objects.filter(bill_id__in=list(bill_ids)).values_list(
        "bill_id", "state", "due_date", "told_date"
    )
    return {row[0]: OwnCollection(*row) for row in rows}


def payouts_under_way_oere(*, customer_id: int) -> int:
    """What is on its way to a customer: approved, and not told by the bank yet. 1 query."""
    rows = Payout.objects.filter(customer_id=customer_id, state__in=[PayoutState.APPROVED, PayoutState.SENT])
    return sum(rows.values_list("amount_oere", flat=True))
