"""Of which days a basis needs what: parts by tariff, cuts at years and changes, what was billed before."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.billing.basis_rules import (
    Part,
    Stretch,
    TermsIn,
    billed_before,
    counts_from,
    cut,
    mean_temperatures,
    parts,
    temperature_stretches,
)
from forsyn.kernel.charges.basis import BilledBefore
from forsyn.kernel.charges.components import Incentive, Minimum, Split
from forsyn.kernel.charges.incentive import FixedReturn, IncentiveTerms
from forsyn.kernel.periods import Period
from forsyn.kernel.quantities import BaseUnit
from tests.charge_samples import LONG_AGO, always, changing, fixed, stairs, tariff, variable

START = date(2025, 1, 1)
YEAR = Stretch(date(2025, 1, 1), date(2026, 1, 1))
FOREVER = Period(LONG_AGO, None)
PLAIN = tariff(fixed("subscription", always("100")), variable("heat", always("700")))
STAIRS = tariff(stairs("30", "80%", "40%"))


def day(number: int) -> date:
    return START + timedelta(days=number)


def on(first: date, until: date | None, tariff_id: int = 1) -> TermsIn:
    return TermsIn(tariff_id, first, until, False)


def part(first: date, until: date, since: date = LONG_AGO) -> Part:
    return Part(first, until, since, on(LONG_AGO, None))


@given(
    st.integers(-200, 500), st.integers(1, 800), st.lists(st.integers(-300, 700), max_size=6, unique=True),
    st.integers(0, 1),
)  # fmt: skip
def test_the_parts_of_an_agreement_are_its_days_once_each(first: int, days: int, edges: list[int], gap: int) -> None:
    agreement = Period(day(first), day(first + days))
    terms = [
        on(day(a), day(b), number % 3)
        for number, (a, b) in enumerate(pairwise(sorted(edges)))
        if not gap or number % 2 == 0
    ]

    found = parts(YEAR, agreement, terms)

    wanted = [number for number in range(365) if first <= number < first + days]
    told = [number for each in found for number in range((each.first - START).days, (each.until - START).days)]
    assert told == wanted
    for each in found:
        inside = [term for term in terms if term.first <= each.first and (term.until or each.until) >= each.until]
        assert (each.terms is not None) or not inside
        assert each.since <= each.first


def test_terms_that_follow_on_each_other_with_the_same_tariff_are_one_part() -> None:
    change = date(2025, 7, 1)
    (one,) = parts(YEAR, FOREVER, [on(LONG_AGO, change), on(change, None)])
    assert (one.first, one.until, one.since) == (*YEAR, LONG_AGO)
    before, after = parts(YEAR, FOREVER, [on(LONG_AGO, change), on(change, None, 2)])
    assert (before.until, after.since) == (change, change)


def test_only_what_is_counted_asks_for_the_year_before_the_bill() -> None:
    second_half = part(date(2025, 7, 1), YEAR.until)
    assert counts_from(PLAIN, second_half) == date(2025, 7, 1)
    assert counts_from(STAIRS, second_half) == YEAR.first
    assert counts_from(STAIRS, second_half._replace(since=date(2025, 3, 1))) == date(2025, 3, 1)
    from_june = tariff(stairs("30", "80%", "40%"), begins=(6, 1))
    assert counts_from(from_june, second_half) == date(2025, 6, 1)


def test_consumption_is_cut_at_years_and_where_a_price_demands_a_reading() -> None:
    change = date(2025, 4, 1)
    whole = part(*YEAR)
    by_days = tariff(variable("heat", changing(change, "10", "20")))
    measured = tariff(variable("heat", changing(change, "10", "20"), split=Split.MEASURED))
    assert cut(by_days, BaseUnit.WATT_HOURS, whole) == [YEAR]
    assert cut(measured, BaseUnit.WATT_HOURS, whole) == [Stretch(YEAR.first, change), Stretch(change, YEAR.until)]
    two_years = part(YEAR.first, date(2027, 1, 1))
    assert [stretch.until for stretch in cut(PLAIN, BaseUnit.WATT_HOURS, two_years)] == [
        date(2026, 1, 1), date(2027, 1, 1),
    ]  # fmt: skip


def test_temperatures_are_asked_for_each_of_an_incentives_terms() -> None:
    change = date(2025, 10, 1)
    terms = tuple(
        IncentiveTerms(from_date=first, until_date=until, expected=FixedReturn(Decimal(40)),
                       surcharge_percent=Decimal(1))
        for first, until in ((LONG_AGO, change), (change, None))
    )  # fmt: skip
    incentive = Incentive(key="incentive", text_key="incentive", account="sales", of=("heat",), terms=terms)
    of = tariff(variable("heat", always("700")), incentive)
    assert temperature_stretches(of, part(date(2025, 7, 1), YEAR.until)) == [
        Stretch(YEAR.first, change), Stretch(change, YEAR.until),
    ]  # fmt: skip
    assert temperature_stretches(PLAIN, part(*YEAR)) == []


def test_a_mean_is_told_only_where_enough_days_tell_of_all_three() -> None:
    mean = mean_temperatures(YEAR, (1_000, 300), (70_000, 300), (35_126, 300))
    assert mean is not None
    assert (mean.flow_celsius, mean.return_celsius) == (Decimal("70.00"), Decimal("35.13"))
    assert mean_temperatures(YEAR, (1_000, 300), (70_000, 299), (35_000, 300)) is None
    assert mean_temperatures(YEAR, (1_000, 273), (70_000, 273), (35_000, 273)) is None
    assert mean_temperatures(YEAR, (0, 365), (0, 365), (0, 365)) is None


def test_what_was_billed_goes_on_and_what_is_new_was_billed_with_nothing() -> None:
    minimum = Minimum(key="least", text_key="least", account="sales", prices=always("5000"))
    of = tariff(stairs("30", "80%", "40%"), minimum)
    later = part(date(2025, 7, 1), YEAR.until)
    given = [BilledBefore("waste_water", YEAR.first, "1", 1_000, Decimal(5))]
    earlier = BilledBefore("waste_water", date(2024, 1, 1), "1", 9_999)

    found = billed_before(of, later, [*given, earlier])

    assert found == (*given, BilledBefore("least", YEAR.first, "", 0))
    assert billed_before(of, later, None) == ()
    assert billed_before(of, part(*YEAR), given) == ()
