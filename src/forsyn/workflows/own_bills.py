"""A released bill as the document that its own customer reads on the screen and as PDF; nothing is reckoned again.

The caller has entered a purpose that may see the customer's bills and consumption (self-service), and has found the
bill to be that customer's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from forsyn.domain.billing import bill_queries
from forsyn.domain.billing.basis_rules import METERED_AS, REGISTER_OF
from forsyn.domain.billing.bill_queries import BillFile, BillRow, SupplyOf
from forsyn.domain.billing.plan_queries import degree_days
from forsyn.domain.billing.plan_rules import CUSTOM
from forsyn.domain.billing.tariff_queries import texts_of
from forsyn.domain.customers.queries import customer_overview
from forsyn.domain.metering.stretch_queries import months_within, mounted_registers, sums
from forsyn.domain.metering.stretches import Asked, Place
from forsyn.domain.metering.thinning_queries import closed
from forsyn.integrations.fi.codec import PaymentLine, SlipKind, build
from forsyn.kernel.calendar import same_day_a_year_before
from forsyn.kernel.charges.basis import OnAccount
from forsyn.kernel.charges.bill import Bill
from forsyn.kernel.charges.canonical import basis_from, bill_from
from forsyn.kernel.charges.tariff import Commodity
from forsyn.kernel.deadlines import months_after
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Language
from forsyn.workflows.bill_complaints import complaints
from forsyn.workflows.bill_document import BillDocument, IncompleteDocument, document_of, on_account_document_of
from forsyn.workflows.bill_parts import (
    Addressee,
    BillFacts,
    BillReference,
    Deduction,
    DegreeDays,
    DocumentKind,
    Month,
    PostalAddress,
    Utility,
)
from forsyn.workflows.declarations import current_policy

ONE_DAY = timedelta(days=1)
UNITS = {
    Commodity.HEAT: BaseUnit.WATT_HOURS,
    Commodity.WATER: BaseUnit.LITRES,
    Commodity.WASTE_WATER: BaseUnit.LITRES,
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the caller knows of the customer already, so that nothing is asked."""

    name: str
    number: str


def own_bill(
    found: BillFile, *, customer_id: int, language: Language, is_collected: bool = False, customer: Known | None = None
) -> BillDocument:
    """The document of a bill in a language. 12 queries at most. Raises IncompleteDocument, UnreadableBasis.

    ``found`` is of `bill_queries.bill_file`; ``is_collected``: Betalingsservice was asked for it.
    """
    row = found.row
    facts = _facts(found, customer_id, language, is_collected=is_collected, customer=customer)
    if found.basis is None or found.calculation is None:
        return on_account_document_of(
            facts=facts,
            commodity=Commodity(row.commodity),
            agreement=row.agreement_number,
            from_date=row.from_date,
            until_date=row.until_date,
            net_oere=row.net_oere,
            vat_oere=row.vat_oere,
            vat_percent=found.vat_percent,
        )
    bill = bill_from(found.calculation.encode())
    months, unit = _months(found)
    texts = texts_of(version_ids=[found.tariff_version_id] if found.tariff_version_id else [])
    with_weather = unit is BaseUnit.WATT_HOURS and any(month.before is not None for month in months)
    facts = replace(
        facts,
        texts=next(iter(texts.values()), {}),
        deductions=_deductions(row, bill, customer_id),
        months=months,
        month_unit=unit,
        degree_days=_degree_days(row) if with_weather else None,
    )
    return document_of(bill, basis_from(found.basis.encode()), facts)


def _facts(
    found: BillFile, customer_id: int, language: Language, *, is_collected: bool, customer: Known | None
) -> BillFacts:
    row, supply = found.row, _supply(found)
    address = PostalAddress(supply.first_line, supply.postal_code, supply.city)
    if customer is None:
        seen = customer_overview(customer_id=customer_id, today=row.issue_date)
        customer = Known(seen.name, seen.number)
    return BillFacts(
        kind=DocumentKind(row.kind),
        number=str(row.number),
        issue_date=row.issue_date,
        due_date=row.due_date,
        utility=utility_of(current_policy()),
        addressee=Addressee(customer.name, address, customer.number, language),
        supply_address=address,
        payment_line=payment_line(row),
        by_betalingsservice=is_collected,
        complaints=complaints().get(Commodity(row.commodity)),
    )


def _supply(found: BillFile) -> SupplyOf:
    if found.supply is None:
        raise IncompleteDocument(f"bill {found.row.number}: read it with bill_queries.bill_file, which says where.")
    return found.supply


def utility_of(policy: Policy) -> Utility:
    """Who bills: the company itself."""
    contact = policy.controller.contact
    return Utility(
        name=contact.name.da,
        cvr=policy.controller.cvr,
        address=PostalAddress(contact.street, contact.postal_code, contact.city),
        phone=contact.phone,
        email=contact.email,
        website=contact.website,
    )


def payment_line(row: BillRow) -> PaymentLine | None:
    """What a bill is paid by; None where there is nothing to pay, or no creditor number. 1 query."""
    creditor = bill_queries.creditor_on(row.issue_date) if row.to_pay_oere > 0 else None
    if creditor is None:
        return None
    return build(SlipKind.FI_71, number=row.number, creditor_number=creditor.fi_creditor)


# -- what is taken off --------------------------------------------------------------------------------------------


def _deductions(row: BillRow, bill: Bill, customer_id: int) -> tuple[Deduction, ...]:
    """The bills on account, one by one where they come to what was taken off; and what a correction corrects."""
    told: list[Deduction] = []
    if bill.on_account != OnAccount():
        billed = bill_queries.on_account_bills(
            customer_id=customer_id,
            agreement_id=row.agreement_id,
            from_date=row.from_date,
            until_date=row.until_date,
        )
        told = [Deduction(_reference(each), each.net_oere, each.vat_oere) for each in billed]
        if OnAccount(sum(each.net_oere for each in told), sum(each.vat_oere for each in told)) != bill.on_account:
            told = [Deduction(BillReference(""), bill.on_account.net_oere, bill.on_account.vat_oere)]
    if row.corrects_id is not None:
        told.append(_corrected(row, bill, customer_id))
    return tuple(told)


def _corrected(row: BillRow, bill: Bill, customer_id: int) -> Deduction:
    """All that was asked for before of the same days: the correction's own amounts are the difference to it."""
    chain = bill_queries.chain_of(customer_id=customer_id, bill_id=row.id)
    earlier = next((each for each in chain if each.id == row.corrects_id), None)
    return Deduction(
        _reference(earlier) if earlier else BillReference(""),
        bill.net_oere - bill.on_account.net_oere - (row.net_oere - row.on_account_net_oere),
        bill.vat_oere - bill.on_account.vat_oere - (row.vat_oere - row.on_account_vat_oere),
        is_instalment=False,
    )


def _reference(row: BillRow) -> BillReference:
    return BillReference(str(row.number), row.issue_date)


# -- month by month -----------------------------------------------------------------------------------------------


def _months(found: BillFile) -> tuple[tuple[Month, ...], BaseUnit]:
    """What was used in each month of the bill and in the same a year before, as far as the agreement is the same."""
    row, since = found.row, _supply(found).since
    unit = UNITS.get(Commodity(row.commodity))
    if unit is None or (row.until_date - row.from_date).days < MANY_DAYS:
        return (), BaseUnit.WATT_HOURS
    now = _month_starts(row.from_date, row.until_date)
    before = {first: _back(first) for first in now}
    stretches = {first: _end(first, row.until_date) for first in now}
    stretches |= {back: _back(stretches[first]) for first, back in before.items() if back >= since}
    known = _used(found, REGISTER_OF[unit], stretches)
    return tuple(Month(first, known.get(first), known.get(before[first])) for first in now), unit


MANY_DAYS = 60
"""Of fewer days than this a graph by months would tell nothing."""


def _month_starts(first: date, until: date) -> list[date]:
    found = [first]
    while (following := months_after(found[-1].replace(day=1), 1)) < until:
        found.append(following)
    return found


def _end(first: date, until: date) -> date:
    return min(months_after(first.replace(day=1), 1), until)


def _back(day: date) -> date:
    return same_day_a_year_before(day) or date(day.year - 1, 3, 1)


def _used(found: BillFile, code: str, stretches: dict[date, date]) -> dict[date, int]:
    """What is wholly known of each stretch, by its first day. 4 queries at most."""
    commodity = METERED_AS.get(found.row.commodity, found.row.commodity)
    span = min(stretches), max(stretches.values())
    mounted = mounted_registers([Place(0, _supply(found).supply_point_id, commodity, *span)], [code])
    asked, of = [], []
    for first, until in stretches.items():
        for register in mounted:
            begins, ends = max(first, register.first), min(until, register.until)
            if begins < ends:
                asked.append(
                    Asked(
                        register.meter_id, register.register, register.is_counter, begins, ends,
                        register.mounted_first, register.mounted_until,
                    )
                )  # fmt: skip
                of.append(first)
    return _whole(stretches, asked, of)


def _whole(stretches: dict[date, date], asked: list[Asked], of: list[date]) -> dict[date, int]:
    amounts: dict[date, int] = {}
    days: dict[date, int] = {}
    for each, summed, first in zip(asked, sums(asked), of, strict=True):
        if summed.is_plain(each):
            amounts[first] = amounts.get(first, 0) + summed.total
            days[first] = days.get(first, 0) + (each.until - each.first).days
    gone_before = closed().days if len(days) < len(stretches) else None
    old = [place for place, each in enumerate(asked) if gone_before is not None and each.first < gone_before]
    for month in months_within([asked[place] for place in old]):
        first = of[old[month.asked]]
        if month.is_whole and first not in days:
            amounts[first], days[first] = month.total, (month.until - month.first).days
    return {first: amount for first, amount in amounts.items() if days[first] == (stretches[first] - first).days}


def _degree_days(row: BillRow) -> DegreeDays | None:
    """How cold it was, and how cold the year before. 2 queries."""
    now = degree_days(first=row.from_date, until=row.until_date)
    before = degree_days(
        first=_back(row.from_date), until=_back(row.until_date - timedelta(days=1)) + timedelta(days=1)
    )
    if now is None or before is None:
        return None
    return DegreeDays(now.actual, before.actual, CUSTOM.weather_share * 100)
