"""What may be posted, which debits a credit pays, and running balances. Pure; money is whole øre, debit above 0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from forsyn.kernel.money import kr_text

LONGEST_YEAR_MONTHS = 18
"""A first accounting year, or one that is moved, may be longer than twelve months (årsregnskabsloven § 15)."""


class NotPossible(ValueError):
    """The books do not take this; the message says why and what to do, in Danish."""


class AlreadyPosted(NotPossible):
    """A voucher of that origin is in the books."""


@dataclass(frozen=True, slots=True)
class Line:
    """One posting to be: the account's key, øre (debit above 0), the code of its VAT.

    ``due_date`` counts for what a customer owes; without one it is due on the posting date.
    """

    account: str
    amount_oere: int
    vat_code: str = ""
    text: str = ""
    due_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVoucher:
    """What is posted together. ``origin`` names what made it, once for all: ``bill:123``."""

    kind: str
    posting_date: date
    text: str
    origin: str
    lines: Sequence[Line]
    customer_id: int | None = None


def months_between(first: date, until: date) -> int:
    """The months that [first, until) reaches into, the last one begun counted as whole."""
    return (until.year - first.year) * 12 + until.month - first.month + (until.day > first.day)


def check(voucher: NewVoucher) -> None:
    """Raise NotPossible for a voucher that the database would refuse, with what is wrong in words."""
    if not voucher.text.strip() or not voucher.origin:
        raise NotPossible("Bilaget mangler en tekst eller en oprindelse. Skriv, hvad der bliver bogført.")
    if len(voucher.lines) < 2:
        raise NotPossible("Et bilag har mindst to linjer: hvad der går ind på én konto, går ud af en anden.")
    if any(line.amount_oere == 0 for line in voucher.lines):
        raise NotPossible("En linje er på 0 kr. Tag den ud af bilaget.")
    total = sum(line.amount_oere for line in voucher.lines)
    if total:
        raise NotPossible(
            f"Bilaget stemmer ikke: debet er {_kr(total)} kr. {'større' if total > 0 else 'mindre'} end kredit. "
            "Ret beløbene, så de går lige op."
        )


def _kr(oere: int) -> str:
    return kr_text(abs(oere)).replace(".", ",")


# -- what pays what -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Open:
    """What is left of a customer's posting: above 0 owed, below 0 paid and not used."""

    posting_id: int
    remaining_oere: int
    due_date: date | None


@dataclass(frozen=True, slots=True)
class Pair:
    """So much of a credit pays a debit."""

    credit_id: int
    debit_id: int
    amount_oere: int


def pair(items: Iterable[Open], *, first: Sequence[int] = ()) -> list[Pair]:
    """Let one customer's credits, the oldest first, pay the debits: those that the payer names, then the oldest due.

    ``first``: posting ids of debits in the payer's order. What cannot be paid stays open.
    """
    wished = {posting_id: place for place, posting_id in enumerate(first)}
    listed = list(items)
    credits = [item for item in listed if item.remaining_oere < 0]
    debits = [item for item in listed if item.remaining_oere > 0]
    credits.sort(key=lambda item: item.posting_id)
    debits.sort(
        key=lambda item: (
            wished.get(item.posting_id, len(wished)),
            item.due_date or date.min,
            item.posting_id,
        )
    )
    return list(_paid_in_order(credits, debits))


def _paid_in_order(credits: Sequence[Open], debits: Sequence[Open]) -> Iterator[Pair]:
    rest = {item.posting_id: item.remaining_oere for item in debits}
    waiting = iter(debits)
    debit = next(waiting, None)
    for credit in credits:
        left = -credit.remaining_oere
        while left and debit is not None:
            amount = min(left, rest[debit.posting_id])
            yield Pair(credit.posting_id, debit.posting_id, amount)
            left -= amount
            rest[debit.posting_id] -= amount
            if not rest[debit.posting_id]:
                debit = next(waiting, None)


# -- statements -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Movement:
    """One change of what a customer owes."""

    voucher_id: int
    number: int
    kind: str
    posting_date: date
    due_date: date | None
    text: str
    amount_oere: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A movement, and what is owed after it."""

    movement: Movement
    balance_oere: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A customer's account over [from_date, until_date): what was owed before, each movement, what is owed after."""

    from_date: date
    until_date: date
    opening_oere: int
    lines: tuple[StatementLine, ...] = field(default=())

    @property
    def closing_oere(self) -> int:
        """What is owed at the end; below 0 is the customer's."""
        return self.lines[-1].balance_oere if self.lines else self.opening_oere


def statement(
    *, from_date: date, until_date: date, balance_oere: int, later_oere: int, movements: Sequence[Movement]
) -> Statement:
    """Reckon back from today's balance, so that movements no longer kept change nothing.

    ``later_oere``: the sum of the movements from ``until_date`` on; ``movements``: those of the period, in order.
    """
    running = balance_oere - later_oere - sum(movement.amount_oere for movement in movements)
    opening, lines = running, []
    for movement in movements:
        running += movement.amount_oere
        lines.append(StatementLine(movement, running))
    return Statement(from_date, until_date, opening, tuple(lines))


# -- balances of a year ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountSums:
    """An account with its sums: what earlier years left on it, and this year's debit and credit (both 0 or more)."""

    number: int
    key: str
    name_da: str
    name_en: str
    kind: str
    earlier_oere: int
    debit_oere: int
    credit_oere: int


@dataclass(frozen=True, slots=True)
class TrialBalanceLine:
    """An account in a year's trial balance; debit above 0."""

    account: AccountSums
    opening_oere: int

    @property
    def closing_oere(self) -> int:
        """What stands on the account at the year's end."""
        return self.opening_oere + self.account.debit_oere - self.account.credit_oere


RESULT_KINDS = ("income", "expense")


def trial_balance(accounts: Sequence[AccountSums], *, retained: str) -> list[TrialBalanceLine]:
    """Open assets and liabilities with what earlier years left, income and expenses with nothing.

    The result of earlier years stands on the account with the key ``retained``. Openings and closings sum to zero.
    """
    result = sum(account.earlier_oere for account in accounts if account.kind in RESULT_KINDS)
    openings: Mapping[str, int] = {
        account.key: 0 if account.kind in RESULT_KINDS else account.earlier_oere for account in accounts
    }
    return [
        TrialBalanceLine(account, openings[account.key] + (result if account.key == retained else 0))
        for account in sorted(accounts, key=lambda account: account.number)
    ]
