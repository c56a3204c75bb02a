"""Bills of companies and public customers as e-invoices: the bill's own amount, by the official schemas and rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forsyn.integrations.ubl.checks import NotAnEInvoice
from forsyn.integrations.ubl.tests.official_rules import rule_failures, schema_errors
from forsyn.integrations.ubl.tests.published_rules import broken_oioubl_rules, broken_peppol_rules
from forsyn.integrations.ubl.values import EInvoice, Kind, Unit, Vat
from forsyn.kernel.charges.basis import FeeCharged, OnAccount
from forsyn.kernel.money import vat_of
from forsyn.workflows.bill_document import BillDocument, credit_note_of
from forsyn.workflows.bill_einvoice import einvoices_of, oioubl_files, peppol_files
from forsyn.workflows.bill_parts import BillReference, Deduction, DocumentKind
from tests import bill_samples as bills
from tests import charge_samples as charges


def credit_note(**changes: object) -> BillDocument:
    return credit_note_of(bills.annual(**changes), number="4712", issue_date=date(2027, 2, 1))


SAMPLES: dict[str, Callable[..., BillDocument]] = {
    **{name: sample for name, sample in bills.ALL.items() if name not in ("many_lines", "english", "estimated")},
    "credit_note": credit_note,
}
EVERY = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)


def signed(invoice: EInvoice) -> int:
    return invoice.totals.payable_oere * (1 if invoice.kind is Kind.INVOICE else -1)


@EVERY
def test_they_ask_for_the_bills_own_amount(sample: Callable[..., BillDocument]) -> None:
    document = sample(addressee=bills.SCHOOL)
    assert sum(signed(invoice) for invoice in einvoices_of(document)) == document.to_pay_oere


@EVERY
def test_they_keep_the_official_schemas_and_rules(sample: Callable[..., BillDocument]) -> None:
    document = sample(addressee=bills.SCHOOL)
    for peppol, oioubl in zip(peppol_files(document), oioubl_files(document), strict=True):
        assert schema_errors(peppol) == schema_errors(oioubl) == []
        assert rule_failures(peppol) == []
        assert broken_peppol_rules(peppol) == broken_oioubl_rules(oioubl) == []


def test_a_company_is_addressed_by_its_cvr_number() -> None:
    (written,) = peppol_files(bills.annual(addressee=bills.COMPANY))
    assert b'schemeID="0184">DK99000023' in written
    assert "<cbc:BuyerReference>Indkøb</cbc:BuyerReference>".encode() in written


def test_a_private_customer_gets_none() -> None:
    with pytest.raises(NotAnEInvoice, match="CVR-nummer eller et GLN"):
        peppol_files(bills.annual())


def test_lines_count_as_the_tariff_does() -> None:
    (invoice,) = einvoices_of(bills.annual(addressee=bills.SCHOOL))
    heat = invoice.lines[0]
    assert (heat.quantity, heat.unit, heat.price) == (Decimal("10.55"), Unit.MEGAWATT_HOUR, Decimal("612.375"))
    assert all(line.price >= 0 for line in invoice.lines)


def test_a_bonus_is_taken_off_as_an_amount() -> None:
    (invoice,) = einvoices_of(bills.annual(addressee=bills.SCHOOL))
    bonus = next(line for line in invoice.lines if line.text.startswith("Motivationstarif"))
    assert (bonus.quantity, bonus.price, bonus.net_oere) == (Decimal(-1), Decimal("389.44"), -38_944)


def test_instalments_are_lines_below_zero_and_nothing_is_prepaid() -> None:
    """Their VAT was billed with them: only the rest's VAT stands here."""
    document = bills.annual(addressee=bills.SCHOOL)
    (invoice,) = einvoices_of(document)
    taken_off = [line for line in invoice.lines if line.text.startswith("Opkrævet a conto")]
    assert [line.net_oere for line in taken_off] == [-450_000] * 4
    assert invoice.prepaid_oere == 0
    assert invoice.totals.vat_oere == document.vat_to_pay_oere


def test_money_back_is_a_credit_note_of_the_last_instalment() -> None:
    (invoice,) = einvoices_of(bills.refund(addressee=bills.SCHOOL))
    assert invoice.kind is Kind.CREDIT_NOTE
    assert invoice.credits is not None
    assert invoice.credits.number == "3003"
    assert invoice.payment is None
    assert "din næste regning" in invoice.payment_terms


def test_a_credit_note_of_money_given_back_is_an_invoice() -> None:
    line = bills.facts().payment_line
    refund = bills.refund(addressee=bills.SCHOOL)
    note = credit_note_of(refund, number="4712", issue_date=date(2027, 2, 1), payment_line=line)
    (invoice,) = einvoices_of(note)
    assert (invoice.kind, signed(invoice)) == (Kind.INVOICE, -refund.to_pay_oere)


def test_a_correction_credits_the_bill_that_it_corrects() -> None:
    (invoice,) = einvoices_of(bills.correction(addressee=bills.SCHOOL))
    assert invoice.credits is not None
    assert (invoice.kind, invoice.credits.number) == (Kind.CREDIT_NOTE, "4690")


def test_fees_outside_vat_stand_apart() -> None:
    rated, outside = einvoices_of(bills.with_fees(addressee=bills.SCHOOL))
    assert (rated.number, outside.number) == ("4711", "4711-2")
    assert {line.vat for line in rated.lines} == {Vat.STANDARD}
    assert [(line.text, line.net_oere) for line in outside.lines] == [("Rykkergebyr", 10_000)]
    assert outside.exemption == "Rykkergebyr er uden for momsen"


def test_a_fee_alone_keeps_the_bills_number() -> None:
    tariff = charges.tariff(charges.fee("reminder", "100", charges.Vat.OUTSIDE))
    basis = charges.basis(tariff, fees=(FeeCharged("reminder", date(2026, 5, 1)),))
    (invoice,) = einvoices_of(bills.made(basis, addressee=bills.SCHOOL))
    assert (invoice.number, invoice.totals.payable_oere) == ("4711", 10_000)


def settled(kr: int, oere_off: int, times: int) -> BillDocument:
    """A fixed charge of some øre, with so many small instalments, each with its own rounded VAT."""
    tariff = charges.tariff(charges.fixed("rent", charges.always(str(Decimal(kr).scaleb(-2)))))
    vat = vat_of(oere_off, charges.VAT_PERCENT)
    paid = tuple(Deduction(BillReference(str(3000 + place), date(2026, 2, 1)), oere_off, vat) for place in range(times))
    basis = charges.basis(tariff, on_account=OnAccount(oere_off * times, vat * times))
    return bills.made(basis, deductions=paid, addressee=bills.SCHOOL)


@given(st.integers(1, 2_000_000), st.integers(1, 100_000), st.integers(0, 12))
@settings(deadline=None, max_examples=60)
def test_the_amount_is_the_bills_to_the_oere_however_vat_was_rounded(net: int, part: int, times: int) -> None:
    document = settled(net, part, times)
    for invoice in einvoices_of(document):
        assert signed(invoice) == document.to_pay_oere
    peppol_files(document)
    oioubl_files(document)


def test_an_oere_of_rounding_is_told() -> None:
    """Twice 2 øre of VAT was rounded to 1 øre each; 25 % of what is left is an øre more."""
    document = settled(10_001, 2, 2)
    (invoice,) = einvoices_of(document)
    assert [line.text for line in invoice.lines if line.vat is Vat.ZERO] == ["Øreafrunding"]


def test_whoever_pays_by_betalingsservice_gets_no_second_way_to_pay() -> None:
    with pytest.raises(NotAnEInvoice, match="hvordan den betales"):
        peppol_files(bills.annual(addressee=bills.SCHOOL, by_betalingsservice=True))


def test_the_same_bill_gives_the_same_bytes() -> None:
    document = bills.annual(addressee=bills.SCHOOL)
    assert peppol_files(document) == peppol_files(replace(document))


def test_an_on_account_bill_is_one_line() -> None:
    document = bills.on_account(addressee=bills.SCHOOL)
    (invoice,) = einvoices_of(document)
    assert document.facts.kind is DocumentKind.ON_ACCOUNT
    assert [(line.text, line.net_oere) for line in invoice.lines] == [("Fjernvarme a conto", 450_000)]
