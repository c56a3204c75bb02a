"""A tariff that contradicts itself cannot be made."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from forsyn.kernel.charges.components import Discount, Factor, Incentive, Minimum, Percent, Price, PriceStep
from forsyn.kernel.charges.incentive import FixedCooling, FixedReturn, IncentiveTerms, ReturnByFlow
from forsyn.kernel.charges.reasons import ImpossibleTariff
from forsyn.kernel.money import Vat
from tests.charge_samples import LONG_AGO, always, fee, fixed, stairs, tariff, variable

MAY, JULY = date(2026, 5, 1), date(2026, 7, 1)
ENERGY = variable("energy", always("500"))


def _incentive(**terms: Any) -> Incentive:
    asked: dict[str, Any] = {"from_date": LONG_AGO, "until_date": None, "expected": FixedReturn(Decimal(38))} | terms
    return Incentive(key="inc", text_key="i", account="sales", of=("energy",), terms=(IncentiveTerms(**asked),))


def _discount(of: tuple[str, ...], percent: str = "5", vat: Vat = Vat.STANDARD) -> Discount:
    return Discount(
        key="off", text_key="o", account="a", of=of, percents=(Percent(LONG_AGO, None, Decimal(percent)),), vat=vat
    )


def _priced(*prices: Price) -> Any:
    return variable("energy", prices)


STEPS = stairs("24", "80%", "40%")


@pytest.mark.parametrize(
    ("components", "fragment"),
    [
        ([], "no components"),
        ([ENERGY, ENERGY], "Energy is there twice"),
        ([replace(ENERGY, account="")], "no account"),
        ([_priced()], "Energy has no price"),
        ([_priced(Price(JULY, MAY, Decimal(1)))], "must end after it begins"),
        ([_priced(Price(MAY, None, Decimal(1)), Price(JULY, None, Decimal(1)))], "two prices on 2026-07-01"),
        ([_priced(Price(MAY, None, Decimal("0.0000001")))], "at most 6 decimals"),
        ([_priced(Price(MAY, None, Decimal("NaN")))], "has the price NaN"),
        ([_priced(Price(MAY, None, Decimal("sNaN")))], "has the price sNaN"),
        ([_priced(Price(MAY, None, Decimal("1e500")))], "has the price 1E+500"),
        ([_priced(Price(MAY, None, Decimal(1), Decimal(4)))], "meter size 4"),
        ([fixed("meter", always("1"), Factor.METER_SIZE)], "meter size None"),
        ([fixed("meter", always("1", size="NaN"), Factor.METER_SIZE)], "meter size NaN"),
        ([fixed("meter", (), Factor.METER_SIZE)], "Meter has no price"),
        ([fee("visit", "-1", Vat.OUTSIDE)], "cannot be below zero"),
        ([replace(STEPS, steps=STEPS.steps[1:])], "do not begin at 0"),
        ([replace(STEPS, steps=STEPS.steps[::-1])], "do not begin at 0"),
        ([replace(STEPS, steps=(PriceStep(Decimal(0)),))], "both or neither"),
        ([replace(STEPS, steps=(STEPS.steps[0], PriceStep(Decimal(9), Decimal(-1))))], "share from 0 up"),
        ([ENERGY, _incentive(surcharge_percent=Decimal(101))], "has 101 %"),
        ([ENERGY, _incentive(surcharge_free_degrees=Decimal(-1))], "cannot be below zero"),
        ([ENERGY, _incentive(expected=ReturnByFlow(()))], "put it in order"),
        ([ENERGY, _incentive(expected=ReturnByFlow(((60, Decimal(4)), (60, Decimal(4)))))], "put it in order"),
        ([ENERGY, _incentive(single_pipe_expected=FixedCooling(Decimal(0)))], "put it in order"),
        ([_incentive()], "reckoned of energy"),
        ([ENERGY, _discount(())], "reckoned of nothing"),
        ([ENERGY, STEPS, _discount(("waste_water",))], "cannot carry it"),
        ([ENERGY, _discount(("energy", "energy"))], "energy twice"),
        ([ENERGY, _discount(("energy",), "101")], "has 101 %"),
        ([ENERGY, _discount(("energy",), "60"), replace(_discount(("energy",), "50"), key="more")], "by 110 %"),
        ([ENERGY, _discount(("energy",), vat=Vat.OUTSIDE)], "another VAT code"),
        ([ENERGY, Minimum(key="m", text_key="m", account="a", prices=always("1"), of=("m",))], "cannot carry it"),
    ],
)
def test_an_impossible_tariff_says_why(components: list[Any], fragment: str) -> None:
    with pytest.raises(ImpossibleTariff, match=re.escape(fragment)):
        tariff(*components)


@pytest.mark.parametrize("begins", [(2, 29), (0, 1), (13, 1), (4, 31)])
def test_a_tariffs_year_begins_on_a_day_that_every_year_has(begins: tuple[int, int]) -> None:
    with pytest.raises(ImpossibleTariff, match="no day that every year has"):
        tariff(ENERGY, begins=begins)


def test_a_price_may_be_below_zero_where_a_surplus_is_paid_back() -> None:
    assert tariff(variable("surplus", always("-12.50"))).components
