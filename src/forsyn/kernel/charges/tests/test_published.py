"""What Danish utilities have published as examples of their own tariffs comes out to the øre."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from forsyn.kernel.charges.basis import FeeCharged, MeanTemperatures
from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.components import Factor, Incentive
from forsyn.kernel.charges.incentive import (
    Between,
    Excess,
    Expected,
    FixedCooling,
    FixedReturn,
    IncentiveTerms,
    ReturnByFlow,
    assess,
    expected_return,
)
from forsyn.kernel.charges.tariff import Commodity
from forsyn.kernel.money import Vat
from tests.charge_samples import (
    LONG_AGO,
    YEAR,
    always,
    basis,
    fee,
    fixed,
    heat,
    square_metres,
    stairs,
    tariff,
    variable,
    water,
)

PUBLISHED = json.loads((Path(__file__).parent / "published.json").read_text(encoding="utf-8"))


def _bill(case: dict[str, Any]) -> Any:
    with_vat = case["prices_with_vat"]
    yearly = [fixed(f"fixed{n}", always(kr, with_vat=with_vat)) for n, kr in enumerate(case.get("per_year", []))]
    cubic = [variable(f"m3_{n}", always(kr, with_vat=with_vat), "m3") for n, kr in enumerate(case.get("per_m3", []))]
    components: list[Any] = [*yearly, *cubic]
    if "per_m2" in case:
        components.append(fixed("area", always(case["per_m2"], with_vat=with_vat), Factor.SQUARE_METRES))
    if "per_mwh" in case:
        components.append(variable("energy", always(case["per_mwh"], with_vat=with_vat)))
    used = [heat(*YEAR, case["watt_hours"])] if "watt_hours" in case else [water(*YEAR, case["litres"])]
    commodity = Commodity.HEAT if "watt_hours" in case else Commodity.WATER
    factors = (square_metres(case["m2"]),) if "m2" in case else ()
    return calculate(basis(tariff(*components, commodity=commodity), used, factors=factors))


@pytest.mark.parametrize("name", PUBLISHED["bills"])
def test_a_published_bill(name: str) -> None:
    case = PUBLISHED["bills"][name]
    bill = _bill(case)
    for total in ("net_oere", "vat_oere", "gross_oere"):
        assert getattr(bill, total) == case.get(total, getattr(bill, total))
    assert bill.gross_oere == case["gross_oere"]


@pytest.mark.parametrize("name", PUBLISHED["skive"])
def test_skives_examples(name: str) -> None:
    case = PUBLISHED["skive"][name]
    terms = IncentiveTerms(
        from_date=LONG_AGO,
        until_date=None,
        expected=ReturnByFlow(((68, Decimal(case["expected"])),)),
        surcharge_percent=Decimal(1),
        surcharge_free_degrees=Decimal(5),
        bonus_percent=Decimal(2),
    )
    incentive = Incentive(key="incentive", text_key="incentive", account="sales", of=("energy",), terms=(terms,))
    energy = variable("energy", always("545", with_vat=True))
    means = MeanTemperatures(*YEAR, Decimal(case["flow"]), Decimal(case["return"]))
    used = [heat(*YEAR, 18_000_000)]
    with_it = calculate(basis(tariff(energy, incentive), used, temperatures=(means,)))
    without = calculate(basis(tariff(energy), used))
    assert with_it.gross_oere - without.gross_oere == case["gross_oere"]


@pytest.mark.parametrize("name", PUBLISHED["tables"])
@pytest.mark.parametrize("between", Between)
def test_a_published_table_reads_at_its_rows(name: str, between: Between) -> None:
    rows = PUBLISHED["tables"][name]
    table = _table(rows, between)
    for flow, celsius in rows.items():
        assert expected_return(table, Fraction(flow)) == Fraction(celsius)


def test_skives_table_between_its_rows() -> None:
    rows = PUBLISHED["tables"]["skive-table"]
    assert expected_return(_table(rows, Between.LINEAR), Fraction("67.5")) == Fraction("37.85")
    assert expected_return(_table(rows, Between.NEAREST), Fraction("67.49")) == 38
    assert expected_return(_table(rows, Between.NEAREST), Fraction("67.5")) == Fraction("37.7")


def test_horsens_pays_back_what_it_takes() -> None:
    """One percent a degree both ways: 68 °C flow is expected back at 35 °C."""
    table = _table(PUBLISHED["tables"]["horsens-table"], Between.NEAREST)
    assert _percent(table, "68.2", "38", surcharge_percent=Decimal(1), bonus_percent=Decimal(1)) == 3
    assert _percent(table, "68.2", "30.5", surcharge_percent=Decimal(1), bonus_percent=Decimal(1)) == Fraction("-4.5")
    assert _percent(table, "68.2", "35", surcharge_percent=Decimal(1), bonus_percent=Decimal(1)) == 0


def test_holeby_asks_for_cooling_unless_the_return_is_cold() -> None:
    """1 % a degree of cooling below 23; none at a return of 40 °C or less; single-pipe plants 20 degrees."""
    terms: dict[str, Any] = {
        "surcharge_percent": Decimal(1),
        "no_surcharge_at_return": Decimal(40),
        "single_pipe_expected": FixedCooling(Decimal(20)),
    }
    assert _percent(FixedCooling(Decimal(23)), "65", "45", **terms) == 3
    assert _percent(FixedCooling(Decimal(23)), "60", "40", **terms) == 0
    assert _percent(FixedCooling(Decimal(23)), "80", "41", **terms) == 0
    assert _percent(FixedCooling(Decimal(23)), "60", "42", single_pipe=True, **terms) == 2


def test_gauerslund_has_limits() -> None:
    """1 % a degree, free up to 5 above, at most 25 % more and 14 % less."""
    terms: dict[str, Any] = {
        "surcharge_percent": Decimal(1),
        "bonus_percent": Decimal(1),
        "surcharge_free_degrees": Decimal(5),
        "surcharge_limit_percent": Decimal(25),
        "bonus_limit_percent": Decimal(14),
    }
    assert _percent(FixedReturn(Decimal(35)), "75", "65", **terms) == 25
    assert _percent(FixedReturn(Decimal(35)), "75", "20", **terms) == -14
    assert _percent(FixedReturn(Decimal(35)), "75", "40", **terms) == 0
    assert _percent(FixedReturn(Decimal(35)), "75", "40.1", **terms) == Fraction("5.1")


def test_din_forsyning_counts_from_the_middle_of_what_is_neutral() -> None:
    """1 % a degree from 37 °C, once the year's mean return is below 30 or above 44 °C (2020)."""
    terms: dict[str, Any] = {
        "surcharge_percent": Decimal(1),
        "bonus_percent": Decimal(1),
        "surcharge_free_degrees": Decimal(7),
        "bonus_free_degrees": Decimal(7),
    }
    assert _percent(FixedReturn(Decimal(37)), "65", "26", **terms) == -11
    assert _percent(FixedReturn(Decimal(37)), "65", "30", **terms) == 0
    assert _percent(FixedReturn(Decimal(37)), "65", "44", **terms) == 0
    assert _percent(FixedReturn(Decimal(37)), "65", "45.5", **terms) == Fraction("8.5")


def test_roende_asks_more_of_who_gets_hot_water() -> None:
    """2 % a degree below 30 and above 37 °C; half a degree more for each degree of flow below 65 °C."""
    table = ReturnByFlow(((45, Decimal(40)), (65, Decimal(30))), Between.LINEAR)
    terms: dict[str, Any] = {
        "surcharge_percent": Decimal(2),
        "bonus_percent": Decimal(2),
        "surcharge_free_degrees": Decimal(7),
        "excess": Excess.BEYOND_ZONE,
    }
    assert _percent(table, "72", "28", **terms) == -4
    assert _percent(table, "65", "40", **terms) == 6
    assert _percent(table, "61", "40", **terms) == 2
    assert _percent(table, "61", "31.5", **terms) == -1


def test_loejt_adds_three_degrees_that_are_free() -> None:
    """2 % a degree of the GJ price for what is beyond 3 degrees above the table; nothing is given back."""
    table = ReturnByFlow(((55, Decimal(40)), (65, Decimal(30)), (71, Decimal(30))))
    terms: dict[str, Any] = {
        "surcharge_percent": Decimal(2),
        "surcharge_free_degrees": Decimal(3),
        "excess": Excess.BEYOND_ZONE,
    }
    assert _percent(table, "75", "35", **terms) == 4
    assert _percent(table, "65", "33", **terms) == 0
    assert _percent(table, "55", "30", **terms) == 0


def test_loekkens_first_example() -> None:
    """18.1 MWh at 387.50 kr are 7,013.75 kr; with 70.16 °C flow 35 °C are expected back, and 32.96 °C came."""
    table = ReturnByFlow(((69, Decimal(35)), (70, Decimal(35)), (71, Decimal(35)), (72, Decimal(34))))
    terms = IncentiveTerms(
        from_date=LONG_AGO, until_date=None, expected=table, surcharge_percent=Decimal(1), bonus_percent=Decimal(1)
    )
    incentive = Incentive(key="incentive", text_key="incentive", account="sales", of=("energy",), terms=(terms,))
    means = MeanTemperatures(*YEAR, Decimal("70.16"), Decimal("32.96"))
    bill = calculate(
        basis(tariff(variable("energy", always("387.50")), incentive), [heat(*YEAR, 18_100_000)], temperatures=(means,))
    )
    assert [line.net_oere for line in bill.lines] == [701_375, -14_308]  # 2.04 % of it


def test_vejles_stairs_for_waste_water() -> None:
    """34.00, 27.20 and 13.60 kr per m³ in 2023: the shares of BEK 1070/2013 of the first step's price."""
    used = [water(*YEAR, 25_000_000)]
    for steps in (("34", "80%", "40%"), ("34", "27.20", "13.60")):
        bill = calculate(basis(tariff(stairs(*steps), commodity=Commodity.WASTE_WATER), used))
        assert [line.net_oere for line in bill.lines] == [500 * 3400, 19_500 * 2720, 5_000 * 1360]


@pytest.mark.parametrize("name", PUBLISHED["fees-rs-2024"]["vat_free"])
def test_fees_outside_vat(name: str) -> None:
    gross = PUBLISHED["fees-rs-2024"]["vat_free"][name]
    bill = _fee_bill(str(Decimal(gross) / 100), Vat.OUTSIDE)
    assert (bill.vat_oere, bill.gross_oere) == (0, gross)


@pytest.mark.parametrize("name", PUBLISHED["fees-rs-2024"]["with_vat"])
def test_fees_with_vat(name: str) -> None:
    net_kr, gross = PUBLISHED["fees-rs-2024"]["with_vat"][name]
    bill = _fee_bill(net_kr, Vat.STANDARD)
    assert bill.gross_oere == gross


def _fee_bill(kr: str, vat: Vat) -> Any:
    charged = FeeCharged("the_fee", date(2026, 3, 4))
    return calculate(basis(tariff(fee("the_fee", kr, vat)), fees=(charged,)))


def _table(rows: dict[str, str], between: Between) -> ReturnByFlow:
    return ReturnByFlow(tuple(sorted((int(flow), Decimal(celsius)) for flow, celsius in rows.items())), between)


def _percent(expected: Expected, flow: str, return_: str, *, single_pipe: bool = False, **terms: Any) -> Fraction:
    asked = IncentiveTerms(from_date=LONG_AGO, until_date=None, expected=expected, **terms)
    return assess(asked, Decimal(flow), Decimal(return_), single_pipe=single_pipe).percent
