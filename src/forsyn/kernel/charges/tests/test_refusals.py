"""What stands in the way of a bill: named all at once, and never billed as zero."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from forsyn.kernel.charges.basis import (
    Basis,
    BilledBefore,
    FactorValue,
    FeeCharged,
    MeanTemperatures,
    OnAccount,
)
from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.components import (
    Factor,
    Incentive,
    Price,
    Split,
)
from forsyn.kernel.charges.incentive import Beyond, IncentiveTerms, ReturnByFlow
from forsyn.kernel.charges.reasons import CannotBill
from forsyn.kernel.charges.tariff import Commodity
from forsyn.kernel.money import Vat
from tests.charge_samples import (
    LONG_AGO,
    YEAR,
    always,
    basis,
    changing,
    fee,
    fixed,
    heat,
    stairs,
    tariff,
    variable,
    water,
)

JULY = date(2026, 7, 1)
ENERGY = variable("energy", always("500"))
TABLE = ReturnByFlow(((60, Decimal(40)), (70, Decimal(35))))
TERMS = IncentiveTerms(
    from_date=LONG_AGO, until_date=None, expected=TABLE, surcharge_percent=Decimal(1), bonus_percent=Decimal(1)
)


def _incentive(**terms: Any) -> Incentive:
    changed = replace(TERMS, **terms)
    return Incentive(key="incentive", text_key="incentive", account="sales", of=("energy",), terms=(changed,))


def test_an_amount_that_no_bill_can_come_to_stops_it() -> None:
    """The largest price times the largest consumption: more than the books could hold."""
    absurd = basis(tariff(variable("energy", always("999999999"), "kWh")), [heat(*YEAR, 10**15)])
    assert _refused(absurd) == [
        "Energy comes to 999999999000000000000.00 kr, more than any bill can: correct the price, size or readings."
    ]


def _refused(of: Basis) -> list[str]:
    with pytest.raises(CannotBill) as refused:
        calculate(of)
    assert str(refused.value) == " ".join(reason.sentence for reason in refused.value.reasons)
    return [reason.sentence for reason in refused.value.reasons]


def test_a_change_that_must_be_measured_names_its_day() -> None:
    measured = variable("energy", changing(JULY, "500", "550"), split=Split.MEASURED)
    assert _refused(basis(tariff(measured), [heat(*YEAR, 1)])) == [
        "Energy changes on 2026-07-01 and is split by measured consumption: the consumption from 2026-01-01 to "
        "2027-01-01 goes across that day, so a reading of 2026-07-01 is needed."
    ]
    read = [heat(YEAR[0], JULY, 1_000_000), heat(JULY, YEAR[1], 2_000_000)]
    assert [line.net_oere for line in calculate(basis(tariff(measured), read)).lines] == [50_000, 110_000]


def test_every_problem_is_named_at_once() -> None:
    ends = (Price(LONG_AGO, JULY, Decimal(500)),)
    priced = tariff(variable("energy", ends), fixed("capacity", always("1"), Factor.SQUARE_METRES), _incentive())
    assert _refused(basis(priced, [heat(*YEAR, 5)])) == [
        "Energy has no price from 2026-07-01 to 2027-01-01: add a dated price to the tariff.",
        "Capacity needs square_metres from 2026-01-01 to 2027-01-01: register it.",
        "Incentive needs the mean flow and return temperature from 2026-01-01 to 2027-01-01: add them.",
    ]


DAY = timedelta(days=1)
MAY = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("used", "sentence"),
    [
        ([], "Consumption in watt_hours is missing from 2026-01-01 to 2027-01-01: read or estimate it."),
        (
            [heat(YEAR[0], MAY, 1), heat(JULY, YEAR[1], 1)],
            "Consumption in watt_hours is missing from 2026-05-01 to 2026-07-01: read or estimate it.",
        ),
        (
            [heat(MAY, YEAR[1], 1)],
            "Consumption in watt_hours is missing from 2026-01-01 to 2026-05-01: read or estimate it.",
        ),
        (
            [heat(YEAR[0], JULY, 1), heat(MAY, YEAR[1], 1)],
            "Consumption in watt_hours is given twice from 2026-05-01 to 2026-07-01: keep one.",
        ),
        (
            [heat(*YEAR, 1), heat(*YEAR, 1)],
            "Consumption in watt_hours is given twice from 2026-01-01 to 2027-01-01: keep one.",
        ),
        (
            [heat(*YEAR, -1)],
            "Consumption from 2026-01-01 to 2027-01-01 is negative (-1 watt_hours): correct the readings.",
        ),
        (
            [heat(*YEAR, 10**16)],
            "Consumption from 2026-01-01 to 2027-01-01 is more than any meter counts "
            "(10000000000000000 watt_hours): correct it.",
        ),
        (
            [heat(YEAR[0] - DAY, YEAR[1], 1)],
            "Consumption in watt_hours from 2025-12-31 to 2027-01-01 lies outside what this bill needs: leave it out.",
        ),
        (
            [heat(*YEAR, 1), water(*YEAR, 1)],
            "Consumption in litres from 2026-01-01 to 2027-01-01 lies outside what this bill needs: leave it out.",
        ),
        (
            [heat(*YEAR, 1), heat(MAY, MAY, 1)],
            "Consumption in watt_hours from 2026-05-01 to 2026-05-01 has no days: it must end after it begins.",
        ),
    ],
)
def test_consumption_that_cannot_be_billed(used: list[Any], sentence: str) -> None:
    assert _refused(basis(tariff(ENERGY), used)) == [sentence]


@pytest.mark.parametrize("period", [(JULY, JULY), (JULY, MAY)])
def test_a_period_without_days(period: tuple[date, date]) -> None:
    [sentence] = _refused(basis(tariff(ENERGY), period=period))
    assert sentence.endswith("has no days: it must end after it begins.")


def test_a_period_in_no_sensible_year() -> None:
    [sentence] = _refused(basis(tariff(ENERGY), period=(YEAR[0], date.max)))
    assert sentence == "The period from 2026-01-01 to 9999-12-31 cannot be right: correct its dates."


def test_a_period_before_the_agreement() -> None:
    [sentence] = _refused(basis(tariff(ENERGY), [heat(*YEAR, 1)], agreement_from=MAY))
    assert sentence == "The period begins 2026-01-01, before the agreement does on 2026-05-01."


@pytest.mark.parametrize(
    ("metres", "ending"),
    [
        ([("0", LONG_AGO, None)], "is no size: register the right one."),
        ([("NaN", LONG_AGO, None)], "is no size: register the right one."),
        ([("-5", LONG_AGO, None)], "is no size: register the right one."),
        (
            [("90", LONG_AGO, None), ("95", MAY, None)],
            "square_metres is given twice from 2026-05-01 to None: keep one.",
        ),
        ([("90", LONG_AGO, MAY)], "needs square_metres from 2026-05-01 to 2027-01-01: register it."),
    ],
)
def test_an_area_that_cannot_be_billed(metres: list[tuple[str, date, date | None]], ending: str) -> None:
    values = tuple(FactorValue(Factor.SQUARE_METRES, first, until, Decimal(value)) for value, first, until in metres)
    [sentence] = _refused(basis(tariff(fixed("capacity", always("1"), Factor.SQUARE_METRES)), factors=values))
    assert sentence.lower().endswith(ending.lower())


def test_what_was_billed_before_must_be_said_once_and_only_where_it_counts() -> None:
    priced = tariff(stairs("24", "80%", "40%"), commodity=Commodity.WASTE_WATER)
    used = [water(YEAR[0], JULY, 1), water(JULY, YEAR[1], 1)]
    second_half = basis(priced, used, (JULY, YEAR[1]), agreement_from=YEAR[0])
    assert _refused(second_half) == [
        "Waste_water counts from 2026-01-01: say what was billed of it from then to 2026-07-01 (0 where nothing was)."
    ]
    one = BilledBefore("waste_water", YEAR[0], "1", 5)
    stray = BilledBefore("rain", YEAR[0], "", 5)
    assert len(_refused(replace(second_half, billed_before=(one, one)))) == 1
    assert _refused(replace(second_half, billed_before=(one, stray))) == [
        "Rain counts nothing from 2026-01-01 in this bill: leave out what was billed before."
    ]


def test_counted_consumption_is_cut_at_the_bills_first_day() -> None:
    priced = tariff(stairs("24", "80%", "40%"), commodity=Commodity.WASTE_WATER)
    [sentence] = _refused(basis(priced, [water(*YEAR, 1)], (JULY, YEAR[1]), agreement_from=YEAR[0]))
    assert sentence.endswith("goes across the first day of the bill: cut it there by reading.")


@pytest.mark.parametrize(
    ("flow", "return_", "ending"),
    [
        ("59.9", "40", "has no expected return for a flow of 59.9 °C: the tariff's table ends before."),
        ("60", "61", "cannot be right (flow 60, return 61): correct them."),
        ("NaN", "61", "cannot be right (flow NaN, return 61): correct them."),
    ],
)
def test_temperatures_that_cannot_be_assessed(flow: str, return_: str, ending: str) -> None:
    means = MeanTemperatures(*YEAR, Decimal(flow), Decimal(return_))
    strict = _incentive(expected=replace(TABLE, beyond=Beyond.REFUSE))
    [sentence] = _refused(basis(tariff(ENERGY, strict), [heat(*YEAR, 1_000)], temperatures=(means,)))
    assert sentence.endswith(ending)


@pytest.mark.parametrize(
    ("charged", "ending"),
    [
        (FeeCharged("visit", YEAR[1]), "lies outside the bill's period: move it to the bill of its day."),
        (FeeCharged("visit", MAY, 0), "is charged 0 times: give a positive number."),
        (FeeCharged("tip", MAY), "is no fee of the tariff: choose one that is."),
    ],
)
def test_fees_that_cannot_be_billed(charged: FeeCharged, ending: str) -> None:
    [sentence] = _refused(basis(tariff(fee("visit", "100", Vat.STANDARD)), fees=(charged,)))
    assert sentence.endswith(ending)


@pytest.mark.parametrize(
    "wrong", [{"vat_percent": Decimal("NaN")}, {"vat_percent": Decimal(-1)}, {"on_account": OnAccount(-1)}]
)
def test_terms_that_cannot_be_right(wrong: dict[str, Any]) -> None:
    of = basis(tariff(ENERGY), [heat(*YEAR, 1)])
    assert len(_refused(replace(of, **wrong))) == 1
    assert _refused(replace(of, commodity=Commodity.WATER)) == [
        "The tariff is not for water: choose the agreement's tariff."
    ]
