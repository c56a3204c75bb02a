"""Whose an unplaced payment may be, and why: suggestions with their reasons, the best first. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from forsyn.kernel.danish import search_key

MOST = 5
LEAST_WORD = 3
MOST_WORDS = 40
"""Of what a payer wrote: names stand near the beginning."""
_NUMBERS = re.compile(r"[0-9]{3,18}", re.ASCII)
_WORDS = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


class Because(StrEnum):
    """What speaks for a customer."""

    BILL_NUMBER = "bill_number"
    """The number of an unpaid bill stands in what the payer wrote."""
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
    Because.PAID_BEFORE: 40,
    Because.NAME: 40,
    Because.BALANCE: 25,
    Because.AMOUNT: 25,
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
    """The numbers in a text, as bills and customers have them; a payment id counts without its check digit too."""
    found = set()
    for digits in _NUMBERS.findall(text):
        found.add(int(digits))
        if len(digits) in (15, 16):
            found.add(int(digits[:-1]))
    return found


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
    same_amount = [bill for bill in candidate.bills if bill.remaining_oere == payment.amount_oere]
    words, name_words = words_of(payment.written), words_of(candidate.name)
    is_called_so = bool(name_words) and words_of(payment.payer_name) == name_words
    told = {
        Because.BILL_NUMBER: named is not None,
        Because.CUSTOMER_NUMBER: candidate.number.isdigit() and int(candidate.number) in numbers,
        Because.PAID_BEFORE: bool(payment.payer_name) and payment.payer_name in candidate.payers,
        Because.NAME: is_called_so,
        Because.AMOUNT: bool(same_amount),
        Because.BALANCE: not same_amount and candidate.owed_oere == payment.amount_oere,
        Because.NAME_WORDS: not is_called_so and bool(words & name_words),
    }
    reasons = tuple(sorted((each for each, holds in told.items() if holds), key=lambda each: -_WEIGHTS[each]))
    bill = named or (same_amount[0] if len(same_amount) == 1 else None)
    return Suggestion(candidate.customer_id, candidate.number, candidate.name, bill, reasons)


def is_plain(suggestions: Sequence[Suggestion]) -> bool:
    """Whether one stands out, so that a page may put it first as the one to press."""
    if not suggestions or len(suggestions[0].reasons) < 2:
        return False
    return len(suggestions) == 1 or suggestions[0].weight >= 1.5 * suggestions[1].weight
