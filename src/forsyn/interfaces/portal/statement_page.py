"""A customer's account in a year (kontoudtog): what was billed, what was paid, and what was owed after each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from forsyn.domain.billing import bill_queries
from forsyn.domain.billing.bill_queries import BillRow, Unreleased
from forsyn.domain.ledger.models import VoucherKind
from forsyn.domain.ledger.queries import statement_of
from forsyn.domain.ledger.rules import Movement, Statement, StatementLine
from forsyn.interfaces.portal import csv_export, wording
from forsyn.interfaces.portal.bills_page import bill_title
from forsyn.interfaces.portal.consents_page import reading_language
from forsyn.kernel.calendar import year_period
from forsyn.policy.vocabulary import Language
from forsyn.workflows.bill_numbers import amount_text, money_text, short_day_text

OERE_IN_KR = 100
KINDS: Mapping[str, str | Promise] = {
    VoucherKind.BILL: _lazy("Regning"),
    VoucherKind.CREDIT_NOTE: _lazy("Penge tilbage"),
    VoucherKind.CORRECTION: _lazy("Rettelse"),
    VoucherKind.PAYMENT: _lazy("Betaling fra dig"),
    VoucherKind.PAYOUT: _lazy("Udbetaling til dig"),
    VoucherKind.RETURN: _lazy("Betaling, der blev ført tilbage"),
}
OTHER = _lazy("Postering")


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement in words. ``owed`` adds to what is owed, ``paid`` takes off; one of them is empty."""

    day: str
    iso_day: str
    text: str
    href: str
    owed: str
    paid: str
    balance: str
    amount_oere: int
    balance_oere: int
    number: int | None


@dataclass(frozen=True, slots=True)
class StatementPage:
    """All that the template shows."""

    year: int
    opening: str
    opened: str
    entries: list[Entry]
    closing: str
    closed: str
    years: list[int]
    """Those that have a page, the newest first."""


def years_of(*, customer_id: int, today: date) -> list[int]:
    """The years with something on the account, and this one. 1 query."""
    first = bill_queries.first_booked_date(customer_id=customer_id)
    return list(range(today.year, (min(first, today) if first else today).year - 1, -1))


def statement_page(*, customer_id: int, year: int, years: list[int], today: date) -> StatementPage:
    """A year's account. 5 queries."""
    language = reading_language()
    found = _told_statement(customer_id, year)
    bills = bill_queries.bills_with_vouchers(
        customer_id=customer_id, voucher_ids=[line.movement.voucher_id for line in found.lines]
    )
    last = min(found.until_date - timedelta(days=1), today)
    return StatementPage(
        year=year,
        opening=_balance(found.opening_oere, language),
        opened=wording.long_date(found.from_date),
        entries=[_entry(line, bills.get(line.movement.voucher_id), language) for line in found.lines],
        closing=_balance(found.closing_oere, language),
        closed=wording.long_date(last),
        years=years,
    )


def _told_statement(customer_id: int, year: int) -> Statement:
    period = year_period(year)
    if period.until is None:
        raise ValueError(f"{year} has no end")
    found = statement_of(customer_id=customer_id, from_date=period.first, until_date=period.until)
    return without(found, bill_queries.unreleased(customer_id=customer_id))


def without(found: Statement, hidden: Mapping[int, Unreleased]) -> Statement:
    """The statement as if some vouchers were not in the books yet."""
    before = sum(one.amount_oere for one in hidden.values() if one.posting_date < found.from_date)
    running = found.opening_oere - before
    opening, lines = running, []
    for line in found.lines:
        if line.movement.voucher_id not in hidden:
            running += line.movement.amount_oere
            lines.append(StatementLine(line.movement, running))
    return replace(found, opening_oere=opening, lines=tuple(lines))


def _entry(line: StatementLine, bill: BillRow | None, language: Language) -> Entry:
    movement = line.movement
    amount = amount_text(abs(movement.amount_oere), language)
    return Entry(
        day=short_day_text(movement.posting_date, language),
        iso_day=movement.posting_date.isoformat(),
        text=_text(movement, bill, language),
        href=reverse("portal:bill", args=[bill.number]) if bill else "",
        owed=amount if movement.amount_oere > 0 else "",
        paid=amount if movement.amount_oere < 0 else "",
        balance=_balance(line.balance_oere, language, bare=True),
        amount_oere=movement.amount_oere,
        balance_oere=line.balance_oere,
        number=bill.number if bill else None,
    )


def _text(movement: Movement, bill: BillRow | None, language: Language) -> str:
    if bill is None:
        return str(KINDS.get(movement.kind, OTHER))
    return _("%(title)s, regning %(number)s") % {"title": bill_title(bill, language), "number": bill.number}


def _balance(oere: int, language: Language, *, bare: bool = False) -> str:
    """A minus says that the money is the customer's."""
    return amount_text(oere, language) if bare else money_text(oere, language)


def statement_file(page: StatementPage) -> Iterator[str]:
    """The same as a CSV file."""
    header = [_("Dato"), _("Tekst"), _("Regningsnummer"), _("Beløb (kr.)"), _("Saldo (kr.)")]
    rows = (
        [entry.iso_day, entry.text, str(entry.number or ""), _kr(entry.amount_oere), _kr(entry.balance_oere)]
        for entry in page.entries
    )
    return csv_export.pieces(header, rows)


def _kr(oere: int) -> str:
    """With a decimal comma, as spreadsheets here read it."""
    whole, rest = divmod(abs(oere), OERE_IN_KR)
    return f"{'-' if oere < 0 else ''}{whole},{rest:02d}"


def file_name(year: int) -> str:
    """Nothing in it tells whose it is."""
    return _("kontoudtog-%(year)s.csv") % {"year": year}
