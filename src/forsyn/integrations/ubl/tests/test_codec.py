"""E-invoices keep the official schemas and rules, and say what the invoice says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forsyn.integrations.ubl.codec import write_oioubl, write_peppol
from forsyn.integrations.ubl.elements import number
from forsyn.integrations.ubl.tests import invoices
from forsyn.integrations.ubl.tests.invoices import ALL, CREDIT_NOTE, HEAT, SETTLEMENT, TO_COMPANY, line, summed
from forsyn.integrations.ubl.tests.official_rules import rule_failures, rules_that_fired, schema_errors
from forsyn.integrations.ubl.tests.published_rules import (
    NAMES,
    broken_oioubl_rules,
    broken_peppol_rules,
    money,
    text,
)
from forsyn.integrations.ubl.totals import line_net, totals_of
from forsyn.integrations.ubl.values import EInvoice, Line, Unit, Vat
from forsyn.kernel.money import kr_text

EVERY = pytest.mark.parametrize("invoice", ALL.values(), ids=ALL)


@EVERY
def test_peppol_keeps_the_official_schema_and_the_official_rules(invoice: EInvoice) -> None:
    document = write_peppol(invoice)
    assert schema_errors(document) == []
    assert rule_failures(document) == []
    assert rules_that_fired(document) > 15


@EVERY
def test_oioubl_keeps_the_official_schema(invoice: EInvoice) -> None:
    assert schema_errors(write_oioubl(invoice)) == []


@EVERY
def test_both_keep_the_published_rules(invoice: EInvoice) -> None:
    assert broken_peppol_rules(write_peppol(invoice)) == []
    assert broken_oioubl_rules(write_oioubl(invoice)) == []


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ("5577.91", "5577.92", "BR-CO-15"),
        ("<cbc:Percent>25<", "<cbc:Percent>24<", "BR-S-08"),
        ("<cbc:IssueDate>2027-01-15</cbc:IssueDate>", "", "BR-03"),
        ("<cbc:ID>2026-004711</cbc:ID>", "", "BR-02"),
        ("71#000000000000018", "71#18", "DK-R-011"),
        ('schemeID="0088">5790000000005', 'schemeID="0088">5790000000006', "PEPPOL-COMMON-R040"),
        ("-10000.00</cbc:LineExtensionAmount>", "-9999.00</cbc:LineExtensionAmount>", "PEPPOL-EN16931-R120"),
    ],
)
def test_the_official_rules_find_what_is_wrong(right: str, wrong: str, rule: str) -> None:
    """Without this, a rule set that says nothing would look like a document without faults."""
    document = write_peppol(SETTLEMENT).decode()
    assert right in document
    assert any(rule in failure for failure in rule_failures(document.replace(right, wrong, 1).encode()))


def test_the_official_schema_finds_what_is_wrong() -> None:
    document = write_oioubl(SETTLEMENT).replace(b"cbc:UUID", b"cbc:IssueTime")
    assert schema_errors(document)


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ("71#000000000000018", "71#000000000000019", "DK-R-011"),
        ('schemeID="0184">DK99000015', 'schemeID="0184">99000015', "R042"),
        ("2026-12-31", "2026-12-30", "R111"),
        ("<cbc:Note>Årsopgørelse for varme: &lt;se vedlagte&gt;</cbc:Note>", "<cbc:Note/>", "R008"),
    ],
)
def test_our_own_rules_find_what_is_wrong(right: str, wrong: str, rule: str) -> None:
    document = write_peppol(SETTLEMENT).decode()
    assert right in document
    assert any(rule in broken for broken in broken_peppol_rules(document.replace(right, wrong, 1).encode()))


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ("<cbc:ID>7778</cbc:ID>", "", "F-INV051"),
        ("<cbc:InstructionID>0", "<cbc:InstructionID>", "F-LIB305"),
        ("StandardRated", "Moms", "F-LIB309"),
        (
            '<cbc:TaxExclusiveAmount currencyID="DKK">1115.58',
            '<cbc:TaxExclusiveAmount currencyID="DKK">4462.33',
            "F-INV126",
        ),
    ],
)
def test_our_own_rules_of_oioubl_find_what_is_wrong(right: str, wrong: str, rule: str) -> None:
    document = write_oioubl(SETTLEMENT).decode()
    assert right in document
    assert any(rule in broken for broken in broken_oioubl_rules(document.replace(right, wrong, 1).encode()))


def test_a_settlement_can_be_checked_by_hand() -> None:
    """18.423 MWh at 612.375 is 11 281.78; the year's 3 180.55; less 10 000 paid. 25 % of 4 462.33 is 1 115.58."""
    total = _part(write_peppol(SETTLEMENT), "cac:LegalMonetaryTotal")
    assert money(total, "cbc:TaxExclusiveAmount") == Decimal("4462.33")
    assert money(total, "cbc:TaxInclusiveAmount") == Decimal("5577.91")
    assert money(total, "cbc:PayableAmount") == Decimal("5577.91")


def test_periods_end_on_their_last_day() -> None:
    period = _part(write_peppol(SETTLEMENT), "cac:InvoicePeriod")
    assert (text(period, "cbc:StartDate"), text(period, "cbc:EndDate")) == ("2026-01-01", "2026-12-31")


def test_a_public_buyer_is_found_by_its_gln_and_a_company_by_its_cvr_number() -> None:
    endpoint = "cac:AccountingCustomerParty/cac:Party/cbc:EndpointID"
    found = [
        (each.get("schemeID"), each.text)
        for write in (write_peppol, write_oioubl)
        for each in (_part(write(SETTLEMENT), endpoint), _part(write(TO_COMPANY), endpoint))
    ]
    assert found == [
        ("0088", "5790000000005"),
        ("0184", "DK99000023"),
        ("GLN", "5790000000005"),
        ("DK:CVR", "DK99000023"),
    ]


def test_what_is_outside_vat_names_no_vat_number() -> None:
    document = fromstring(write_peppol(invoices.REMINDER_FEE))
    assert document.find("cac:AccountingSupplierParty//cac:PartyTaxScheme", NAMES) is None
    assert document.find(".//cbc:Percent", NAMES) is None
    assert text(document, ".//cbc:TaxExemptionReason") == "Rykkergebyr er uden for momsen"


def test_a_credit_note_names_its_invoice_by_the_id_that_the_invoice_bore() -> None:
    invoice_id = text(fromstring(write_oioubl(SETTLEMENT)), "cbc:UUID")
    note = fromstring(write_oioubl(CREDIT_NOTE))
    assert text(note, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:UUID") == invoice_id
    assert text(note, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID") == "2026-004711"
    assert text(note, "cbc:UUID") != invoice_id


def test_a_long_text_is_whole_in_the_description_and_short_in_the_list() -> None:
    long = "Fast bidrag for måler nummer 12345678 i opgangen til venstre"
    document = write_oioubl(summed(SETTLEMENT, lines=(replace(HEAT[0], text=long),)))
    item = _part(document, "cac:InvoiceLine/cac:Item")
    assert text(item, "cbc:Description") == long
    assert text(item, "cbc:Name") == "Fast bidrag for måler nummer 12345678 i"


@EVERY
def test_the_same_invoice_gives_the_same_bytes(invoice: EInvoice) -> None:
    """Also where equal numbers were written otherwise: 1.50 is 1.5."""
    longer = replace(invoice, lines=tuple(replace(each, price=_longer(each.price)) for each in invoice.lines))
    assert longer == invoice
    assert write_peppol(longer) == write_peppol(invoice)
    assert write_oioubl(longer) == write_oioubl(invoice)


@pytest.mark.parametrize(
    ("quantity", "price", "net"),
    [("1", "0.005", 1), ("-1", "0.005", -1), ("3", "0.115", 35), ("1", "0.00499999999999999999999999999999", 0)],
)
def test_half_an_oere_goes_away_from_zero(quantity: str, price: str, net: int) -> None:
    assert line("1", "Vand", quantity, Unit.CUBIC_METRE, price).net_oere == net


@pytest.mark.parametrize(("oere", "written"), [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (-12345, "-123.45")])
def test_amounts_are_kroner(oere: int, written: str) -> None:
    assert kr_text(oere) == written


@pytest.mark.parametrize(("value", "written"), [("1E+3", "1000"), ("-0", "0"), ("0.10", "0.1"), ("100", "100")])
def test_numbers_have_no_exponent(value: str, written: str) -> None:
    assert number(Decimal(value)) == written


_decimals = st.decimals(min_value=Decimal("0.001"), max_value=99_999, places=3)


@st.composite
def _lines(draw: st.DrawFn) -> tuple[Line, ...]:
    count = draw(st.integers(1, 6))
    made = []
    for index in range(1, count + 1):
        quantity = draw(_decimals) * draw(st.sampled_from([1, 1, -1]))
        price = draw(st.decimals(min_value=0, max_value=9_999, places=5))
        vat = draw(st.sampled_from([Vat.STANDARD, Vat.STANDARD, Vat.ZERO, Vat.EXEMPT]))
        unit = draw(st.sampled_from(list(Unit)))
        made.append(line(str(index), f"Linje {index}", str(quantity), unit, str(price), vat=vat))
    return tuple(made)


@given(_lines())
@settings(max_examples=20, deadline=None)
def test_any_invoice_keeps_the_rules(lines: tuple[Line, ...]) -> None:
    draft = replace(SETTLEMENT, lines=lines, exemption="Momsfri")
    if totals_of(draft).payable_oere < 0:
        lines = tuple(replace(each, quantity=-each.quantity) for each in lines)
        lines = tuple(replace(each, net_oere=line_net(each)) for each in lines)
    invoice = summed(draft, lines=lines, issue_date=date(2027, 1, 15))
    peppol = write_peppol(invoice)
    assert schema_errors(peppol) == schema_errors(write_oioubl(invoice)) == []
    assert rule_failures(peppol) == []
    assert broken_peppol_rules(peppol) == broken_oioubl_rules(write_oioubl(invoice)) == []


def _longer(value: Decimal) -> Decimal:
    """The same number, written with more zeros."""
    return value.quantize(Decimal("1.00000000"))


def _part(document: bytes, path: str) -> Element:
    found = fromstring(document).find(path, NAMES)
    assert found is not None
    return found
