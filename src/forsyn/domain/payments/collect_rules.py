"""When Betalingsservice can collect a bill, and by which number it comes back. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from forsyn.kernel.deadlines import DAY, is_working_day

BANKING_DAYS_AHEAD = 8
"""So long before its day a collection must be with Betalingsservice, by the house's caution; its calendar says when."""


def earliest_due(today: date, banking_days: int = BANKING_DAYS_AHEAD) -> date:
    """The first day that a collection made today can still be for: so many banking days lie between."""
    day, left = today, banking_days
    while left:
        day += DAY
        left -= is_working_day(day)
    return day


def bill_number_of(reference: str) -> int | None:
    """The bill's number that a collection was sent with, and comes back with."""
    digits = reference.strip()
    return int(digits) if re.fullmatch(r"[0-9]{1,18}", digits, re.ASCII) else None


@dataclass(frozen=True, slots=True)
class Collectable:
    """A bill that Betalingsservice is asked to collect on a day."""

    bill_id: int
    number: int
    customer_id: int
    customer_number: str
    mandate_id: int
    agreement_number: str
    due_date: date
    amount_oere: int


def on_days_of_their_own(bills: Iterable[Collectable], taken: Iterable[tuple[int, date]] = ()) -> list[Collectable]:
    """Betalingsservice takes one collection a customer and day: others go to the next banking days, never before."""
    days, found = set(taken), []
    for bill in bills:
        day = bill.due_date
        while (bill.customer_id, day) in days:
            day = _next_banking_day(day)
        days.add((bill.customer_id, day))
        found.append(replace(bill, due_date=day))
    return found


def _next_banking_day(day: date) -> date:
    day += DAY
    while not is_working_day(day):
        day += DAY
    return day
