"""The list of bills as data: what is owed now and how it is paid, and each bill with how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from forsyn.domain.billing import bill_queries
from forsyn.domain.billing.bill_queries import BillRow, Unreleased
from forsyn.domain.ledger.queries import OpenItemView, open_items
from forsyn.domain.payments.mandate_queries import Betalingsservice, betalingsservice_of
from forsyn.domain.payments.own_queries import OwnCollection, collections_of, payouts_under_way_oere
from forsyn.integrations.fi.codec import PaymentLine
from forsyn.interfaces.portal import wording
from forsyn.interfaces.portal.betalingsservice import NOT_COLLECTED, Collected, how_collected
from forsyn.interfaces.portal.bill_states import BY_HAND, Money, Standing, standing
from forsyn.interfaces.portal.consents_page import reading_language
from forsyn.kernel.periods import Period
from forsyn.policy.vocabulary import Language
from forsyn.workflows.bill_numbers import money_text
from forsyn.workflows.bill_words import words
from forsyn.workflows.own_bills import payment_line

BADGES = {
    Standing.NOTHING: ("info", _lazy("Går lige op")),
    Standing.PAID: ("success", _lazy("Betalt")),
    Standing.DUE: ("info", _lazy("Ikke betalt endnu")),
    Standing.PART_PAID: ("info", _lazy("Delvis betalt")),
    Standing.OVERDUE: ("error", _lazy("Ikke betalt i tide")),
    Standing.COLLECTED: ("info", _lazy("Betalingsservice")),
    Standing.TO_GET: ("success", _lazy("Til gode")),
    Standing.GIVEN: ("success", _lazy("Givet tilbage")),
}


@dataclass(frozen=True, slots=True)
class Badge:
    """A mark with its colour in the design system."""

    colour: str
    text: str | Promise


@dataclass(frozen=True, slots=True)
class HowToPay:
    """The payment line of a bill, whole and in its parts."""

    kind: str
    payment_id: str
    creditor: str
    line: str


@dataclass(frozen=True, slots=True)
class BillLine:
    """One bill in words. ``amount`` is without sign; ``is_credit`` says that it is the customer's."""

    number: str
    title: str
    place: str
    period: str
    issued: str
    amount: str
    is_credit: bool
    badge: Badge
    state: str
    """When it is to be paid, or what is left of it; empty where the mark says all."""
    corrected: str
    href: str
    pdf: str
    standing: Standing
    remaining: str


@dataclass(frozen=True, slots=True)
class Owed:
    """What stands between us now. ``sign`` is above 0 where the customer owes, below where we do."""

    sign: int
    amount: str
    words: list[str]


@dataclass(frozen=True, slots=True)
class Next:
    """The bill to pay first."""

    bill: BillLine
    how: HowToPay | None


@dataclass(frozen=True, slots=True)
class BillsPage:
    """All that the template shows."""

    owed: Owed
    next: Next | None
    years: list[tuple[int, list[BillLine]]]
    newer: int
    older: int

    @property
    def is_empty(self) -> bool:
        return not self.years


Remaining = Mapping[int, int]
"""What is left of vouchers, in øre, by voucher; those with nothing left are not there."""


def bills_page(*, customer_id: int, today: date, page: int, size: int, is_on_hold: bool = False) -> BillsPage:
    """A page of the list; the first says also what to pay next. 8 queries at most.

    ``is_on_hold``: the customer's data are restricted, so that nothing new is collected.
    """
    agreed = betalingsservice_of(customer_id=customer_id)
    hidden = bill_queries.unreleased(customer_id=customer_id)
    open_now = without_hidden(open_items(customer_id=customer_id), hidden)
    rows = bill_queries.bills_of(customer_id=customer_id, offset=(page - 1) * size, limit=size + 1)
    shown = rows[:size]
    asked = _first_due(open_now)
    due = bill_queries.bills_with_vouchers(customer_id=customer_id, voucher_ids=asked) if asked else {}
    collected = collections_of(bill_ids={row.id for row in (*shown, *due.values())})
    by_betalingsservice = NOT_COLLECTED if is_on_hold else agreed
    told = _Told(today, remaining_of(open_now), collected, by_betalingsservice, reading_language())
    owed = _owed(open_now, payouts_under_way_oere(customer_id=customer_id), today, told.language)
    return BillsPage(
        owed=replace(owed, words=owed.words + how_collected(by_betalingsservice, today)),
        next=_next([due[voucher] for voucher in asked if voucher in due], told),
        years=[
            (year, [told.line(row) for row in found]) for year, found in groupby(shown, key=lambda r: r.issue_date.year)
        ],
        newer=page - 1,
        older=page + 1 if len(rows) > size else 0,
    )


def remaining_of(items: Sequence[OpenItemView]) -> Remaining:
    """What is left, by voucher."""
    left: dict[int, int] = {}
    for item in items:
        left[item.voucher_id] = left.get(item.voucher_id, 0) + item.remaining_oere
    return left


MOST_DUE = 20


def _first_due(items: Sequence[OpenItemView]) -> list[int]:
    """The vouchers that are owed, the oldest due first."""
    owed = sorted((item for item in items if item.remaining_oere > 0), key=lambda item: item.due_date or date.min)
    return list(dict.fromkeys(item.voucher_id for item in owed))[:MOST_DUE]


def _next(due: Sequence[BillRow], told: _Told) -> Next | None:
    """The first that is to be paid by hand; or else the first that will be collected."""
    if not due:
        return None
    lines = [(row, told.line(row)) for row in due]
    row, line = next(((row, line) for row, line in lines if line.standing in BY_HAND), lines[0])
    how = how_to_pay(payment_line(row)) if line.standing in BY_HAND else None
    return Next(line, how)


def how_to_pay(line: PaymentLine | None) -> HowToPay | None:
    """The payment line of a bill in its parts; None where the utility has no creditor number."""
    if line is None:
        return None
    return HowToPay(line.kind.value, line.payment_id, line.creditor_number, line.ocr_line)


def _owed(items: Sequence[OpenItemView], on_its_way_oere: int, today: date, language: Language) -> Owed:
    balance = sum(item.remaining_oere for item in items)
    overdue = sum(
        item.remaining_oere
        for item in items
        if item.remaining_oere > 0 and item.due_date is not None and item.due_date < today
    )
    credit = -sum(item.remaining_oere for item in items if item.remaining_oere < 0)
    said = []
    if overdue and overdue == balance:
        said.append(_("Beløbet skulle allerede have været betalt."))
    elif overdue:
        text = _("%(amount)s skulle allerede have været betalt.")
        said.append(text % {"amount": money_text(overdue, language)})
    if credit and balance > 0:
        text = _("Vi har trukket %(amount)s fra, som du har til gode.")
        said.append(text % {"amount": money_text(credit, language)})
    if on_its_way_oere:
        text = _("%(amount)s er på vej til dig.")
        said.append(text % {"amount": money_text(on_its_way_oere, language)})
    elif balance < 0:
        said.append(_("Vi trækker pengene fra på din næste regning, eller du kan få dem udbetalt. Skriv eller ring."))
    return Owed(sign=(balance > 0) - (balance < 0), amount=money_text(abs(balance), language), words=said)


@dataclass(frozen=True, slots=True)
class _Told:
    """What lines are written from."""

    today: date
    remaining: Remaining
    collected: Mapping[int, OwnCollection]
    agreed: Betalingsservice
    language: Language

    def line(self, row: BillRow) -> BillLine:
        left = self.remaining.get(row.voucher_id or 0, 0)
        collected = Collected(self.collected.get(row.id), self.agreed)
        return bill_line(row, left, collected, self.today, self.language)


def bill_line(row: BillRow, remaining_oere: int, collected: Collected, today: date, language: Language) -> BillLine:
    """One bill in words."""
    money = Money(row.to_pay_oere, remaining_oere)
    drawn = collected.day(row, today)
    how_far = standing(money, due_date=row.due_date, today=today, is_collected=drawn is not None)
    colour, mark = BADGES[how_far]
    return BillLine(
        number=str(row.number),
        title=bill_title(row, language),
        place=row.agreement_number,
        period=wording.period_text(Period(row.from_date, row.until_date)),
        issued=wording.long_date(row.issue_date),
        amount=money_text(abs(row.to_pay_oere), language),
        is_credit=row.to_pay_oere < 0,
        badge=Badge(colour, mark),
        state=_state(how_far, row, money, collected, drawn, language),
        corrected=_("Rettet af regning %(number)s") % {"number": row.corrected_by} if row.corrected_by else "",
        href=reverse("portal:bill", args=[row.number]),
        pdf=reverse("portal:bill_pdf", args=[row.number]),
        standing=how_far,
        remaining=money_text(abs(remaining_oere), language),
    )


def bill_title(row: BillRow, language: Language) -> str:
    """ "Årsopgørelse for fjernvarme"."""
    told = words(language)
    return told.of("titles", row.kind).format(commodity=told.of("commodities", row.commodity))


def _state(
    how_far: Standing, row: BillRow, money: Money, collected: Collected, drawn: date | None, language: Language
) -> str:
    due = wording.long_date(row.due_date)
    rest = money_text(money.remaining_oere, language)
    if drawn is not None and how_far is Standing.COLLECTED:
        return _("Trækkes den %(day)s") % {"day": wording.long_date(drawn)}
    if how_far in BY_HAND and collected.has_failed:
        return _("Betalingsservice kunne ikke trække beløbet. Betal selv senest den %(day)s") % {"day": due}
    if how_far is Standing.DUE and collected.is_too_late(row):
        return _("Betalingsservice kan ikke nå at trække beløbet. Betal selv senest den %(day)s") % {"day": due}
    if how_far is Standing.DUE:
        return _("Betal senest den %(day)s") % {"day": due}
    if how_far is Standing.PART_PAID:
        return _("Der mangler %(rest)s senest den %(day)s") % {"rest": rest, "day": due}
    if how_far is Standing.OVERDUE and money.paid_oere:
        return _("Der mangler %(rest)s, som skulle være betalt den %(day)s") % {"rest": rest, "day": due}
    if how_far is Standing.OVERDUE:
        return _("Skulle være betalt den %(day)s") % {"day": due}
    return ""


def without_hidden(items: Sequence[OpenItemView], hidden: Mapping[int, Unreleased]) -> list[OpenItemView]:
    """Open items of which the customer has heard."""
    return [item for item in items if item.voucher_id not in hidden]
