"""What customers are told of Betalingsservice: that it collects a bill, and when; that it will, or does no longer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from forsyn.domain.billing.bill_queries import BillRow
from forsyn.domain.payments.mandate_queries import Betalingsservice
from forsyn.domain.payments.own_queries import OwnCollection
from forsyn.interfaces.portal import wording

ONE_DAY = timedelta(days=1)
REMEMBERED = timedelta(days=180)
"""So long after an agreement has ended the page says so."""
NOT_COLLECTED = Betalingsservice()
"""Of a customer without agreement, and of one whose data are restricted: nothing new is collected."""


@dataclass(frozen=True, slots=True)
class Collected:
    """Whether Betalingsservice collects a bill: it was asked for it, or it will be."""

    collection: OwnCollection | None
    agreed: Betalingsservice

    def day(self, row: BillRow, today: date) -> date | None:
        """When the money is drawn; None where the customer pays in another way."""
        if self.collection is not None:
            return self.collection.due_date if self.collection.is_under_way else None
        return row.due_date if self.agreed.will_collect(row.due_date, today) else None

    def is_asked(self, row: BillRow, today: date) -> bool:
        """Whether the bill's document says that Betalingsservice collects it: also once it has."""
        if self.collection is not None:
            return not self.collection.has_failed
        return self.agreed.will_collect(row.due_date, today)

    def is_too_late(self, row: BillRow) -> bool:
        """The customer pays by Betalingsservice, but this bill will not reach it."""
        return self.collection is None and self.agreed.holds_on(row.due_date)

    @property
    def has_failed(self) -> bool:
        """The money did not come, or went back."""
        return self.collection is not None and self.collection.has_failed


def how_collected(agreed: Betalingsservice, today: date) -> list[str]:
    """A sentence to a customer who pays by Betalingsservice, will, or has done so lately."""
    newest = agreed.mandates[0] if agreed.mandates else None
    if newest is None:
        return []
    if newest.from_date > today and not agreed.holds_on(today):
        text = _("Fra den %(day)s betaler du med Betalingsservice. Regninger, der forfalder før, betaler du selv.")
        return [text % {"day": wording.long_date(newest.from_date)}]
    until = newest.until_date
    if until is None:
        return [_("Du betaler med Betalingsservice: vi trækker beløbet på din konto, den dag en regning forfalder.")]
    last = {"day": wording.long_date(until - ONE_DAY)}
    if until > today:
        text = _("Du betaler med Betalingsservice til og med den %(day)s. Derefter betaler du selv dine regninger.")
        return [text % last]
    if until + REMEMBERED < today:
        return []
    text = _("Din aftale med Betalingsservice sluttede den %(day)s. Betal selv, eller tilmeld dig igen i din bank.")
    return [text % last]
