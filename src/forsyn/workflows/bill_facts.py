"""The documents of many released bills at once, each in its customer's language; nothing is reckoned again.

The caller has entered settlement. Everything is read by sets: as many queries for a thousand bills as for one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from forsyn.domain.billing import sending_queries
from forsyn.domain.billing.expectation_rules import CUSTOM
from forsyn.domain.billing.sending_queries import OnAccountBill, Sendable
from forsyn.domain.billing.tariff_queries import Texts, texts_of
from forsyn.domain.customers.addressee_queries import AddresseeView, addressees
from forsyn.domain.ledger.owing_queries import credits_used, customers_owing
from forsyn.domain.payments.collect_rules import earliest_due
from forsyn.domain.payments.mandate_queries import collected_bills
from forsyn.integrations.fi.codec import PaymentLine, SlipKind, build
from forsyn.kernel.charges.basis import Basis
from forsyn.kernel.charges.bill import Bill
from forsyn.kernel.charges.canonical import UnreadableBasis, basis_from, bill_from
from forsyn.kernel.charges.tariff import Commodity
from forsyn.kernel.deadlines import months_after
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.policy import Policy
from forsyn.workflows.bill_complaints import complaints
from forsyn.workflows.bill_deductions import corrected_of, on_account_of
from forsyn.workflows.bill_document import BillDocument, IncompleteDocument, document_of, on_account_document_of
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
    Utility,
)


@dataclass(frozen=True, slots=True)
class Ready:
    """A bill's document, with what envelopes and mails need of its customer."""

    bill_id: int
    customer_id: int
    addressee: AddresseeView
    document: BillDocument


@dataclass(frozen=True, slots=True)
class NotReady:
    """A bill that cannot be written, and why."""

    bill_id: int
    number: int
    problem: str


@dataclass(frozen=True, slots=True)
class EInvoiced:
    """Where and with which references a customer wants e-invoices."""

    gln: str
    buyer_reference: str = ""
    order_reference: str = ""
    account_code: str = ""


@dataclass(frozen=True, slots=True)
class _Around:
    """All that was read for the bills, by bill unless it says otherwise."""

    policy: Policy
    bills_url: str
    addressees: Mapping[int, AddresseeView]
    """By customer."""
    e_invoiced: Mapping[int, EInvoiced]
    """By customer."""
    texts: Mapping[int, Texts]
    """By version of a tariff."""
    on_account: Mapping[int, list[OnAccountBill]]
    months: Mapping[int, tuple[Month, ...]]
    collected: frozenset[int]
    owed: frozenset[int]
    """Customers who still owe something."""
    used: frozenset[str]
    """Vouchers' origins of bills that give money back, which has paid what was owed."""
    creditors: Sequence[tuple[date, date | None, str]]
    degree_days: Mapping[tuple[date, date], DegreeDays | None]


def documents_of(
    *,
    bill_ids: Sequence[int],
    policy: Policy,
    bills_url: str,
    today: date,
    e_invoiced: Mapping[int, EInvoiced] | None = None,
) -> tuple[list[Ready], list[NotReady]]:
    """What each bill says, in the order of the ids; and which cannot be written.

    Whom the purpose does not see is left out. 20 queries at most, however many bills.
    """
    bills = sending_queries.sendables(bill_ids=bill_ids, today=today)
    around = _read(bills, policy, bills_url, today, e_invoiced or {})
    ready, not_ready = [], []
    for bill in bills:
        addressee = around.addressees.get(bill.customer_id)
        if addressee is None:
            continue
        try:
            document = _document(bill, addressee, around)
        except (IncompleteDocument, UnreadableBasis) as wrong:
            not_ready.append(NotReady(bill.row.id, bill.row.number, str(wrong)))
            continue
        ready.append(Ready(bill.row.id, bill.customer_id, addressee, document))
    return ready, not_ready


def _read(
    bills: Sequence[Sendable], policy: Policy, bills_url: str, today: date, e_invoiced: Mapping[int, EInvoiced]
) -> _Around:
    ids = [bill.row.id for bill in bills]
    settled = [bill for bill in bills if bill.file.calculation is not None]
    heated = {(b.row.from_date, b.row.until_date) for b in settled if b.row.commodity == Commodity.HEAT}
    weather = sending_queries.degree_days_by_month() if heated else {}
    return _Around(
        policy=policy,
        bills_url=bills_url,
        addressees=addressees(customer_ids={bill.customer_id for bill in bills}, today=today),
        e_invoiced=e_invoiced,
        texts=texts_of(version_ids={b.file.tariff_version_id for b in settled if b.file.tariff_version_id}),
        on_account=sending_queries.on_account_of(bill_ids=[bill.row.id for bill in settled]),
        months=months_of([_supplied(bill) for bill in settled]),
        collected=collected_bills(bill_ids=ids, from_date=earliest_due(today)),
        owed=customers_owing(customer_ids={bill.customer_id for bill in bills if bill.row.to_pay_oere < 0}),
        used=credits_used(origins=[_origin(bill) for bill in bills if bill.row.to_pay_oere < 0]),
        creditors=sending_queries.creditors(),
        degree_days={days: _degree_days(weather, *days) for days in heated},
    )


def _origin(bill: Sendable) -> str:
    """What its voucher was made of."""
    return f"bill:{bill.row.number}"


def _refund(bill: Sendable, around: _Around) -> Refund:
    is_taken_off = bill.customer_id in around.owed or _origin(bill) in around.used
    return Refund.AGAINST_OWED if is_taken_off else Refund.usual(DocumentKind(bill.row.kind))


def _supplied(bill: Sendable) -> Supplied:
    row, supply = bill.row, bill.supply
    return Supplied(
        row.id, supply.supply_point_id, Commodity(row.commodity), row.from_date, row.until_date, supply.first
    )


def _degree_days(weather: Mapping[date, Decimal], first: date, until: date) -> DegreeDays | None:
    """How cold it was, and how cold the year before; None unless every month is known."""
    months = [month_of(first)]
    while (following := months_after(months[-1], 1)) < until:
        months.append(following)
    both = months, [months_after(month, -12) for month in months]
    if not all(month in weather for each in both for month in each):
        return None
    now, before = (sum((weather[month] for month in each), Decimal(0)) for each in both)
    return DegreeDays(now, before, CUSTOM.weather_share * 100)


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


# -- one document -----------------------------------------------------------------------------------------------------


def _document(bill: Sendable, addressee: AddresseeView, around: _Around) -> BillDocument:
    row, file = bill.row, bill.file
    facts = _facts(bill, addressee, around)
    if file.basis is None or file.calculation is None:
        return on_account_document_of(
            facts=facts,
            commodity=Commodity(row.commodity),
            agreement=row.agreement_number,
            from_date=row.from_date,
            until_date=row.until_date,
            net_oere=row.net_oere,
            vat_oere=row.vat_oere,
            vat_percent=file.vat_percent,
        )
    calculation, basis = bill_from(file.calculation.encode()), basis_from(file.basis.encode())
    months = fitting(around.months.get(row.id, ()), basis, UNITS[Commodity(row.commodity)])
    is_heat = row.commodity == Commodity.HEAT
    facts = replace(
        facts,
        texts=around.texts.get(file.tariff_version_id or 0, {}),
        deductions=_deductions(bill, calculation, around.on_account.get(row.id, [])),
        months=months,
        month_unit=UNITS[Commodity(row.commodity)],
        degree_days=around.degree_days.get((row.from_date, row.until_date)) if is_heat and months else None,
    )
    return document_of(calculation, basis, facts)


def fitting(months: Sequence[Month], basis: Basis, unit: BaseUnit) -> tuple[Month, ...]:
    """The months if they come to what was billed; one that is not known is the rest of it. Else none.

    A graph must not show another consumption than the bill's lines, as where staff settled some days.
    """
    spans = [span for span in basis.consumption if span.unit is unit and span.from_date >= basis.from_date]
    left = sum(span.amount for span in spans) - sum(month.amount or 0 for month in months)
    unknown = [place for place, month in enumerate(months) if month.amount is None]
    if len(unknown) == 1 and left >= 0:
        found = list(months)
        found[unknown[0]] = replace(months[unknown[0]], amount=left)
        return tuple(found)
    return () if unknown or left else tuple(months)


def _facts(bill: Sendable, addressee: AddresseeView, around: _Around) -> BillFacts:
    row, supply = bill.row, bill.supply
    supplied_at = PostalAddress(supply.street, supply.postal_code, supply.city)
    commodity = Commodity(row.commodity)
    return BillFacts(
        kind=DocumentKind(row.kind),
        number=str(row.number),
        issue_date=row.issue_date,
        due_date=row.due_date,
        utility=utility_of(around.policy, commodity),
        addressee=_addressee(addressee, supplied_at if supply.runs else None, around),
        supply_address=supplied_at,
        payment_line=_payment_line(bill, around.creditors),
        by_betalingsservice=row.id in around.collected,
        refund=_refund(bill, around),
        complaints=complaints().get(commodity),
        bills_url=around.bills_url,
    )


def _addressee(customer: AddresseeView, supplied_at: PostalAddress | None, around: _Around) -> Addressee:
    """Who has moved is written to where he or she lives now, as far as that is known here."""
    wanted = around.e_invoiced.get(customer.id, EInvoiced(""))
    home = PostalAddress(customer.street, customer.postal_code, customer.city)
    return Addressee(
        name=customer.name,
        address=supplied_at or home,
        customer_number=customer.number,
        language=customer.language,
        cvr=customer.cvr,
        gln=wanted.gln,
        buyer_reference=wanted.buyer_reference,
        order_reference=wanted.order_reference,
        account_code=wanted.account_code,
    )


def utility_of(policy: Policy, commodity: Commodity) -> Utility:
    """Who bills: the company of the group that supplies it, else the controller; reached at the controller's."""
    contact = policy.controller.contact
    company = next((one for one in policy.group_companies if commodity in one.supplies), None)
    return Utility(
        name=company.name if company else contact.name.da,
        cvr=company.cvr if company else policy.controller.cvr,
        address=PostalAddress(contact.street, contact.postal_code, contact.city),
        phone=contact.phone,
        email=contact.email,
        website=contact.website,
    )


def _payment_line(bill: Sendable, creditors: Sequence[tuple[date, date | None, str]]) -> PaymentLine | None:
    """What a bill is paid by; None where there is nothing to pay, or no creditor number that day."""
    row = bill.row
    number = next(
        (fi for first, until, fi in creditors if first <= row.issue_date and (until is None or row.issue_date < until)),
        None,
    )
    if number is None or row.to_pay_oere <= 0:
        return None
    return build(SlipKind.FI_71, number=row.number, creditor_number=number)


def _deductions(bill: Sendable, calculation: Bill, paid: Sequence[OnAccountBill]) -> tuple[Deduction, ...]:
    """The bills on account, and what a correction corrects."""
    row = bill.row
    billed = [Deduction(BillReference(str(p.number), p.issue_date), p.net_oere, p.vat_oere) for p in paid]
    told = on_account_of(calculation, billed)
    if row.corrects_id is not None:
        number = "" if bill.earlier_number is None else str(bill.earlier_number)
        net_oere, vat_oere = row.net_oere - row.on_account_net_oere, row.vat_oere - row.on_account_vat_oere
        earlier = BillReference(number, bill.earlier_date)
        told.append(corrected_of(calculation, earlier, net_oere=net_oere, vat_oere=vat_oere))
    return tuple(told)
