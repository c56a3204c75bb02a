"""What customers see of their own payments under way: collections by Betalingsservice, and money on its way back."""

from __future__ import annotations

from collections.abc import Collection as Several
from dataclasses import dataclass
from datetime import date

from forsyn.domain.payments.collect_rules import earliest_due
from forsyn.domain.payments.models import Collection, CollectionState, Mandate, Payout, PayoutState


@dataclass(frozen=True, slots=True)
class OwnCollection:
    """That Betalingsservice was asked to collect a bill, and what became of it (`CollectionState`)."""

    bill_id: int
    state: str
    due_date: date

    @property
    def is_under_way(self) -> bool:
        """It was asked for, and nothing has been heard yet."""
        return self.state == CollectionState.SENT

    @property
    def has_failed(self) -> bool:
        """The money did not come, or went back: the customer pays in another way."""
        return self.state in (CollectionState.REJECTED, CollectionState.CANCELLED, CollectionState.CHARGED_BACK)


@dataclass(frozen=True, slots=True)
class OwnMandate:
    """A time in which a customer pays by Betalingsservice: [from_date, until_date), open where it goes on."""

    from_date: date
    until_date: date | None

    def holds_on(self, day: date) -> bool:
        """Whether a bill due that day is paid so."""
        return self.from_date <= day and (self.until_date is None or day < self.until_date)


@dataclass(frozen=True, slots=True)
class Betalingsservice:
    """How a customer pays by Betalingsservice: the two latest agreements, the newest first."""

    mandates: tuple[OwnMandate, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Whether an agreement covers the day."""
        return any(each.holds_on(day) for each in self.mandates)

    def will_collect(self, due_date: date, today: date) -> bool:
        """Whether a bill due that day can still be collected, though Betalingsservice was not asked for it yet."""
        return self.holds_on(due_date) and due_date >= earliest_due(today)


def betalingsservice_of(*, customer_id: int) -> Betalingsservice:
    """How a customer pays by Betalingsservice; from nobody restricted anything is collected. 1 query."""
    rows = Mandate.objects.filter(customer_id=customer_id).order_by("-period").values_list("period", flat=True)[:2]
    return Betalingsservice(tuple(OwnMandate(period.lower, period.upper) for period in rows))


def collections_of(*, bill_ids: Several[int]) -> dict[int, OwnCollection]:
    """The collections of these bills, by bill. 1 query."""
    rows = Collection.objects.filter(bill_id__in=list(bill_ids)).values_list("bill_id", "state", "due_date")
    return {row[0]: OwnCollection(*row) for row in rows}


def payouts_under_way_oere(*, customer_id: int) -> int:
    """What is on its way to a customer: approved, and not told by the bank yet. 1 query."""
    rows = Payout.objects.filter(customer_id=customer_id, state__in=[PayoutState.APPROVED, PayoutState.SENT])
    return sum(rows.values_list("amount_oere", flat=True))
