"""Invoices of a fictional utility to fictional buyers, for the tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from forsyn.integrations.ubl.totals import line_net, totals_of
from forsyn.integrations.ubl.values import (
    AccountPayment,
    Address,
    AllowanceCharge,
    Contact,
    EInvoice,
    InvoiceReference,
    Kind,
    Line,
    Party,
    SlipPayment,
    Totals,
    Unit,
    Vat,
)
from forsyn.kernel.periods import Period

YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))
SUPPLIER = Party(
    "Nordby Forsyning A/S",
    Address("Værksvej", "9999", "Nordby", building="1"),
    cvr="99000015",
    contact=Contact("Kundeservice", "99999999", "kunde@nordby.example"),
)
SCHOOL = Party("Nordby Skole", Address("Skolegade", "9999", "Nordby", building="12A"), gln="5790000000005")
COMPANY = Party("Bageriet Æblet & Søn ApS", Address("Ågade", "9999", "Nordby", "3", "Baghuset"), cvr="99000023")
SLIP = SlipPayment("71", "000000000000018", "12345678")
ACCOUNT = AccountPayment("1234", "440116243")
NOTHING = Totals(0, 0, 0, 0)


def line(number: str, text: str, quantity: str, unit: Unit, price: str, **other: object) -> Line:
    """A line with the net amount that it must have."""
    made = Line(number, text, Decimal(quantity), unit, Decimal(price), 0, **other)  # type: ignore[arg-type]
    return replace(made, net_oere=line_net(made))


HEAT = (
    line("1", "Fjernvarme, forbrug", "18.423", Unit.MEGAWATT_HOUR, "612.375", period=YEAR),
    line("2", "Fast bidrag efter areal", "365", Unit.DAY, "3180.55", period=YEAR, price_quantity=Decimal(365)),
    line("3", "Betalt a conto", "-4", Unit.EACH, "2500"),
)


def summed(invoice: EInvoice, **changes: object) -> EInvoice:
    """With these changes, and the totals that go with them."""
    changed = replace(invoice, **changes)  # type: ignore[arg-type]
    return replace(changed, totals=totals_of(changed))


SETTLEMENT = summed(
    EInvoice(
        kind=Kind.INVOICE,
        number="2026-004711",
        issue_date=date(2027, 1, 15),
        due_date=date(2027, 2, 15),
        supplier=SUPPLIER,
        customer=SCHOOL,
        buyer_reference="7778",
        lines=HEAT,
        totals=NOTHING,
        vat_percent=Decimal(25),
        period=YEAR,
        payment=SLIP,
        order_reference="ORD-19",
        account_code="5250124502",
        note="Årsopgørelse for varme: <se vedlagte>",
    )
)
TO_COMPANY = summed(SETTLEMENT, customer=COMPANY, payment=ACCOUNT, order_reference="", account_code="", note="")
DISCOUNTED = summed(
    SETTLEMENT,
    allowances=(
        AllowanceCharge(False, "Rabat for god afkøling", 12_345),
        AllowanceCharge(True, "Flyttegebyr", 25_000),
    ),
    prepaid_oere=100_000,
)
WITH_EXEMPT = summed(
    SETTLEMENT,
    lines=(*HEAT, line("4", "Leje af areal", "1", Unit.EACH, "400", vat=Vat.EXEMPT)),
    exemption="Momsfri efter momslovens § 13, stk. 1, nr. 8",
)
WITH_ZERO = summed(SETTLEMENT, lines=(*HEAT, line("4", "Momsfri afgift", "2", Unit.EACH, "7.5", vat=Vat.ZERO)))
REMINDER_FEE = summed(
    SETTLEMENT,
    lines=(line("1", "Rykkergebyr", "1", Unit.EACH, "100", vat=Vat.OUTSIDE),),
    exemption="Rykkergebyr er uden for momsen",
    period=None,
)
CREDIT_NOTE = summed(
    SETTLEMENT,
    kind=Kind.CREDIT_NOTE,
    number="2026-004712",
    lines=(line("1", "Vand, rettet aflæsning", "12.345", Unit.CUBIC_METRE, "61.9875", period=YEAR),),
    due_date=None,
    payment=None,
    payment_terms="Beløbet modregnes i næste regning.",
    credits=InvoiceReference("2026-004711", date(2027, 1, 15)),
)
SETTLED = summed(SETTLEMENT, prepaid_oere=SETTLEMENT.totals.gross_oere, payment=None, due_date=None)
BY_75 = summed(SETTLEMENT, payment=SlipPayment("75", "0000000000000018", "12345678"))
ALL = {
    "settlement": SETTLEMENT,
    "company": TO_COMPANY,
    "discounted": DISCOUNTED,
    "exempt": WITH_EXEMPT,
    "zero": WITH_ZERO,
    "outside": REMINDER_FEE,
    "credit_note": CREDIT_NOTE,
    "settled": SETTLED,
    "card_75": BY_75,
}
