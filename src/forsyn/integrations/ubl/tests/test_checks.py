"""What cannot be an e-invoice is refused, with all that is wrong, in words for the office."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from forsyn.integrations.ubl.codec import NotAnEInvoice, write_oioubl, write_peppol
from forsyn.integrations.ubl.tests.invoices import (
    ACCOUNT,
    COMPANY,
    CREDIT_NOTE,
    DISCOUNTED,
    HEAT,
    REMINDER_FEE,
    SCHOOL,
    SETTLED,
    SETTLEMENT,
    SLIP,
    SUPPLIER,
    WITH_EXEMPT,
    line,
    summed,
)
from forsyn.integrations.ubl.values import AllowanceCharge, EInvoice, Kind, Totals, Unit, Vat
from forsyn.kernel.periods import Period


def problems(invoice: EInvoice) -> tuple[str, ...]:
    """What both writers say against the invoice: always the same."""
    with pytest.raises(NotAnEInvoice) as by_peppol:
        write_peppol(invoice)
    with pytest.raises(NotAnEInvoice) as by_oioubl:
        write_oioubl(invoice)
    assert by_peppol.value.problems == by_oioubl.value.problems
    return by_peppol.value.problems


def with_line(**changes: object) -> EInvoice:
    """The settlement with its first line changed."""
    return replace(SETTLEMENT, lines=(replace(HEAT[0], **changes), *HEAT[1:]))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("invoice", "said"),
    [
        (replace(SETTLEMENT, number=" "), "mangler et nummer"),
        (replace(SETTLEMENT, currency="EUR"), "kun danske kroner"),
        (replace(SETTLEMENT, buyer_reference=""), "Køberens reference mangler"),
        (replace(SETTLEMENT, period=Period(date(2026, 1, 1))), "mangler en slutdag"),
        (replace(SETTLEMENT, vat_percent=Decimal(0)), "Momssatsen"),
        (replace(SETTLEMENT, vat_percent=Decimal("NaN")), "Momssatsen"),
        (replace(SETTLEMENT, note="klokke \x07"), "note: teksten har et tegn"),
        (with_line(text="klokke \x00"), "lines[1].text: teksten har et tegn"),
        (replace(SETTLEMENT, supplier=replace(SUPPLIER, cvr="")), "CVR-nummeret mangler"),
        (replace(SETTLEMENT, supplier=replace(SUPPLIER, cvr="99000016")), "Sælger: CVR-nummerets kontrolciffer"),
        (replace(SETTLEMENT, supplier=replace(SUPPLIER, cvr="DK99000015")), "skal skrives med cifre alene"),
        (replace(SETTLEMENT, customer=replace(SCHOOL, gln="5790000000006")), "Køber: Et GLN"),
        (replace(SETTLEMENT, customer=replace(SCHOOL, gln="")), "ingen adresse"),
        (replace(SETTLEMENT, customer=replace(SCHOOL, name="")), "Køber: navnet mangler"),
        (
            replace(SETTLEMENT, customer=replace(COMPANY, address=replace(COMPANY.address, city="", street=" "))),
            "adressen mangler vej og by",
        ),
        (
            replace(SETTLEMENT, customer=replace(COMPANY, address=replace(COMPANY.address, country="Danmark"))),
            "to store bogstaver",
        ),
        (summed(SETTLEMENT, lines=()), "ingen linjer"),
        (with_line(number=""), "nummeret mangler"),
        (with_line(number="2"), "Linje 2 findes flere gange"),
        (with_line(text=""), "teksten mangler"),
        (with_line(quantity=Decimal(0)), "mængden må ikke være 0"),
        (with_line(quantity=Decimal("Infinity")), "mængden skal være et endeligt decimaltal"),
        (with_line(price=612.375), "prisen skal være et endeligt decimaltal"),
        (with_line(price=Decimal(-1)), "prisen må ikke være negativ"),
        (with_line(price_quantity=Decimal(0)), "prisens mængde skal være over 0"),
        (with_line(net_oere=1_128_179), "mængde gange pris er 11281.78, ikke 11281.79"),
        (with_line(period=Period(date(2025, 12, 31), date(2026, 2, 1))), "ikke inden for fakturaens"),
        (with_line(period=Period(date(2026, 1, 1))), "perioden mangler en slutdag"),
        (summed(DISCOUNTED, allowances=(AllowanceCharge(True, "Gebyr", 0),)), "Gebyr 1: beløbet skal være over 0"),
        (summed(DISCOUNTED, allowances=(AllowanceCharge(False, "", 10),)), "Rabat 1: grunden mangler"),
        (summed(SETTLEMENT, lines=(*HEAT, replace(REMINDER_FEE.lines[0], number="9")), exemption="Gebyr"), "blander"),
        (replace(WITH_EXEMPT, exemption=""), "hvorfor der ikke er moms"),
        (replace(SETTLEMENT, payment=None), "hvordan den betales"),
        (replace(SETTLEMENT, due_date=None), "mangler en betalingsfrist"),
        (replace(SETTLEMENT, due_date=date(2027, 1, 14)), "før fakturadatoen"),
        (replace(SETTLEMENT, payment=replace(SLIP, card_type="73")), "vælg 71 eller 75"),
        (replace(SETTLEMENT, payment=replace(SLIP, card_type="75")), "har 16 cifre"),
        (replace(SETTLEMENT, payment=replace(SLIP, number="000000000000019")), "kontrolcifferet, passer ikke"),
        (replace(SETTLEMENT, payment=replace(SLIP, creditor="1234567")), "Kreditornummeret har otte cifre"),
        (replace(SETTLEMENT, payment=replace(ACCOUNT, registration_number="12")), "fire cifre"),
        (replace(SETTLEMENT, payment=replace(ACCOUNT, account_number="12345678901")), "til ti cifre"),
        (summed(SETTLEMENT, prepaid_oere=-1), "forudbetalte må ikke være negativt"),
        (summed(CREDIT_NOTE, prepaid_oere=1), "kan ikke være forudbetalt"),
        (replace(CREDIT_NOTE, credits=None), "hvilken faktura den retter"),
        (replace(CREDIT_NOTE, credits=replace(CREDIT_NOTE.credits, number="")), "henviser til, mangler et nummer"),  # type: ignore[type-var]
        (replace(CREDIT_NOTE, payment=SLIP), "En kreditnota skal ikke betales"),
        (replace(CREDIT_NOTE, payment_terms=""), "hvad der sker med beløbet"),
    ],
)
def test_each_thing_that_is_wrong_is_told(invoice: EInvoice, said: str) -> None:
    found = problems(invoice)
    assert any(said in problem for problem in found), found


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            Totals(446_234, 111_558, 557_791, 557_791),
            "uden moms (BR-CO-13) er sat til 4462.34, men linjerne giver 4462.33",
        ),
        (Totals(446_233, 111_559, 557_791, 557_791), "moms (BR-CO-14) er sat til 1115.59, men linjerne giver 1115.58"),
        (Totals(446_233, 111_558, 557_790, 557_791), "med moms (BR-CO-15) er sat til 5577.90"),
        (Totals(446_233, 111_558, 557_791, 0), "til betaling (BR-CO-16) er sat til 0.00"),
    ],
)
def test_a_total_that_differs_by_an_oere_is_refused_and_never_mended(given: Totals, said: str) -> None:
    (only,) = problems(replace(SETTLEMENT, totals=given))
    assert said in only


def test_vat_is_reckoned_once_of_the_sum_and_not_line_by_line() -> None:
    """Three lines of 0.02 bear 0.02 of VAT together, but 0.01 each."""
    lines = tuple(line(str(index), "Vand", "1", Unit.CUBIC_METRE, "0.02") for index in (1, 2, 3))
    invoice = summed(SETTLEMENT, lines=lines)
    assert invoice.totals.vat_oere == 2
    assert problems(replace(invoice, totals=Totals(6, 3, 9, 9)))


def test_a_negative_invoice_must_be_a_credit_note() -> None:
    (only,) = problems(summed(SETTLEMENT, lines=HEAT[2:]))
    assert "skrives som kreditnota" in only


def test_a_fee_outside_vat_may_stand_alone() -> None:
    assert b"Rykkergebyr" in write_peppol(REMINDER_FEE)


def test_what_has_been_paid_needs_no_payment() -> None:
    assert SETTLED.totals.payable_oere == 0
    assert b"PaymentMeans" not in write_oioubl(SETTLED)


def test_every_problem_comes_at_once() -> None:
    invoice = replace(
        SETTLEMENT,
        kind=Kind.INVOICE,
        number="",
        buyer_reference="",
        due_date=None,
        customer=replace(SCHOOL, gln="1"),
        lines=(replace(HEAT[0], quantity=Decimal("NaN"), text=""), replace(HEAT[1], vat=Vat.OUTSIDE), *HEAT[2:]),
        totals=Totals(1, 2, 3, 4),
    )
    found = problems(invoice)
    assert len(found) == 12
    with pytest.raises(NotAnEInvoice) as refused:
        write_peppol(invoice)
    assert str(refused.value).count("\n- ") == 12
    assert str(refused.value).startswith("Bilag (uden nummer) kan ikke sendes som e-faktura:")
