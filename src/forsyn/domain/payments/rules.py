"""Whose a movement of money is, whether it was told before, and why it is set aside. Pure; money is whole øre."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from forsyn.domain.ledger.rules import NotPossible as NotPossible

SEPARATOR = "\x1f"


class AlreadyRead(NotPossible):
    """The file was read before."""


class Aside(StrEnum):
    """Why a movement waits for a person."""

    NO_REFERENCE = "no_reference"
    WRONG_REFERENCE = "wrong_reference"
    """The payment id is none: its check digit is wrong, or it has too few digits."""
    UNKNOWN_BILL = "unknown_bill"
    UNDONE_BILL = "undone_bill"
    SEVERAL_BILLS = "several_bills"
    DEBIT = "debit"
    """Money that left the account, and not by a payout of ours."""
    REVERSAL = "reversal"
    """It takes a payment back, and which one is not known."""
    OTHER_AMOUNT = "other_amount"
    """It names a payout of ours, and has another amount."""
    ALIKE = "alike"
    """The same day and amount came in another file, and nothing tells whether it is the same money."""
    SUM = "sum"
    """The bank booked many payments as one sum, and has not told them yet."""
    SUM_PERHAPS = "sum_perhaps"
    """Just what payments that were told one by one come to, on the same day."""
    UNDONE = "undone"
    """A person took back whose it was."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement of money as it was told. ``amount_oere`` above 0 came in.

    ``references`` are payment ids as they came; ``told_numbers`` the bills' numbers in those that are right in
    themselves. ``place`` names it within what told it, the same whenever that is sent again; ``statement`` that, and
    ``told_by`` which message it is. ``is_sum``: many payments that are told elsewhere. ``takes_back``: the bank marks
    it as undoing another.
    """

    place: str
    account: str
    booked_date: date
    amount_oere: int
    bank_reference: str = ""
    end_to_end_id: str = ""
    references: tuple[str, ...] = ()
    told_numbers: tuple[int, ...] = ()
    payer_name: str = ""
    text: str = ""
    part_of: str = ""
    is_sum: bool = False
    takes_back: bool = False
    statement: str = ""
    told_by: str = ""

    @property
    def payment_id(self) -> str:
        """The first reference, as it is kept."""
        return self.references[0] if self.references else ""


def digest(*parts: object) -> str:
    """SHA-256 of some texts, in hexadecimal."""
    return hashlib.sha256(SEPARATOR.join(map(str, parts)).encode()).hexdigest()


def marks(movements: Iterable[Movement]) -> Iterator[str]:
    """A mark for each, the same in whatever file it is told again.

    Where the bank names a movement, its own reference does, with account, day, amount and payment id; of several that
    are alike in a statement the first is the first again, so that two statements of one file that tell the same day
    count it once. Where the bank does not name it, its place in the statement does.
    """
    alike: Counter[tuple[str, str]] = Counter()
    for movement in movements:
        named = _named(movement)
        alike[movement.statement, named] += 1
        yield digest(named, alike[movement.statement, named])


def _named(movement: Movement) -> str:
    if not movement.bank_reference:
        return digest("place", movement.place)
    return digest(
        "reference",
        movement.account,
        movement.booked_date.isoformat(),
        movement.amount_oere,
        movement.bank_reference,
        movement.end_to_end_id,
        *movement.references,
    )


# -- what becomes of it ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BillFacts:
    """A bill that a payment names."""

    id: int
    number: int
    customer_id: int
    is_booked: bool
    voucher_id: int | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """A movement that was kept before, on the same day with the same amount; or the payment that one takes back.

    ``told_by``: the kind of file that told it; ``part_of`` as on the movement.
    """

    id: int
    bank_reference: str
    payment_id: str
    payer_name: str
    told_by: str = ""
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class PayoutFacts:
    """A payout of ours that was sent, by its end-to-end id."""

    id: int
    amount_oere: int
    state: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside a file, for all of its movements."""

    marks: frozenset[str] = frozenset()
    bills: Mapping[int, BillFacts] = field(default_factory=dict)
    alike: Mapping[tuple[date, int], Sequence[Earlier]] = field(default_factory=dict)
    payouts: Mapping[str, PayoutFacts] = field(default_factory=dict)
    paid: Mapping[tuple[str, int], Sequence[Earlier]] = field(default_factory=dict)
    """Payments that stand, by payment id and amount: one of them may be taken back."""
    told_sums: Mapping[tuple[date, int], str] = field(default_factory=dict)
    """``part_of`` of payments that were told one by one, by the day and amount of their sum."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a movement: a state of `Receipt`, and what it rests on. ``bills``: those it names, in order."""

    state: str
    reason: str = ""
    bills: tuple[BillFacts, ...] = ()
    payout: PayoutFacts | None = None
    takes_back: Earlier | None = None
    part_of: str = ""

    @property
    def bill(self) -> BillFacts | None:
        """The one that is named first."""
        return self.bills[0] if self.bills else None


def fates(movements: Iterable[Movement], known: Known) -> Iterator[Fate]:
    """What becomes of movements that no file has told before. Nothing is taken back, paid out or summed up twice."""
    used: set[object] = set()
    beside = _InThisFile()
    for movement in movements:
        found = Fate("doubtful", Aside.ALIKE) if beside.may_have_told(movement) else fate(movement, known)
        once = _once(movement, found)
        if once is not None and once in used:
            state, reason = ("announced", Aside.SUM) if found.state == "told" else ("suspense", Aside.REVERSAL)
            found = Fate(state, reason)
        used.add(once)
        yield found


class _InThisFile:
    """The movements of a file so far: two of its statements may tell the same day."""

    def __init__(self) -> None:
        self._told: dict[tuple[date, int, str], list[Movement]] = {}

    def may_have_told(self, movement: Movement) -> bool:
        """Whether another statement of the file has told the same; and remember this one."""
        alike = self._told.setdefault((movement.booked_date, movement.amount_oere, movement.account), [])
        found = any(_may_be(movement, _kept(other)) for other in alike if other.statement != movement.statement)
        alike.append(movement)
        return found


def _kept(movement: Movement) -> Earlier:
    return Earlier(
        0, movement.bank_reference, movement.payment_id, movement.payer_name, movement.told_by, movement.part_of
    )


def _once(movement: Movement, found: Fate) -> object:
    """What only one movement can be."""
    if found.takes_back is not None:
        return "takes back", found.takes_back.id
    if found.payout is not None:
        return "payout", found.payout.id, movement.amount_oere > 0
    return found.part_of or None


def fate(movement: Movement, known: Known) -> Fate:
    """What becomes of one movement, for itself."""
    if movement.end_to_end_id in known.payouts:
        return _of_payout(movement, known.payouts[movement.end_to_end_id])
    same = (movement.booked_date, movement.amount_oere)
    if any(_may_be(movement, earlier) for earlier in known.alike.get(same, ())):
        return Fate("doubtful", Aside.ALIKE)
    told = known.told_sums.get(same, "")
    if movement.is_sum:
        return Fate("told", part_of=told) if told else Fate("announced", Aside.SUM)
    if told and not movement.references:
        return Fate("suspense", Aside.SUM_PERHAPS)
    return _taken_back(movement, known) if movement.amount_oere < 0 else _paid(movement, known.bills)


def _of_payout(movement: Movement, payout: PayoutFacts) -> Fate:
    left = movement.amount_oere == -payout.amount_oere and payout.state in ("sent", "failed")
    back = movement.amount_oere == payout.amount_oere and payout.state in ("sent", "paid")
    return Fate("settled", payout=payout) if left or back else Fate("suspense", Aside.OTHER_AMOUNT)


def _may_be(movement: Movement, earlier: Earlier) -> bool:
    """Nothing tells two payments of a day and amount apart, or the bank names both alike.

    A statement and a notice may name the same money in two ways, and one may tell less of it than the other.
    """
    if movement.bank_reference and movement.bank_reference == earlier.bank_reference:
        return True
    if _in_another_message(movement, earlier):
        return _no_other(movement.payment_id, earlier.payment_id) and _no_other(movement.payer_name, earlier.payer_name)
    if movement.bank_reference and earlier.bank_reference:
        return False
    return movement.payment_id == earlier.payment_id and movement.payer_name == earlier.payer_name


def _in_another_message(movement: Movement, earlier: Earlier) -> bool:
    """Both whole, one in a statement, one in a notice: parts of a sum stand in the other as the sum."""
    told = {movement.told_by, earlier.told_by} - {""}
    return len(told) == 2 and not movement.part_of and not earlier.part_of


def _no_other(one: str, other: str) -> bool:
    return not one or not other or one.casefold() == other.casefold()


def _taken_back(movement: Movement, known: Known) -> Fate:
    paid = known.paid.get((movement.payment_id, -movement.amount_oere), ()) if movement.payment_id else ()
    if len(paid) == 1:
        return Fate("matched", takes_back=paid[0])
    return Fate("suspense", Aside.REVERSAL if movement.takes_back or movement.references else Aside.DEBIT)


def _paid(movement: Movement, bills: Mapping[int, BillFacts]) -> Fate:
    if not movement.references:
        return Fate("suspense", Aside.NO_REFERENCE)
    if not movement.told_numbers:
        return Fate("suspense", Aside.WRONG_REFERENCE)
    asked = dict.fromkeys(movement.told_numbers)
    known = tuple(bill for number in asked if (bill := bills.get(number)) is not None)
    standing = [bill for bill in known if bill.is_booked]
    if len(standing) == len(asked) and len({bill.customer_id for bill in standing}) == 1:
        return Fate("matched", bills=known)
    if len(asked) > 1:
        return Fate("suspense", Aside.SEVERAL_BILLS)
    return Fate("suspense", Aside.UNDONE_BILL if known else Aside.UNKNOWN_BILL)


# -- what was booked as one sum --------------------------------------------------------------------------------------


def sums(movements: Iterable[Movement]) -> dict[tuple[date, int], str]:
    """Payments that belong together, by the day and amount of their sum; not those whose sum says nothing for sure."""
    parts: dict[str, list[Movement]] = {}
    for movement in movements:
        if movement.part_of and not movement.is_sum:
            parts.setdefault(movement.part_of, []).append(movement)
    found: dict[tuple[date, int], list[str]] = {}
    for part_of, members in parts.items():
        days = {member.booked_date for member in members}
        if len(days) == 1:
            key = (days.pop(), sum(member.amount_oere for member in members))
            found.setdefault(key, []).append(part_of)
    return {key: several[0] for key, several in found.items() if len(several) == 1}
