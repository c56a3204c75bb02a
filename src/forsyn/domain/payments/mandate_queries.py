"""Who pays by Betalingsservice, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from forsyn.domain.payments.collect_rules import earliest_due
from forsyn.domain.payments.models import Mandate

_COLLECTED = """
    select bill.id from billing_bill as bill
      left join payments_collection as collection on collection.bill_id = bill.id
     where bill.id = any(%(bills)s) and bill.to_pay_oere > 0
       and (collection.state in ('sent', 'paid')
            or collection.id is null and bill.due_date >= %(from)s and exists (
               select from payments_mandate as mandate
                where mandate.customer_id = bill.customer_id and mandate.period @> bill.due_date))"""


def collected_bills(*, bill_ids: Sequence[int], from_date: date) -> frozenset[int]:
    """Of these bills, those that Betalingsservice collects, or still can where they are due from a day on. 1 query.

    What came back unpaid is not among them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COLLECTED, {"bills": list(bill_ids), "from": from_date})
        return frozenset(row[0] for row in cursor.fetchall())


@dataclass(frozen=True, slots=True)
class MandatePeriod:
    """A time in which a customer pays by Betalingsservice: [from_date, until_date), open where it goes on."""

    from_date: date
    until_date: date | None

    def holds_on(self, day: date) -> bool:
        """Whether a bill due that day is paid so."""
        return self.from_date <= day and (self.until_date is None or day < self.until_date)


@dataclass(frozen=True, slots=True)
class Betalingsservice:
    """How a customer pays by Betalingsservice: the two latest agreements, the newest first."""

    mandates: tuple[MandatePeriod, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Whether an agreement covers the day."""
        return any(each.holds_on(day) for each in self.mandates)

    def will_collect(self, due_date: date, today: date) -> bool:
        """Whether a bill due that day can still be collected, though Betalingsservice was not asked for it yet."""
        return self.holds_on(due_date) and due_date >= earliest_due(today)


def betalingsservice_of(*, customer_id: int) -> Betalingsservice:
    """How a customer pays by Betalingsservice; from nobody restricted anything is collected. 1 query."""
    rows = Mandate.objects.filter(customer_id=customer_id).order_by("-period").values_list("period", flat=True)[:2]
    return Betalingsservice(tuple(MandatePeriod(period.lower, period.upper) for period in rows))
