"""What bills say: every step and every reason in both languages, with Danish numbers and days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.billing.basis_rules import NotReadyCode
from forsyn.domain.billing.left_out_rules import Changed, overtaken
from forsyn.domain.billing.run_rules import StopCode
from forsyn.kernel.charges.basis import Basis, Consumption, MeanTemperatures, Quality
from forsyn.kernel.charges.bill import Explained, ExplainedStep
from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.components import Discount, Incentive, Minimum, Percent
from forsyn.kernel.charges.incentive import FixedReturn, IncentiveTerms
from forsyn.kernel.charges.reasons import CannotBill, ImpossibleTariff, Reason, ReasonCode
from forsyn.kernel.charges.worded import Worded
from forsyn.kernel.charges.work import said
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.vocabulary import Language
from forsyn.workflows.bill_numbers import (
    amount_text,
    days_text,
    kr_number_text,
    money_text,
    number_text,
    short_days_text,
)
from forsyn.workflows.bill_words import (
    component_names,
    component_text,
    explained,
    price_text,
    quantity_text,
    reason_sentence,
    reason_sentences,
    step_sentence,
    stored_reason_sentences,
    words,
)
from tests import charge_samples as samples

DANISH, ENGLISH = Language.DANISH, Language.ENGLISH
BOTH = pytest.mark.parametrize("language", [DANISH, ENGLISH])
DAYS = {"first", "until", "period", "Period"}
"""A sentence may tell a period by its days in words, or by its first day."""


def places(text: str) -> set[str]:
    found = {name for _, name, _, _ in Formatter().parse(text) if name}
    return {"days of a period" if name in DAYS else name for name in found}


@BOTH
@pytest.mark.parametrize("code", [*Explained, *ReasonCode], ids=lambda code: code.key)
def test_every_code_has_a_text_with_all_its_places(code: Worded, language: Language) -> None:
    section = words(language).sections["steps" if isinstance(code, Explained) else "reasons"]
    texts = [section[key] for key in section if key == code.key or key.startswith(f"{code.key}_below_zero")]
    assert texts
    assert [places(text) for text in texts] == [places(code.value)] * len(texts)


def test_no_text_is_for_a_code_that_is_no_more() -> None:
    known = {code.key for code in (*Explained, *ReasonCode)} | {"minimum_reached"}
    found = {key.removesuffix("_below_zero") for name in ("steps", "reasons") for key in words(DANISH).sections[name]}
    assert found - known == set()


@BOTH
@pytest.mark.parametrize("code", list(ReasonCode), ids=lambda code: code.key)
def test_every_reason_is_a_sentence_that_says_what_to_do(code: ReasonCode, language: Language) -> None:
    """Also where a reason has no dates or value: nothing is left to fill, and nothing fails."""
    sentence = reason_sentence(Reason(code), {}, language)
    assert sentence.endswith(".")
    assert "{" not in sentence
    assert sentence.count(". ") >= 1, "first what is wrong, then what to do"


TEXTS = {"heat": {"da": "Fjernvarme", "en": "District heating"}, "rent": {"da": "Målerleje", "en": ""}}
TARIFF = samples.tariff(
    samples.fixed("rent", samples.always(500)),
    samples.variable("heat", samples.changing(date(2026, 7, 1), "600", "650.5")),
)


def sentences(basis: Basis, component: str, language: Language = DANISH) -> list[str]:
    """What the first line of a component is explained by."""
    line = next(line for line in calculate(basis).lines if line.component == component)
    return [sentence.replace("\N{NO-BREAK SPACE}", " ") for sentence in explained(line.explanation, language)]


def test_a_line_can_be_checked_by_hand_in_danish() -> None:
    basis = samples.basis(TARIFF, [samples.heat(*samples.YEAR, 18_250_000)])
    assert sentences(basis, "heat") == [
        "18,25 MWh er opgjort samlet fra 1. januar 2026 til og med 31. december 2026 (målt). "
        "181 af de 365 dage hører til her, det er 9,05 MWh.",
        "Fra 1. januar 2026 til og med 30. juni 2026 er der brugt 9,05 MWh (målt).",
        "9,05 MWh à 600,00 kr. giver 5.430,00 kr.",
    ]
    assert sentences(basis, "rent") == [
        "Perioden har 365 af de 365 dage i 2026.",
        "1 år à 500,00 kr. giver 500,00 kr.",
    ]


def test_the_same_in_english() -> None:
    basis = samples.basis(TARIFF, [samples.heat(*samples.YEAR, 18_250_000, Quality.ESTIMATED)])
    assert sentences(basis, "heat", ENGLISH)[1:] == [
        "From 1 January 2026 up to and including 30 June 2026, 9.05 MWh was used (estimated).",
        "9.05 MWh at DKK 600.00 is DKK 5,430.00.",
    ]


def test_what_is_rounded_says_so_and_what_is_not_does_not() -> None:
    basis = samples.basis(TARIFF, [samples.heat(*samples.YEAR, 1_000)])
    assert sentences(basis, "heat")[-1] == "0,297534 kr. rundes af til 0,30 kr."
    assert not any("rundes" in sentence for sentence in sentences(basis, "rent"))


@pytest.mark.parametrize(
    ("return_celsius", "expected"),
    [
        (
            "36",
            [
                "Vi forventer et returløb på 40 °C. Dit var 4 grader koldere, og det er godt.",
                "4 grader tæller med 2 % hver, så fradraget er 8 %.",
                "−8 % af 6.000,00 kr. er −480,00 kr.",
            ],
        ),
        (
            "43",
            [
                "Vi forventer et returløb på 40 °C. Dit var 3 grader varmere.",
                "3 grader tæller med 1 % hver, så tillægget er 3 %.",
                "3 % af 6.000,00 kr. er 180,00 kr.",
            ],
        ),
    ],
)
def test_an_incentive_says_whether_it_is_good(return_celsius: str, expected: list[str]) -> None:
    terms = IncentiveTerms(
        from_date=samples.LONG_AGO,
        until_date=None,
        expected=FixedReturn(Decimal(40)),
        surcharge_percent=Decimal(1),
        bonus_percent=Decimal(2),
    )
    tariff = samples.tariff(
        samples.variable("heat", samples.always(600)),
        Incentive(key="cooling", text_key="cooling", account="sales", of=("heat",), terms=(terms,)),
    )
    means = MeanTemperatures(*samples.YEAR, Decimal(70), Decimal(return_celsius))
    basis = samples.basis(tariff, [samples.heat(*samples.YEAR, 10_000_000)], temperatures=(means,))
    said_of_it = sentences(basis, "cooling")
    assert said_of_it[0].startswith("Fra 1. januar 2026 til og med 31. december 2026 var fremløbet i gennemsnit 70 °C")
    assert [each for each in said_of_it if "grader" in each or "%" in each] == expected


def test_a_minimum_that_was_reached_adds_nothing() -> None:
    tariff = samples.tariff(
        samples.variable("heat", samples.always(600)),
        Minimum(key="least", text_key="least", account="sales", prices=samples.always(1_000)),
    )
    reached = sentences(samples.basis(tariff, [samples.heat(*samples.YEAR, 2_000_000)]), "least")
    lacking = sentences(samples.basis(tariff, [samples.heat(*samples.YEAR, 1_000_000)]), "least")
    assert reached[-1] == "Mindstebetalingen er 1.000,00 kr. Der er beregnet 1.200,00 kr., så der lægges intet til."
    assert lacking[-1] == ("Mindstebetalingen er 1.000,00 kr., og der er beregnet 600,00 kr. Forskellen er 400,00 kr.")


def test_a_discount_and_a_fee_for_dwellings() -> None:
    percents = (Percent(samples.LONG_AGO, None, Decimal(5)),)
    tariff = samples.tariff(
        samples.variable("heat", samples.always(600)),
        Discount(key="discount", text_key="discount", account="sales", of=("heat",), percents=percents),
    )
    basis = samples.basis(tariff, [samples.heat(*samples.YEAR, 10_000_000)])
    assert sentences(basis, "discount") == ["−5 % af 6.000,00 kr. er −300,00 kr."]
    one, two = (said(Explained.FACTOR, value=value, factor="dwellings") for value in (1, 2))
    assert [step_sentence(each, DANISH) for each in (one, two)] == [
        "Vi regner med 1 bolig.",
        "Vi regner med 2 boliger.",
    ]


def test_every_step_of_real_bills_is_told_in_both_languages() -> None:
    basis = samples.basis(
        samples.tariff(samples.stairs("40", "80%", "40%"), commodity=samples.Commodity.WASTE_WATER),
        [samples.water(*samples.YEAR, 700_000)],
    )
    steps = [step for line in calculate(basis).lines for step in line.explanation]
    assert {step.says for step in steps} >= {Explained.STEP, Explained.CONSUMED, Explained.PRICED}
    for language in (DANISH, ENGLISH):
        assert all("{" not in step_sentence(step, language) for step in steps)


def refused(basis: Basis, language: Language = DANISH) -> list[str]:
    names = component_names(basis.tariff.components, TEXTS, language)
    with pytest.raises(CannotBill) as error:
        calculate(basis)
    return reason_sentences(error.value.reasons, names, language)


def test_a_clerk_reads_what_is_missing_and_what_to_do() -> None:
    missing = samples.basis(TARIFF, [samples.heat(date(2026, 1, 1), date(2026, 6, 1), 9_000_000)])
    assert refused(missing) == [
        "Der mangler forbrug (varme) fra 1. juni 2026 til og med 31. december 2026. "
        "Indhent en aflæsning, eller sæt et skøn."
    ]


def test_a_negative_consumption_is_told_as_the_meter_counts() -> None:
    span = Consumption(*samples.YEAR, -12_500, BaseUnit.WATT_HOURS)
    assert refused(samples.basis(TARIFF, [span]))[0] == (
        "Forbruget fra 1. januar 2026 til og med 31. december 2026 er negativt (−12,5\N{NO-BREAK SPACE}kWh). "
        "Ret aflæsningerne."
    )


def test_what_a_tariff_lacks_is_named_by_its_text() -> None:
    with pytest.raises(ImpossibleTariff) as error:
        samples.tariff(samples.fixed("rent", ()), samples.fixed("rent", samples.always("-5")))
    told = reason_sentences(error.value.reasons, {"rent": "Målerleje"}, DANISH)
    assert "»Målerleje« findes to gange i taksten. Giv hver sin egen nøgle." in told
    assert "»Målerleje« har ingen pris. Tilføj en med den dag, den gælder fra." in told


def test_a_component_is_called_what_the_tariff_calls_it() -> None:
    assert component_text("heat", TEXTS, ENGLISH) == "District heating"
    assert component_text("rent", TEXTS, ENGLISH) == "Målerleje", "better in Danish than not at all"
    assert component_text("unknown", TEXTS, ENGLISH) == "unknown"


@pytest.mark.parametrize(
    ("quantity", "unit", "danish", "english"),
    [
        ("18.1", "MWh", "18,1 MWh", "18.1 MWh"),
        ("1204", "m3", "1.204 m³", "1,204 m³"),
        ("1", "dwelling_year", "1 bolig i et år", "1 dwelling for a year"),
        ("2", "dwelling_year", "2 boliger i et år", "2 dwellings for a year"),
        ("-5", "percent", "−5 %", "−5 %"),
        ("1", "difference", "", ""),
    ],
)
def test_quantities_bear_their_unit(quantity: str, unit: str, danish: str, english: str) -> None:
    told = [
        quantity_text(quantity, unit, language).replace("\N{NO-BREAK SPACE}", " ") for language in (DANISH, ENGLISH)
    ]
    assert told == [danish, english]


def test_prices_say_per_what() -> None:
    assert price_text("810", "MWh", DANISH) == "810,00\N{NO-BREAK SPACE}kr. pr. MWh"
    assert price_text("0.81", "kWh", ENGLISH) == "DKK\N{NO-BREAK SPACE}0.81 per kWh"
    assert price_text("60", "percent", DANISH) == ""


@pytest.mark.parametrize(
    ("plain", "danish", "english"),
    [
        ("1234567.5", "1.234.567,5", "1,234,567.5"),
        ("-0.5", "−0,5", "−0.5"),
        ("999", "999", "999"),
        ("1000", "1.000", "1,000"),
    ],
)
def test_numbers_are_written_as_people_read_them(plain: str, danish: str, english: str) -> None:
    assert (number_text(plain, DANISH), number_text(plain, ENGLISH)) == (danish, english)


def test_amounts_have_two_decimals_and_their_currency() -> None:
    assert amount_text(-123_456, DANISH) == "−1.234,56"
    assert money_text(5, DANISH) == "0,05\N{NO-BREAK SPACE}kr."
    assert money_text(123_450, ENGLISH) == "DKK\N{NO-BREAK SPACE}1,234.50"
    assert kr_number_text("612.375", DANISH) == "612,375\N{NO-BREAK SPACE}kr."


@given(st.integers(-(10**14), 10**14))
def test_an_amount_can_be_read_back(oere: int) -> None:
    text = amount_text(oere, DANISH)
    back = Decimal(text.replace(".", "").replace(",", ".").replace("\N{MINUS SIGN}", "-"))
    assert back * 100 == oere
    assert all(len(group) == 3 for group in text.lstrip("\N{MINUS SIGN}").partition(",")[0].split(".")[1:])


def test_days_are_told_with_the_last_one() -> None:
    first, until = date(2026, 1, 1), date(2026, 2, 1)
    assert days_text(first, until, DANISH) == "fra 1. januar 2026 til og med 31. januar 2026"
    assert days_text(first, date(2026, 1, 2), DANISH) == "den 1. januar 2026"
    assert days_text(first, None, ENGLISH) == "from 1 January 2026"
    assert days_text(until, first, DANISH) == "fra 1. februar 2026 til 1. januar 2026", "as it stands, if impossible"
    assert short_days_text(first, until, DANISH) == "1.1.2026–31.1.2026"


def test_a_step_keeps_what_is_said() -> None:
    """An explanation that was kept reads the same: numbers as text, dates by ISO 8601."""
    kept = ExplainedStep(Explained.CONSUMED, (("amount", "1234.5"), ("unit", "m3")))
    assert step_sentence(kept, DANISH) == "Forbruget er 1.234,5 m³ i alt."


@BOTH
@pytest.mark.parametrize("code", [*(code.key for code in NotReadyCode), *StopCode])
def test_every_reason_of_a_run_is_a_sentence(code: str, language: Language) -> None:
    reason = {"code": code, "component": "", "from": "2026-01-01", "until": "2026-07-01", "value": "V-1"}
    (told,) = stored_reason_sentences([reason, reason], {}, language)
    assert told.endswith(".")
    assert code not in told
    assert ("V-1" in told) == (code not in ("open_privacy_request", "needs_staff"))


@BOTH
def test_what_changed_is_said_in_words(language: Language) -> None:
    assert set(words(language).sections["changed"]) == set(Changed)
    told = stored_reason_sentences(overtaken([Changed.TARIFF, Changed.ON_ACCOUNT]).reasons, {}, DANISH)
    assert told[0] == (
        "Siden forhåndsvisningen er prisen ændret, så regningen er ikke bogført. Lav en ny kørsel for de dage."
    )


def test_a_kept_reason_of_the_kernel_is_said_as_the_kernels() -> None:
    kept = {"code": "missing_price", "component": "rent", "from": "2026-01-01", "until": None, "value": ""}
    known = Reason(ReasonCode.MISSING_PRICE, "rent", date(2026, 1, 1), None, "")
    names = {"rent": "Målerleje"}
    assert stored_reason_sentences([kept], names, DANISH) == [reason_sentence(known, names, DANISH)]
