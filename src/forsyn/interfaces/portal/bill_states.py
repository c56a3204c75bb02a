"""Where a bill stands for its customer: paid, due, overdue, to be collected, or the customer's own money. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Standing(StrEnum):
    """How far a bill is."""

    NOTHING = "nothing"
    """It comes to nothing."""
    PAID = "paid"
    DUE = "due"
    PART_PAID = "part_paid"
    """Some of it is paid, and the rest is not due yet."""
    OVERDUE = "overdue"
    COLLECTED = "collected"
    """Betalingsservice collects it; nothing is to be done."""
    TO_GET = "to_get"
    """The customer's money, which we still have."""
    GIVEN = "given"
    """The customer has had it: paid out, or taken off other bills."""


OWED = (Standing.DUE, Standing.PART_PAID, Standing.OVERDUE, Standing.COLLECTED)
BY_HAND = (Standing.DUE, Standing.PART_PAID, Standing.OVERDUE)


@dataclass(frozen=True, slots=True)
class Money:
    """A bill's amount and what is left of it, in øre; below 0 is the customer's."""

    to_pay_oere: int
    remaining_oere: int

    @property
    def paid_oere(self) -> int:
        """What has been paid of it, or given back, 0 or more."""
        return abs(self.to_pay_oere - self.remaining_oere)


def standing(money: Money, *, due_date: date, today: date, is_collected: bool = False) -> Standing:
    """How far a bill is. ``is_collected``: Betalingsservice was asked for it, and has not answered."""
    if not money.to_pay_oere:
        return Standing.NOTHING
    if money.to_pay_oere < 0:
        return Standing.TO_GET if money.remaining_oere < 0 else Standing.GIVEN
    if money.remaining_oere <= 0:
        return Standing.PAID
    if is_collected:
        return Standing.COLLECTED
    if due_date < today:
        return Standing.OVERDUE
    return Standing.PART_PAID if money.paid_oere else Standing.DUE
