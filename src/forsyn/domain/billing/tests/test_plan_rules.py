"""Instalments add up to the øre and cover their days; expectations follow the weather; changes stay within limits."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.billing.basis_rules import Stretch
from forsyn.domain.billing.expectation_rules import (
    DegreeDays,
    expected,
    expected_basis,
    expected_net,
    months_of,
    years_before,
)
from forsyn.domain.billing.plan_rules import CannotChange, Refused, Standing, changed, number_of, offer, split
from forsyn.kernel.charges.basis import FactorValue
from forsyn.kernel.charges.components import Factor, Split
from forsyn.kernel.deadlines import is_working_day
from forsyn.kernel.quantities import BaseUnit
from tests.charge_samples import LONG_AGO, VAT_PERCENT, always, changing, fixed, heat, square_metres, tariff, variable

YEAR = Stretch(date(2027, 1, 1), date(2028, 1, 1))
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(DAYS, st.integers(1, 800), st.integers(1, 12), st.integers(0, 10**8))
def test_instalments_add_up_and_cover_their_days(first: date, days: int, number: int, net_oere: int) -> None:
    period = Stretch(first, first + timedelta(days=days))
    drafts = split(period, number, net_oere)

    assert 1 <= len(drafts) <= number
    assert sum(draft.net_oere for draft in drafts) == net_oere
    assert (drafts[0].first, drafts[-1].until) == period
    assert all(draft.first < draft.until for draft in drafts)
    assert all(a.until == b.first and a.due_date <= b.due_date for a, b in pairwise(drafts))
    assert all(draft.net_oere % 100 == 0 for draft in drafts[:-1])
    assert all(draft.net_oere >= 0 and is_working_day(draft.due_date) for draft in drafts)


@pytest.mark.parametrize(
    ("period", "a_year", "number"),
    [
        (YEAR, 4, 4),
        (YEAR, 12, 12),
        (YEAR, 0, 0),
        (Stretch(date(2027, 7, 1), date(2028, 1, 1)), 4, 2),
        (Stretch(date(2027, 12, 20), date(2028, 1, 1)), 12, 1),
    ],
)
def test_a_part_of_a_year_has_its_part_of_the_instalments(period: Stretch, a_year: int, number: int) -> None:
    assert number_of(period, a_year) == number


def test_a_quarter_is_due_on_its_first_working_day() -> None:
    assert [draft.due_date for draft in split(YEAR, 4, 400_000)] == [
        date(2027, 1, 4), date(2027, 4, 1), date(2027, 7, 1), date(2027, 10, 1),
    ]  # fmt: skip


def test_nothing_is_due_before_the_plan_was_made() -> None:
    late = date(2027, 5, 14)
    assert split(YEAR, 4, 400_000, due_from=late)[0].due_date == late


def test_heat_follows_the_degree_days_with_the_share_that_heats() -> None:
    used = [heat(date(2026, 1, 1), date(2027, 1, 1), 10_000_000)]
    mild = DegreeDays(actual=Decimal(2400), normal=Decimal(3000))

    known = expected(BaseUnit.WATT_HOURS, YEAR, last_year=used, degree_days=mild, factors=())

    assert known is not None
    assert (known.amount, known.expected_from) == (11_750_000, "degree_days")  # 30 % as it was, 70 % times 3000/2400


def test_what_is_expected_goes_by_days_that_are_over() -> None:
    over, soon = date(2028, 1, 1), date(2026, 11, 21)
    assert years_before(YEAR, today=over) == [Stretch(date(2026, 1, 1), date(2027, 1, 1))]
    assert years_before(YEAR, today=soon) == [
        Stretch(date(2025, 11, 1), date(2026, 11, 1)),
        Stretch(date(2025, 1, 1), date(2026, 1, 1)),
    ]
    spring = Stretch(date(2027, 1, 1), date(2027, 7, 1))
    assert years_before(spring, today=soon) == [Stretch(date(2026, 1, 1), date(2026, 7, 1))]


@given(DAYS, st.integers(1, 1_000))
def test_the_months_of_some_days_hold_each_of_them(first: date, days: int) -> None:
    stretch = Stretch(first, first + timedelta(days=days))
    months = months_of(stretch)
    assert months == sorted({(first + timedelta(days=day)).replace(day=1) for day in range(days)})


def test_without_degree_days_heat_is_as_last_year() -> None:
    used = [heat(date(2026, 1, 1), date(2027, 1, 1), 10_000_000)]
    known = expected(BaseUnit.WATT_HOURS, YEAR, last_year=used, degree_days=None, factors=())
    assert known is not None
    assert (known.amount, known.expected_from) == (10_000_000, "last_year")


def test_who_is_new_uses_what_such_a_home_uses() -> None:
    known = expected(BaseUnit.WATT_HOURS, YEAR, last_year=(), degree_days=None, factors=[square_metres("130")])
    assert known is not None
    assert (round(known.amount, -4), known.expected_from) == (18_100_000, "norm")
    assert expected(BaseUnit.WATT_HOURS, YEAR, last_year=(), degree_days=None, factors=()) is None
    dwellings = FactorValue(Factor.DWELLINGS, LONG_AGO, None, Decimal(2))
    water = expected(BaseUnit.LITRES, YEAR, last_year=(), degree_days=None, factors=[dwellings])
    assert water is not None
    assert water.amount == 156_000


def test_what_is_expected_is_priced_by_the_tariff() -> None:
    prices = tariff(fixed("subscription", always("600")), variable("heat", always("700")))
    basis = expected_basis(
        agreement="A-1", commodity=prices.commodity, tariff=prices, period=YEAR, vat_percent=VAT_PERCENT,
        amounts={BaseUnit.WATT_HOURS: 10_000_000}, factors=(),
    )  # fmt: skip
    assert expected_net(basis) == 760_000


def test_a_price_that_will_change_by_measurement_is_split_by_days_beforehand() -> None:
    kr = changing(date(2027, 7, 2), "500", "700")
    nets = []
    for split_by in Split:
        prices = tariff(variable("heat", kr, split=split_by))
        basis = expected_basis(
            agreement="A-1", commodity=prices.commodity, tariff=prices, period=YEAR, vat_percent=VAT_PERCENT,
            amounts={BaseUnit.WATT_HOURS: 36_500_000}, factors=(),
        )  # fmt: skip
        nets.append(expected_net(basis))
    assert nets == [182 * 5_000 + 183 * 7_000] * 2


def standing(billed: int) -> list[Standing]:
    return [Standing(*draft, number < billed) for number, draft in enumerate(split(YEAR, 4, 400_000))]


@given(st.integers(0, 3), st.integers(0, 700_000), st.integers(0, 13), st.dates(YEAR.first, YEAR.until))
def test_a_change_keeps_what_was_billed_and_its_limits(billed: int, net_oere: int, number: int, day: date) -> None:
    offered = offer(plan_id=1, period=YEAR, expected_net_oere=400_000, instalments=standing(billed))
    assert offered.first == split(YEAR, 4, 400_000)[billed].first
    assert offered.least_net_oere <= offered.expected_net_oere <= offered.most_net_oere
    allowed = offered.least_net_oere <= net_oere <= offered.most_net_oere and 1 <= number <= offered.most_instalments
    if not allowed:
        with pytest.raises(CannotChange):
            changed(offered, net_oere=net_oere, number=number, day=day)
        return
    drafts = changed(offered, net_oere=net_oere, number=number, day=day)
    assert sum(draft.net_oere for draft in drafts) == net_oere
    assert (drafts[0].first, drafts[-1].until) == (offered.first, YEAR.until)
    assert drafts[0].due_date >= offered.now[0].due_date
    assert all(draft.due_date >= day for draft in drafts)


def test_a_refusal_says_the_limit() -> None:
    offered = offer(plan_id=1, period=YEAR, expected_net_oere=400_000, instalments=standing(0))
    with pytest.raises(CannotChange) as refused:
        changed(offered, net_oere=100_000, number=4, day=YEAR.first)
    assert (refused.value.code, refused.value.limits) == (Refused.TOO_LITTLE, {"least": 280_000})
    beyond = changed(offered, net_oere=100_000, number=4, day=YEAR.first, within_limits=False)
    assert sum(draft.net_oere for draft in beyond) == 100_000
    with pytest.raises(CannotChange):
        offer(plan_id=1, period=YEAR, expected_net_oere=400_000, instalments=standing(4))
