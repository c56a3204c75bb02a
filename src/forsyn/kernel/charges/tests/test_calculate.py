"""What charges come to, by kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from forsyn.kernel.charges.basis import (
    BilledBefore,
    FactorValue,
    FeeCharged,
    MeanTemperatures,
    OnAccount,
    Quality,
)
from forsyn.kernel.charges.bill import PREPAYMENTS, RECEIVABLES, VAT_PAYABLE, Bill
from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.components import (
    Discount,
    Factor,
    Incentive,
    Minimum,
    Percent,
)
from forsyn.kernel.charges.incentive import IncentiveTerms, ReturnByFlow
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

MAY, JULY = date(2026, 5, 1), date(2026, 7, 1)
ENERGY = variable("energy", always("500"))
TABLE = ReturnByFlow(((60, Decimal(40)), (70, Decimal(35))))
TERMS = IncentiveTerms(
    from_date=LONG_AGO, until_date=None, expected=TABLE, surcharge_percent=Decimal(1), bonus_percent=Decimal(1)
)


def _incentive(**terms: Any) -> Incentive:
    changed = replace(TERMS, **terms)
    return Incentive(key="incentive", text_key="incentive", account="sales", of=("energy",), terms=(changed,))


def _nets(bill: Bill) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in bill.lines:
        found[line.component] = found.get(line.component, 0) + line.net_oere
    return found


@pytest.mark.parametrize(
    ("first", "until", "net_oere"),
    [
        (date(2026, 1, 1), date(2027, 1, 1), 73_200),
        (date(2028, 1, 1), date(2029, 1, 1), 73_200),  # A leap year costs a year.
        (date(2028, 2, 29), date(2028, 3, 1), 200),  # Its days cost a 366th.
        (date(2026, 2, 28), date(2026, 3, 1), 201),
        (date(2027, 12, 31), date(2028, 1, 2), 401),  # 1/365 + 1/366.
        (date(2026, 3, 29), date(2026, 3, 30), 201),  # A day of 23 hours is a day.
        (date(2026, 10, 25), date(2026, 10, 26), 201),  # And one of 25.
    ],
)
def test_a_fixed_charge_counts_days_of_its_own_year(first: date, until: date, net_oere: int) -> None:
    bill = calculate(basis(tariff(fixed("subscription", always("732"))), period=(first, until)))
    assert bill.net_oere == net_oere


@pytest.mark.parametrize("first", [date(2024, 6, 1), date(2026, 6, 1), date(2027, 6, 1)])
def test_a_heating_year_costs_a_year(first: date) -> None:
    """Also those in which a leap day falls, and those that begin in a leap year after it."""
    year = (first, first.replace(year=first.year + 1))
    bill = calculate(basis(tariff(fixed("subscription", always("600")), begins=(6, 1)), period=year))
    assert bill.net_oere == 60_000
    assert bill.lines[0].explanation[0].value["year"] == f"{first.year}/{first.year % 100 + 1}"


def test_heat_is_priced_by_the_gigajoule_too() -> None:
    """As Løjt does: 18.1 MWh are 65.16 GJ."""
    bill = calculate(basis(tariff(variable("energy", always("146.40"), "GJ")), [heat(*YEAR, 18_100_000)]))
    assert [(line.quantity, line.unit, line.net_oere) for line in bill.lines] == [(Decimal("65.16"), "GJ", 953_942)]


def test_a_charge_by_what_is_installed_or_heated() -> None:
    """Kilowatts of capacity, and cubic metres of rooms as Vegger prices them."""
    sizes = (FactorValue(Factor.CUBIC_METRES, LONG_AGO, None, Decimal(325)),
             FactorValue(Factor.KILOWATTS, LONG_AGO, None, Decimal("12.5")))  # fmt: skip
    charged = tariff(
        fixed("rooms", always("5"), Factor.CUBIC_METRES), fixed("capacity", always("100"), Factor.KILOWATTS)
    )
    bill = calculate(basis(charged, factors=sizes))
    assert [(line.quantity, line.unit, line.net_oere) for line in bill.lines] == [
        (Decimal(325), "m3_year", 162_500), (Decimal("12.5"), "kw_year", 125_000),
    ]  # fmt: skip


def test_days_when_the_clock_moves_are_divided_as_other_days() -> None:
    priced = tariff(variable("energy", changing(date(2026, 3, 30), "1000", "2000")))
    week = (date(2026, 3, 28), date(2026, 4, 1))
    assert [line.net_oere for line in calculate(basis(priced, [heat(*week, 4_000_000)], week)).lines] == [
        200_000,
        400_000,
    ]


def test_a_charge_by_area_follows_the_area() -> None:
    built = (
        FactorValue(Factor.SQUARE_METRES, LONG_AGO, JULY, Decimal("100")),
        FactorValue(Factor.SQUARE_METRES, JULY, None, Decimal("130.5")),
    )
    bill = calculate(basis(tariff(fixed("capacity", always("73"), Factor.SQUARE_METRES)), factors=built))
    assert [line.net_oere for line in bill.lines] == [181 * 20 * 100, 480_240]
    assert [line.unit for line in bill.lines] == ["m2_year", "m2_year"]


def test_a_charge_by_meter_size_takes_the_price_of_its_size() -> None:
    sizes = (*always("500", size="2.5"), *always("1200", size="6.3"))
    sized = FactorValue(Factor.METER_SIZE, LONG_AGO, None, Decimal("6.3"))
    assert calculate(basis(tariff(fixed("meter", sizes, Factor.METER_SIZE)), factors=(sized,))).net_oere == 120_000
    unpriced = replace(sized, value=Decimal(10))
    with pytest.raises(CannotBill, match="Meter has no price for meter size 10 from 2026-01-01 to 2027-01-01"):
        calculate(basis(tariff(fixed("meter", sizes, Factor.METER_SIZE)), factors=(unpriced,)))


def test_a_charge_by_dwellings() -> None:
    twelve = FactorValue(Factor.DWELLINGS, LONG_AGO, None, Decimal(12))
    assert calculate(basis(tariff(fixed("f", always("50"), Factor.DWELLINGS)), factors=(twelve,))).net_oere == 60_000


@pytest.mark.parametrize(
    ("m3", "nets"),
    [
        (0, [0, 0, 0]),
        (500, [1_200_000, 0, 0]),
        (1_500, [1_200_000, 1_920_000, 0]),
        (20_100, [1_200_000, 37_440_000, 96_000]),
    ],
)
def test_stairs_of_waste_water(m3: int, nets: list[int]) -> None:
    """24 kr up to 500 m³, 20 % less up to 20,000, 60 % less above (BEK 1070/2013, fully phased in from 2018)."""
    priced = tariff(stairs("24", "80%", "40%"), commodity=Commodity.WASTE_WATER)
    bill = calculate(basis(priced, [water(*YEAR, m3 * 1000)]))
    assert [line.net_oere for line in bill.lines] == nets
    assert [line.part for line in bill.lines] == ["1", "2", "3"]


def test_stairs_accrue_by_the_day_and_later_bills_settle_what_earlier_ones_took() -> None:
    """All in the first half: 1,000 m³ against 248 accrued; at the year's end the thresholds are whole."""
    priced = tariff(stairs("24", "80%", "40%"), commodity=Commodity.WASTE_WATER)
    first_half, year_end = (YEAR[0], JULY), (JULY, YEAR[1])
    used = [water(*first_half, 1_000_000), water(*year_end, 0)]
    first = calculate(basis(priced, used[:1], first_half))
    second = calculate(basis(priced, used, year_end, agreement_from=YEAR[0], billed_before=first.billed_to_date))
    assert [line.net_oere for line in calculate(basis(priced, used)).lines] == [1_200_000, 960_000, 0]
    assert [line.net_oere for line in first.lines] == [595_068, 1_443_945, 0]
    assert [line.net_oere for line in second.lines] == [1_200_000 - 595_068, 960_000 - 1_443_945, 0]
    assert second.billed_to_date == ()


def test_a_heating_year_begins_in_june() -> None:
    """A calendar year's bill touches two tariff years; only the one that goes on is handed to the next bill."""
    stepped = replace(stairs("10", "5", above=("0", "1")), key="steps")
    priced = tariff(stepped, commodity=Commodity.WATER, begins=(6, 1))
    june = date(2026, 6, 1)
    used = [water(date(2025, 6, 1), YEAR[0], 0), water(YEAR[0], june, 0), water(june, YEAR[1], 2_000)]
    before = (BilledBefore("steps", date(2025, 6, 1), "1", 0), BilledBefore("steps", date(2025, 6, 1), "2", 0))
    bill = calculate(basis(priced, used, agreement_from=LONG_AGO, billed_before=before))
    assert [(line.from_date, line.until_date) for line in bill.lines[::2]] == [(YEAR[0], june), (june, YEAR[1])]
    assert {kept.from_date for kept in bill.billed_to_date} == {june}


def test_consumption_may_reach_back_over_the_tariffs_first_day() -> None:
    """Read on 1 May and 1 July; the year's first day, 1 June, is not read: 30 of 61 days count."""
    priced = tariff(stairs("24", "80%", "40%"), commodity=Commodity.WASTE_WATER, begins=(6, 1))
    read = [water(MAY, JULY, 610_000), water(JULY, YEAR[1], 0)]
    before = (BilledBefore("waste_water", date(2026, 6, 1), "1", 0),)
    later = basis(priced, read, (JULY, YEAR[1]), agreement_from=LONG_AGO, billed_before=before)
    first, second, _ = calculate(later).lines
    assert first.quantity + second.quantity == 300
    assert first.net_oere == 703_562, "214 of 365 days of 500 m³, at 24 kr"
    with pytest.raises(CannotBill, match="lies outside what this bill needs"):
        calculate(replace(later, agreement_from=date(2026, 6, 1)))


def test_a_step_at_two_prices_is_spread_as_the_use_is() -> None:
    """600 of 1,000 m³ before July: 500 m³ at 20 and 30 kr in the same proportion, the rest at 80 % of them."""
    steps = stairs("20", "80%", "40%")
    dear = replace(steps.steps[0], prices=changing(JULY, "20", "30"))
    priced = tariff(replace(steps, steps=(dear, *steps.steps[1:])), commodity=Commodity.WASTE_WATER)
    bill = calculate(basis(priced, [water(YEAR[0], JULY, 600_000), water(JULY, YEAR[1], 400_000)]))
    assert [line.net_oere for line in bill.lines] == [300 * 2_000 + 200 * 3_000, 300 * 1_600 + 200 * 2_400, 0]
    assert bill.lines[0].price_kr == Decimal(24), "the mean of both, so that quantity and price make the net"


def test_what_was_billed_of_a_step_that_is_no_more_is_given_back() -> None:
    priced = tariff(stairs("24", above=("0",)), commodity=Commodity.WASTE_WATER)
    used = [water(YEAR[0], JULY, 10_000), water(JULY, YEAR[1], 10_000)]
    before = (BilledBefore("waste_water", YEAR[0], "1", 24_000), BilledBefore("waste_water", YEAR[0], "2", 500))
    bill = calculate(basis(priced, used, (JULY, YEAR[1]), agreement_from=YEAR[0], billed_before=before))
    assert [line.net_oere for line in bill.lines] == [24_000, -500]


def test_an_incentive_is_a_percentage_of_the_energy() -> None:
    means = MeanTemperatures(*YEAR, Decimal("70"), Decimal("38.5"))
    of = basis(tariff(ENERGY, _incentive()), [heat(*YEAR, 10_000_000)], temperatures=(means,))
    assert _nets(calculate(of)) == {"energy": 500_000, "incentive": 17_500}
    incentive = calculate(of).lines[1]
    assert [step.sentence for step in incentive.explanation] == [
        "mean flow 70 °C, mean return 38.5 °C, from 2026-01-01 to 2027-01-01",
        "expected return 35 °C, deviation 3.5 degrees",
        "3.5 degrees count at 1 % each, which is 3.5 %",
        "10 MWh at 500 kr is 5000 kr",
        "3.5 % of 5000 kr is 175 kr",
        "175 kr is rounded to 175 kr",
    ]
    limited = replace(of, tariff=tariff(ENERGY, _incentive(surcharge_limit_percent=Decimal(2))))
    assert _nets(calculate(limited))["incentive"] == 10_000
    exempt = replace(of, tariff=tariff(ENERGY, _incentive(single_pipe_exempt=True)), is_single_pipe=True)
    assert _nets(calculate(exempt))["incentive"] == 0


def test_an_incentive_of_nothing_needs_no_temperatures() -> None:
    bill = calculate(basis(tariff(ENERGY, _incentive()), [heat(*YEAR, 0)]))
    assert _nets(bill) == {"energy": 0, "incentive": 0}


def test_a_discount_is_taken_of_what_it_names() -> None:
    off = Discount(
        key="off", text_key="off", account="sales", of=("energy",), percents=(Percent(LONG_AGO, None, Decimal("7.5")),)
    )
    bill = calculate(basis(tariff(ENERGY, fixed("subscription", always("800")), off), [heat(*YEAR, 10_000_000)]))
    assert _nets(bill) == {"energy": 500_000, "subscription": 80_000, "off": -37_500}


@pytest.mark.parametrize(("mwh", "lacking"), [(1, 100_000), (3, 0), (4, 0)])
def test_a_minimum_charges_what_lacks(mwh: int, lacking: int) -> None:
    least = Minimum(key="least", text_key="least", account="sales", prices=always("1500"), of=("energy",))
    bill = calculate(basis(tariff(ENERGY, least), [heat(*YEAR, mwh * 1_000_000)]))
    assert _nets(bill)["least"] == lacking


def test_a_minimum_of_the_bill_counts_all_but_fees() -> None:
    least = Minimum(key="least", text_key="least", account="sales", prices=always("1500"))
    priced = tariff(ENERGY, fixed("subscription", always("300")), fee("visit", "900", Vat.STANDARD), least)
    bill = calculate(basis(priced, [heat(*YEAR, 1_000_000)], fees=(FeeCharged("visit", JULY),)))
    assert _nets(bill)["least"] == 70_000


def test_what_was_paid_on_account_comes_off_with_its_vat() -> None:
    of = basis(tariff(ENERGY), [heat(*YEAR, 10_000_000)], on_account=OnAccount(600_000, 150_000))
    bill = calculate(of)
    assert (bill.gross_oere, bill.to_pay_oere) == (625_000, -125_000)
    assert {posting.account: posting.amount_oere for posting in bill.postings} == {
        "sales": -500_000,
        PREPAYMENTS: 600_000,
        VAT_PAYABLE: 25_000,
        RECEIVABLES: -125_000,
    }


def test_estimates_are_marked() -> None:
    used = [heat(YEAR[0], JULY, 5, Quality.MEASURED), heat(JULY, YEAR[1], 5, Quality.ESTIMATED)]
    bill = calculate(basis(tariff(variable("energy", changing(JULY, "1", "2"))), used))
    assert [line.is_estimated for line in bill.lines] == [False, True]


def test_a_line_says_how_it_was_reckoned() -> None:
    bill = calculate(basis(tariff(variable("energy", changing(JULY, "500", "550"))), [heat(*YEAR, 3_650_000)]))
    assert [step.sentence for step in bill.lines[0].explanation] == [
        "of 3.65 MWh from 2026-01-01 to 2027-01-01 (measured), 181 of 365 days: 1.81 MWh",
        "1.81 MWh used from 2026-01-01 to 2026-07-01 (measured)",
        "1.81 MWh at 500 kr is 905 kr",
        "905 kr is rounded to 905 kr",
    ]
