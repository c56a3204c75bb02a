"""A released bill as the document that its own customer reads on the screen and as PDF; nothing is reckoned again.

The caller has entered a purpose that may see the customer's bills and consumption (self-service), and has found the
bill to be that customer's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from forsyn.domain.billing import bill_queries
from forsyn.domain.billing.bill_queries import BillFile, BillRow, SupplyOf
from forsyn.domain.billing.creditor_queries import creditor_on
from forsyn.domain.billing.expectation_rules import CUSTOM
from forsyn.domain.billing.plan_queries import degree_days
from forsyn.domain.billing.tariff_queries import texts_of
from forsyn.domain.customers.queries import customer_overview
from forsyn.integrations.fi.codec import PaymentLine, SlipKind, build
from forsyn.kernel.calendar import year_before
from forsyn.kernel.charges.basis import OnAccount
from forsyn.kernel.charges.bill import Bill
from forsyn.kernel.charges.canonical import basis_from, bill_from
from forsyn.kernel.charges.tariff import Commodity
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.vocabulary import Language
from forsyn.workflows.bill_complaints import complaints
from forsyn.workflows.bill_deductions import corrected_of, on_account_of
from forsyn.workflows.bill_document import BillDocument, IncompleteDocument, document_of, on_account_document_of
from forsyn.workflows.bill_facts import fitting, utility_of
from forsyn.workflows.bill_months import UNITS, Supplied, months_of
from forsyn.workflows.bill_parts import (
    Addressee,
    BillFacts,
    BillReference,
    Deduction,
    DegreeDays,
    DocumentKind,
    Month,
    PostalAddress,
    Refund,
)
from forsyn.workflows.declarations import current_policy

ONE_DAY = timedelta(days=1)


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
    bill, basis = bill_from(found.calculation.encode()), basis_from(found.basis.encode())
    unit = UNITS.get(Commodity(row.commodity), BaseUnit.WATT_HOURS)
    months = fitting(_months(found), basis, unit)
    texts = texts_of(version_ids=[found.tariff_version_id] if found.tariff_version_id else [])
    compared = row.commodity == Commodity.HEAT and any(month.before is not None for month in months)
    facts = replace(
        facts,
        texts=next(iter(texts.values()), {}),
        deductions=_deductions(row, bill, customer_id),
        months=months,
        month_unit=unit,
        degree_days=_degree_days(row) if compared else None,
    )
    return document_of(bill, basis, facts)


def _facts(
    found: BillFile, customer_id: int, language: Language, *, is_collected: bool, customer: Known | None
) -> BillFacts:
    row, supply = found.row, _supply(found)
    commodity = Commodity(row.commodity)
    address = PostalAddress(supply.first_line, supply.postal_code, supply.city)
    if customer is None:
        seen = customer_overview(customer_id=customer_id, today=row.issue_date)
        customer = Known(seen.name, seen.number)
    return BillFacts(
        kind=DocumentKind(row.kind),
        number=str(row.number),
        issue_date=row.issue_date,
        due_date=row.due_date,
        utility=utility_of(current_policy(), commodity),
        addressee=Addressee(customer.name, address, customer.number, language),
        supply_address=address,
        payment_line=payment_line(row),
        by_betalingsservice=is_collected,
        refund=Refund.usual(DocumentKind(row.kind)),
        complaints=complaints().get(commodity),
    )


def _supply(found: BillFile) -> SupplyOf:
    if found.supply is None:
        raise IncompleteDocument(f"bill {found.row.number}: read it with bill_queries.bill_file, which says where.")
    return found.supply


def payment_line(row: BillRow) -> PaymentLine | None:
    """What a bill is paid by; None where there is nothing to pay, or no creditor number. 1 query."""
    creditor = creditor_on(row.issue_date) if row.to_pay_oere > 0 else None
    if creditor is None:
        return None
    return build(SlipKind.FI_71, number=row.number, creditor_number=creditor.fi_creditor)


# -- what is taken off --------------------------------------------------------------------------------------------


def _deductions(row: BillRow, bill: Bill, customer_id: int) -> tuple[Deduction, ...]:
    """The bills on account, and what a correction corrects."""
    told: list[Deduction] = []
    if bill.on_account != OnAccount():
        billed = bill_queries.on_account_bills(
            customer_id=customer_id,
            agreement_id=row.agreement_id,
            from_date=row.from_date,
            until_date=row.until_date,
        )
        told = on_account_of(bill, [Deduction(_reference(each), each.net_oere, each.vat_oere) for each in billed])
    if row.corrects_id is not None:
        chain = bill_queries.chain_of(customer_id=customer_id, bill_id=row.id)
        earlier = next((_reference(each) for each in chain if each.id == row.corrects_id), BillReference(""))
        net_oere, vat_oere = row.net_oere - row.on_account_net_oere, row.vat_oere - row.on_account_vat_oere
        told.append(corrected_of(bill, earlier, net_oere=net_oere, vat_oere=vat_oere))
    return tuple(told)


def _reference(row: BillRow) -> BillReference:
    return BillReference(str(row.number), row.issue_date)


# -- month by month -----------------------------------------------------------------------------------------------


def _months(found: BillFile) -> tuple[Month, ...]:
    """What was used in each month, and in the same a year before. 4 queries at most."""
    row, supply = found.row, _supply(found)
    commodity = Commodity(row.commodity)
    of_this = Supplied(row.id, supply.supply_point_id, commodity, row.from_date, row.until_date, supply.since)
    return months_of([of_this]).get(row.id, ())


def _degree_days(row: BillRow) -> DegreeDays | None:
    """How cold it was, and how cold the year before. 2 queries."""
    now = degree_days(first=row.from_date, until=row.until_date)
    before = degree_days(first=year_before(row.from_date), until=year_before(row.until_date - ONE_DAY) + ONE_DAY)
    if now is None or before is None:
        return None
    return DegreeDays(now.actual, before.actual, CUSTOM.weather_share * 100)
