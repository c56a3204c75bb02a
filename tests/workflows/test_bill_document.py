"""A bill's document says what the calculation says: the same lines, the same amount, and how it is paid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.tariff import Commodity
from forsyn.kernel.money import Vat
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.vocabulary import Language
from forsyn.workflows.bill_comparison import axis_step, comparison, comparison_sentences
from forsyn.workflows.bill_complaints import complaints, read_complaints
from forsyn.workflows.bill_document import BillDocument, IncompleteDocument, credit_note_of, document_of
from forsyn.workflows.bill_layout import layout_of
from forsyn.workflows.bill_parts import DegreeDays, DocumentKind, Group, Month, PostalAddress, Refund
from forsyn.workflows.bill_words import words
from tests import bill_samples as bills
from tests import charge_samples as charges

EVERY = pytest.mark.parametrize("sample", bills.ALL.values(), ids=bills.ALL)
DANISH = words(Language.DANISH)


def said(value: object) -> str:
    """All that a layout says, with ordinary blanks."""
    if isinstance(value, dict):
        return "\n".join(said(each) for each in value.values())
    if isinstance(value, list):
        return "\n".join(said(each) for each in value)
    return str(value).replace("\N{NO-BREAK SPACE}", " ")


@EVERY
def test_lines_vat_and_deductions_come_to_what_is_to_pay(sample: Callable[[], BillDocument]) -> None:
    document = sample()
    assert sum(line.net_oere for line in document.lines) == document.net_oere
    assert document.to_pay_oere == document.gross_oere - sum(each.gross_oere for each in document.deductions)


@EVERY
def test_every_layout_is_filled_and_tells_the_amount_first(sample: Callable[[], BillDocument]) -> None:
    document = sample()
    layout = layout_of(document)
    assert "{" not in said(layout)
    assert layout["box"]["amount"] == layout["sum"]["total"][1]
    assert list(layout).index("box") < list(layout).index("specification")


def test_the_amount_is_the_calculations() -> None:
    paid = bills.instalments(4, 450_000)
    basis = bills.heat_basis(paid=paid)
    bill = calculate(basis)
    document = document_of(bill, basis, bills.facts(deductions=paid))
    assert (document.net_oere, document.vat_oere, document.to_pay_oere) == (
        bill.net_oere,
        bill.vat_oere,
        bill.to_pay_oere,
    )


def test_lines_stand_in_groups() -> None:
    groups = [line.group for line in bills.water().lines]
    assert groups == [Group.CONSUMPTION, Group.CONSUMPTION, Group.FIXED, Group.TAXES]
    assert [line.text for line in bills.annual().lines if line.group is Group.DISCOUNTS] == [
        "Motivationstarif efter returtemperatur"
    ]


def test_a_step_that_nothing_reached_is_left_out_and_others_are_numbered() -> None:
    basis = charges.basis(bills.WATER_TARIFF, [charges.water(*charges.YEAR, 700_000)])
    lines = document_of(calculate(basis), basis, bills.facts()).lines
    assert [line.text for line in lines if line.text.startswith("Vandafledning")] == [
        "Vandafledning",
        "Vandafledning, trin 2",
    ]


def test_instalments_that_differ_from_what_was_counted_are_refused() -> None:
    basis = bills.heat_basis(paid=bills.instalments(4, 450_000))
    with pytest.raises(IncompleteDocument, match="the instalments come to 1350000"):
        document_of(calculate(basis), basis, bills.facts(deductions=bills.instalments(3, 450_000)))


def test_what_is_to_be_paid_needs_a_way_to_pay() -> None:
    with pytest.raises(IncompleteDocument, match="payment line"):
        bills.annual(payment_line=None)
    assert bills.annual(payment_line=None, by_betalingsservice=True).payment_line is None


def test_who_pays_by_betalingsservice_gets_no_payment_line_to_pay_twice_by() -> None:
    layout = layout_of(bills.estimated())
    assert layout["slip"] is None
    assert layout["box"]["when"] == "Trækkes 15. februar 2027"


@pytest.mark.parametrize(
    ("refund", "how"),
    [
        (Refund.NEMKONTO, "NemKonto"),
        (Refund.NEXT_BILL, "næste regning"),
        (Refund.AGAINST_OWED, "det, du skylder os"),
        (Refund.ON_REQUEST, "Skriv eller ring"),
    ],
)
def test_money_back_says_how(refund: Refund, how: str) -> None:
    layout = layout_of(bills.refund(refund=refund))
    assert layout["box"]["label"] == "Du får tilbage"
    assert not layout["box"]["amount"].startswith("\N{MINUS SIGN}"), "the words say which way the money goes"
    assert how in layout["box"]["how"]
    assert layout["slip"] is None


def test_a_bill_that_comes_out_even_asks_for_nothing() -> None:
    basis = bills.heat_basis()
    bill = calculate(basis)
    paid = replace(bills.instalments(1, 0)[0], net_oere=bill.net_oere, vat_oere=bill.vat_oere)
    even = bills.made(bills.heat_basis(paid=(paid,)), deductions=(paid,), payment_line=None)
    box = layout_of(even)["box"]
    assert (even.to_pay_oere, box["label"], box["vat"]) == (0, "Du skal ikke betale noget", "")


def test_the_payment_line_is_the_one_of_the_bill() -> None:
    slip = layout_of(bills.annual())["slip"]
    assert slip["line"] == "+71<000000000047118+81234567<"
    assert ["Betalings-id", "000000000047118"] in slip["parts"]


def test_a_correction_names_the_bill_and_tells_the_difference() -> None:
    document = bills.correction()
    text = said(layout_of(document))
    assert "Vi har rettet regning 4690." in text
    assert "Opkrævet på regning 4690 af 10.1.2027\n−3.750,00 kr." in text
    with pytest.raises(IncompleteDocument, match="of which bill"):
        bills.annual(kind=DocumentKind.CORRECTION)


def test_a_credit_note_gives_the_whole_bill_back() -> None:
    bill = bills.annual()
    note = credit_note_of(bill, number="4712", issue_date=date(2027, 2, 1))
    text = said(layout_of(note))
    assert note.to_pay_oere == -bill.to_pay_oere
    assert note.vat_to_pay_oere == -bill.vat_to_pay_oere
    assert "Med denne kreditnota bortfalder regning 4711 af 15. januar 2027." in text
    assert "Kreditnotanummer\n4712" in text
    assert "Vi krediterer\n2.680,71 kr." in text


def test_a_credit_note_of_money_given_back_asks_for_it() -> None:
    with pytest.raises(IncompleteDocument, match="payment line"):
        credit_note_of(bills.refund(), number="4712", issue_date=date(2027, 2, 1))
    line = bills.facts().payment_line
    note = credit_note_of(bills.refund(), number="4712", issue_date=date(2027, 2, 1), payment_line=line)
    assert note.payment_line == line


def test_what_is_estimated_is_marked() -> None:
    layout = layout_of(bills.estimated())
    assert "Noget af forbruget er skønnet." in said(layout["notes"])
    assert "7,7 MWh*" in said(layout["specification"])
    assert "10,55 MWh*" not in said(layout["specification"])


def test_a_fee_outside_vat_is_marked_and_bears_none() -> None:
    document = bills.with_fees()
    outside = sum(line.net_oere for line in document.lines if line.vat is Vat.OUTSIDE)
    assert document.vat_oere == round((document.net_oere - outside) / 4)
    assert "Rykkergebyr¹" in said(layout_of(document)["specification"])


def test_an_english_customer_reads_english() -> None:
    text = said(layout_of(bills.english()))
    for part in ("Annual statement for district heating", "You pay", "DKK 2,680.71", "How we worked it out", "By 15"):
        assert part in text
    assert "Moms" not in text


def test_a_danish_customer_reads_no_english() -> None:
    assert "VAT" not in said(layout_of(bills.annual()))


def test_little_use_makes_no_graph_and_no_words() -> None:
    layout = layout_of(bills.fixed_only())
    assert layout["graph"] is None
    assert layout["shares"] is None
    assert layout_of(bills.fixed_only(months=bills.months((None,) * 12, (None,) * 12)))["graph"] is None


def test_the_graph_says_in_words_what_it_shows() -> None:
    drawing = layout_of(bills.annual())["graph"]
    assert drawing["words"][0].startswith("Du brugte 18,25")
    assert said(drawing["words"]).splitlines() == [
        "Du brugte 18,25 MWh. Det er 1,17 MWh (6 %) mindre end året før.",
        "Det var 3 % koldere end året før.",
        "Tager vi højde for vejret, brugte du 8 % mindre.",
    ]
    assert "jan 2026: 2,89 MWh, året før 3,12 MWh." in said(drawing["alt"])
    assert max(max(month["now"], month["before"]) for month in drawing["months"]) <= 1
    assert drawing["legend"][:2] == ["2026", "2025"]


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ((2000, 1000, None), (1000, None, 500), "den ene måned, hvor"),
        ((2000, 500, 1), (1000, 500, None), "de 2 måneder, hvor"),
    ],
)
def test_only_months_known_in_both_years_are_compared(
    now: tuple[int | None], before: tuple[int | None], expected: str
) -> None:
    months = bills.months(now, before)
    assert comparison(months).change_percent() in (100, 67)
    assert comparison_sentences(months, BaseUnit.WATT_HOURS, None, DANISH)[1] == (
        f"Vi har sammenlignet {expected} forbruget er kendt i begge år."
    )


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ((100,), (100,), "Du brugte 0,1 MWh. Det er det samme som året før."),
        ((100,), (0,), "Du brugte 0,1 MWh. Du brugte ikke noget året før."),
        ((0,), (0,), "Du brugte 0 MWh. Det er det samme som året før."),
        ((100,), (None,), "Du brugte 0,1 MWh."),
        ((150,), (100,), "Du brugte 0,15 MWh. Det er 0,05 MWh (50 %) mere end året før."),
    ],
)
def test_use_is_compared_in_words(now: tuple[int], before: tuple[int | None], expected: str) -> None:
    months = tuple(
        Month(date(2026, 1, 1), used * 1000, None if old is None else old * 1000)
        for used, old in zip(now, before, strict=True)
    )
    assert said(comparison_sentences(months, BaseUnit.WATT_HOURS, None, DANISH)) == expected


def test_a_warm_year_is_allowed_for() -> None:
    """80 % of use follows the weather, which was 10 % warmer: 92 was to be expected of last year's 100."""
    months = (Month(date(2026, 1, 1), 96_000_000, 100_000_000),)
    days = DegreeDays(Decimal(2700), Decimal(3000), Decimal(80))
    assert said(comparison_sentences(months, BaseUnit.WATT_HOURS, days, DANISH)).splitlines()[1:] == [
        "Det var 10 % varmere end året før.",
        "Tager vi højde for vejret, brugte du 4 % mere.",
    ]


@given(st.fractions(min_value=Fraction(1, 1000), max_value=10**7))
def test_an_axis_has_few_lines(most: Fraction) -> None:
    assert 1 < most / Fraction(axis_step(most)) <= 5


def test_shares_come_to_the_whole() -> None:
    parts = layout_of(bills.water())["shares"]["parts"]
    assert sum(part["share"] for part in parts) == pytest.approx(1)
    assert [part["name"] for part in parts] == ["Forbrug", "Faste bidrag", "Afgifter til staten", "Moms"]


def test_an_address_has_the_lines_of_an_envelope() -> None:
    address = PostalAddress("Ågade", "9999", "Nordby", "3", "Baghuset", "SE")
    assert address.lines == ("Baghuset", "Ågade 3", "9999 Nordby", "SE")


def test_complaints_are_data_that_a_utility_may_change() -> None:
    assert "Ankenævnet på Energiområdet" in complaints()[Commodity.HEAT].da
    assert Commodity.WASTE not in complaints()
    own = read_complaints('[waste]\nda = "Klag til kommunen."\nen = "Complain to the municipality."\n')
    assert own[Commodity.WASTE].en == "Complain to the municipality."


@pytest.mark.parametrize(
    ("toml", "told"),
    [('[gas]\nda = "x"\nen = "y"', r"\[gas\] is no commodity"), ('[heat]\nda = "x"', r"\[heat\] must have")],
)
def test_complaints_that_cannot_be_used_are_named(toml: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_complaints(toml)
