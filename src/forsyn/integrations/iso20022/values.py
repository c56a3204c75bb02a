"""What a bank file tells: statements, and their entries. Amounts are whole øre; dates are the bank's local days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Message(StrEnum):
    """Which message of ISO 20022 the file is."""

    STATEMENT = "camt.053"
    """Everything booked on an account, with balances."""
    NOTICE = "camt.054"
    """Single credits and debits, often the payments of a batch that the statement has as one entry."""


class Direction(StrEnum):
    """Which way the money went, seen from the account: CreditDebitCode."""

    CREDIT = "CRDT"
    DEBIT = "DBIT"

    def signed(self, amount_oere: int) -> int:
        return amount_oere if self is Direction.CREDIT else -amount_oere


@dataclass(frozen=True, slots=True)
class Identity:
    """Which statement it is, as the bank names it; the same one twice is the same statement.

    ``account`` is an IBAN or the 14 digits of a Danish account, without blanks. ``page`` where a statement has several.
    """

    message: Message
    message_id: str
    statement_id: str
    account: str
    sequence_number: int | None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class StructuredReference:
    """A payment line that the payer's bank passed on.

    ``kind`` is ``"71"``, ``"75"``, ``"04"`` or ``"15"`` where the bank told it or the length does, else empty;
    ``number`` its digits (15 or 16), or the text as it came where it is no such number. The check digit is not tried.
    """

    kind: str
    number: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One booked movement of money, or one transaction of a batch.

    ``entry_number`` and ``transaction_number`` count from 1 within the statement and the entry; with the identity they
    name it for good. ``transaction_number`` is 0 where the entry is whole. ``amount_oere`` is never negative.
    ``reversal`` marks one that undoes another: its direction is already the reversed one. ``bank_reference`` is the
    bank's own (AcctSvcrRef), ``end_to_end_id`` the payer's. ``batch_count`` is above 0 where the bank booked so many
    payments as one and does not tell them apart here. ``return_reason`` is the code of a transfer that came back.
    """

    statement: Identity
    entry_number: int
    transaction_number: int
    booking_date: date
    value_date: date | None
    amount_oere: int
    direction: Direction
    reversal: bool
    bank_reference: str
    end_to_end_id: str
    references: tuple[StructuredReference, ...]
    text: str
    debtor_name: str
    return_reason: str = ""
    batch_count: int = 0

    @property
    def signed_oere(self) -> int:
        return self.direction.signed(self.amount_oere)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement or notice, read to its end and found right.

    ``digest`` is a SHA-256 of what it says, in hexadecimal: it stays when the bank sends it again in another message.
    ``entry_count`` counts what `Entry`s there are; ``not_booked`` what the bank has only announced. The balances are
    those of camt.053. ``is_copy``: the bank marks it as a copy or duplicate.
    """

    identity: Identity
    digest: str
    entry_count: int
    credit_oere: int
    debit_oere: int
    not_booked: int
    opening_oere: int | None
    closing_oere: int | None
    is_copy: bool
