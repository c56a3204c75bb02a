"""Whose an unplaced payment may be, and why: suggestions with their reasons, the best first. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import stdnum.luhn

from forsyn.kernel.danish import search_key

MOST = 5
LEAST_WORD = 3
MOST_WORDS = 40
"""Of what a payer wrote: names stand near the beginning."""
ID_LENGTHS = (15, 16)
_NUMBERS = re.compile(r"[0-9]{3,18}", re.ASCII)
_WORDS = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


class Because(StrEnum):
    """What speaks for a customer."""

    BILL_NUMBER = "bill_number"
    """The number of an unpaid bill stands in what the payer wrote."""
    UNDONE_BILL = "undone_bill"
    """The payment id is that of a bill that was undone."""
    NEAR_NUMBER = "near_number"
    """The payment id cannot be right, and with one slip mended it is that of an unpaid bill."""
    CUSTOMER_NUMBER = "customer_number"
    AMOUNT = "amount"
    """An unpaid bill has just this amount."""
    BALANCE = "balance"
    """All that is owed is just this amount."""
    PAID_BEFORE = "paid_before"
    """The same payer has paid for this customer before."""
    NAME = "name"
    """The payer is called as the customer is."""
    NAME_WORDS = "name_words"
    """Words of the customer's name stand in what the payer wrote."""


_WEIGHTS = {
    Because.BILL_NUMBER: 60,
    Because.CUSTOMER_NUMBER: 50,
    Because.UNDONE_BILL: 50,
    Because.PAID_BEFORE: 40,
    Because.NAME: 40,
    Because.BALANCE: 25,
    Because.AMOUNT: 25,
    Because.NEAR_NUMBER: 25,
    Because.NAME_WORDS: 15,
}


@dataclass(frozen=True, slots=True)
class Unplaced:
    """What is known of a payment."""

    amount_oere: int
    payer_name: str
    text: str
    payment_id: str

    @property
    def written(self) -> str:
        """All that the payer wrote."""
        return " ".join((self.payer_name, self.text, self.payment_id))


@dataclass(frozen=True, slots=True)
class OpenBill:
    """A bill that is not wholly paid."""

    bill_id: int
    number: int
    remaining_oere: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer who may be meant."""

    customer_id: int
    number: str
    name: str
    owed_oere: int
    bills: tuple[OpenBill, ...] = ()
    payers: frozenset[str] = frozenset()
    """Who has paid for this customer before."""
    undone: frozenset[int] = frozenset()
    """The numbers of bills that were undone, of those that are asked for."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A customer, the bill that is paid if one stands out, and the reasons, the strongest first."""

    customer_id: int
    number: str
    name: str
    bill: OpenBill | None
    reasons: tuple[Because, ...]

    @property
    def weight(self) -> int:
        """How much speaks for it."""
        return sum(_WEIGHTS[reason] for reason in self.reasons)


def numbers_in(text: str) -> set[int]:
    """The numbers in a text, as bills and customers have them; a payment id that is right without its check digit."""
    found = set()
    for digits in _NUMBERS.findall(text):
        found.add(int(digits))
        if is_payment_id(digits):
            found.add(int(digits[:-1]))
    return found


def is_payment_id(digits: str) -> bool:
    """Whether it is as long as a payment id, and its check digit is right."""
    return len(digits) in ID_LENGTHS and stdnum.luhn.is_valid(digits)


def near_numbers(text: str) -> set[int]:
    """Whose payment ids of a wrong check digit may be: one digit is another, or two have changed places."""
    found: set[int] = set()
    for digits in _NUMBERS.findall(text):
        if len(digits) in ID_LENGTHS and not is_payment_id(digits):
            found |= {int(near[:-1]) for near in _one_slip_from(digits) if is_payment_id(near)}
    return found - {0}


def _one_slip_from(digits: str) -> Iterator[str]:
    for at, digit in enumerate(digits):
        yield from (digits[:at] + other + digits[at + 1 :] for other in "0123456789" if other != digit)
        if at and digits[at - 1] != digit:
            yield digits[: at - 1] + digit + digits[at - 1] + digits[at + 1 :]


def words_of(text: str) -> set[str]:
    """The words of a text as searches compare them, without the short ones."""
    return {word for word in _WORDS.findall(search_key(text)) if len(word) >= LEAST_WORD}


def names_in(text: str) -> set[str]:
    """Two to four words that stand beside each other, as a name may."""
    words = _WORDS.findall(text)[:MOST_WORDS]
    return {" ".join(words[at : at + count]) for count in (2, 3, 4) for at in range(len(words) - count + 1)}


def suggest(payment: Unplaced, candidates: Iterable[Candidate]) -> list[Suggestion]:
    """At most `MOST` customers, by how much speaks for each; nobody for whom only the amount does, if many have it."""
    found = [suggestion for candidate in candidates if (suggestion := _of(payment, candidate)).reasons]
    only_amount = [each for each in found if set(each.reasons) <= {Because.AMOUNT, Because.BALANCE}]
    if len(only_amount) > MOST:
        found = [each for each in found if each not in only_amount]
    return sorted(found, key=lambda each: (-each.weight, each.number))[:MOST]


def _of(payment: Unplaced, candidate: Candidate) -> Suggestion:
    numbers = numbers_in(payment.written)
    named = next((bill for bill in candidate.bills if bill.number in numbers), None)
    near = near_numbers(payment.written)
    nearly = [bill for bill in candidate.bills if bill.number in near]
    same_amount = [bill for bill in candidate.bills if bill.remaining_oere == payment.amount_oere]
    words, name_words = words_of(payment.written), words_of(candidate.name)
    is_called_so = bool(name_words) and words_of(payment.payer_name) == name_words
    told = {
        Because.BILL_NUMBER: named is not None,
        Because.UNDONE_BILL: bool(candidate.undone & numbers),
        Because.NEAR_NUMBER: bool(nearly),
        Because.CUSTOMER_NUMBER: candidate.number.isdigit() and int(candidate.number) in numbers,
        Because.PAID_BEFORE: bool(payment.payer_name) and payment.payer_name in candidate.payers,
        Because.NAME: is_called_so,
        Because.AMOUNT: bool(same_amount),
        Because.BALANCE: not same_amount and candidate.owed_oere == payment.amount_oere,
        Because.NAME_WORDS: not is_called_so and bool(words & name_words),
    }
    reasons = tuple(sorted((each for each, holds in told.items() if holds), key=lambda each: -_WEIGHTS[each]))
    bill = named or _only(nearly) or _only(same_amount)
    return Suggestion(candidate.customer_id, candidate.number, candidate.name, bill, reasons)


def _only(bills: Sequence[OpenBill]) -> OpenBill | None:
    return bills[0] if len(bills) == 1 else None


def is_plain(suggestions: Sequence[Suggestion]) -> bool:
    """Whether one stands out, so that a page may put it first as the one to press."""
    if not suggestions or len(suggestions[0].reasons) < 2:
        return False
    return len(suggestions) == 1 or suggestions[0].weight >= 1.5 * suggestions[1].weight
