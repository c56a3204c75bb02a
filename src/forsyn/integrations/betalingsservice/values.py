"""What deliveries of Betalingsservice say, apart from where in a record they say it.

Amounts are whole øre. Numbers that only name something (PBS number, agreement, customer) are text: zeros count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar


class SectionKind(StrEnum):
    """What a section holds; the value is the number in its first and last record."""

    COLLECTIONS = "0112"
    """Collected by Betalingsservice where there is an agreement; otherwise a payment slip is sent."""
    SLIPS = "0117"
    """Always a payment slip."""
    SLIPS_WITH_PAYMENT_ID = "0118"
    """Always a payment slip, with the creditor's own payment id."""
    AUTOMATIC_PAYMENTS = "0211"
    SLIP_PAYMENTS = "0215"
    ACTIVE_AGREEMENTS = "0210"
    CHANGED_AGREEMENTS = "0212"


class Outcome(StrEnum):
    """What became of a collection."""

    PAID = "paid"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    CHARGED_BACK = "charged back"


class AgreementEvent(StrEnum):
    """What a record says of an agreement; who cancelled it is part of that."""

    ACTIVE = "active"
    SIGNED_UP = "signed up"
    CANCELLED_BY_BANK = "cancelled by the bank"
    CANCELLED_BY_CREDITOR = "cancelled by the creditor"
    CANCELLED_BY_BETALINGSSERVICE = "cancelled by Betalingsservice"


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection (0601), with whom a slip goes to and what it says.

    ``amount_oere`` is negative for money to the debtor. ``payment_id``: 15 digits with check digit, in 0118 only.
    """

    customer_number: str
    due_date: date
    amount_oere: int
    name_lines: tuple[str, ...]
    """Name first, then the address: one to five lines of up to 35 characters."""
    postal_code: str
    country_code: str = "DK"
    agreement_number: str | None = None
    reference: str = ""
    """Comes back with the payment: up to 30 characters, of which slips return 9."""
    payment_id: str = ""
    text_lines: tuple[str, ...] = ()
    """Up to 60 characters each."""


@dataclass(frozen=True, slots=True)
class Payment:
    """What became of one collection (0602).

    ``amount_oere`` was collected, ``paid_oere`` was paid, or was paid back where the outcome is CHARGED_BACK.
    """

    outcome: Outcome
    customer_number: str
    due_date: date | None
    amount_oere: int
    reference: str = ""
    agreement_number: str | None = None
    """None for what was paid by a slip."""
    paid_date: date | None = None
    booked_date: date | None = None
    paid_oere: int = 0
    slip_kind: str = ""
    """Kortartkode of a slip, such as 71."""
    fee_oere: int = 0
    archive_reference: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """A payment agreement (0603) of a customer. ``until_date`` is None as long as none is told."""

    event: AgreementEvent
    customer_number: str
    agreement_number: str
    from_date: date | None
    until_date: date | None = None


Entry = TypeVar("Entry", Collection, Payment, Agreement)


@dataclass(frozen=True, slots=True)
class Section(Generic[Entry]):
    """Entries of one creditor and debtor group. The account and the heading belong to collections only."""

    kind: SectionKind
    pbs_number: str
    """8 digits."""
    debtor_group: str
    """5 digits."""
    entries: Sequence[Entry]
    created_date: date | None = None
    supplier_reference: str = ""
    registration_number: str = ""
    """4 digits, or none: then the account that was agreed on."""
    account_number: str = ""
    """10 digits, or none."""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Delivery(Generic[Entry]):
    """A whole file. Its number tells it from the others of the same supplier and type: keep it, to read it once."""

    supplier_number: str
    """8 digits: CVR or SE number of the data supplier."""
    subsystem: str
    """3 characters, as agreed: usually BS1."""
    number: str
    """10 digits."""
    created_date: date | None
    sections: Sequence[Section[Entry]]
