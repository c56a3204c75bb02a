"""What a draft would cost: which year is previewed, and what is told of many bills together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from forsyn.domain.billing.tariff_preview_rules import (
    BANDS,
    Compared,
    PreviewDays,
    band_of,
    changed_most,
    kept,
    moved,
    moved_day,
    preview_days,
    preview_from,
    tally,
)
from forsyn.domain.billing.tariff_rules import PriceChange, new_version
from forsyn.kernel.charges.basis import Basis
from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.tariff import Tariff
from tests.charge_samples import LONG_AGO, always, basis, fixed, heat, tariff, variable

TODAY = date(2026, 11, 2)
NEW_YEAR = date(2027, 1, 1)
SAMPLE = tariff(fixed("standing", always("365")), variable("energy", always("600")))
DAYS = PreviewDays(NEW_YEAR, date(2028, 1, 1), 2)


def priced(first: date, kr: int = 700, until: date | None = None, of: Tariff = SAMPLE) -> Tariff:
    return new_version(of, [PriceChange("energy", first, Decimal(kr), until)], today=TODAY, why_back="why not")


def test_next_years_prices_are_previewed_for_next_year_by_the_latest_year_that_is_over() -> None:
    days = preview_days(SAMPLE, priced(NEW_YEAR), TODAY)
    assert (days.first, days.until) == (NEW_YEAR, date(2028, 1, 1))
    assert (days.consumption_first, days.consumption_until) == (date(2025, 1, 1), date(2026, 1, 1))


def test_prices_that_begin_within_a_year_are_previewed_for_the_next_whole_one() -> None:
    assert preview_days(SAMPLE, priced(date(2027, 4, 1)), TODAY).first == date(2028, 1, 1)
    for_a_while = priced(date(2027, 4, 1), until=date(2027, 9, 1))
    assert preview_days(SAMPLE, for_a_while, TODAY).first == NEW_YEAR, "it does not last longer"


def test_a_heating_year_is_previewed_from_its_own_first_day() -> None:
    june = tariff(variable("energy", always("600")), begins=(6, 1))
    days = preview_days(june, priced(NEW_YEAR, of=june), TODAY)
    assert (days.first, days.consumption_first) == (date(2027, 6, 1), date(2025, 6, 1))


def test_prices_back_in_time_are_previewed_for_the_year_that_is() -> None:
    assert preview_days(SAMPLE, priced(date(2024, 1, 1)), TODAY).first == date(2026, 1, 1)
    for_a_while = priced(date(2024, 3, 1), until=date(2024, 6, 1))
    assert preview_days(SAMPLE, for_a_while, TODAY) == PreviewDays(date(2024, 1, 1), date(2025, 1, 1), 0)


def test_a_first_version_is_previewed_from_when_it_has_prices() -> None:
    assert preview_days(None, SAMPLE, TODAY).first == date(2026, 1, 1)
    late = tariff(fixed("standing", always("365")), variable("energy", priced(NEW_YEAR).components[1].prices[1:]))  # type: ignore[union-attr]
    assert preview_days(None, late, TODAY).first == NEW_YEAR


def test_a_moved_tariff_costs_the_same_in_the_year_that_it_is_moved_to() -> None:
    after = priced(date(2027, 7, 1))
    used = [heat(date(2025, 1, 1), date(2026, 1, 1), 18_100_000)]
    then = calculate(basis(moved(after, -2), used, (date(2025, 1, 1), date(2026, 1, 1))))
    now = calculate(basis(after, [heat(NEW_YEAR, date(2028, 1, 1), 18_100_000)], (NEW_YEAR, date(2028, 1, 1))))
    assert then.net_oere == now.net_oere
    assert isinstance(basis(after), Basis)


@given(some.dates(date(2000, 1, 1), date(2050, 1, 1)), some.integers(-9, 9))
def test_days_stay_in_order_when_moved(day: date, years: int) -> None:
    assert moved_day(day, years).year == day.year + years
    assert moved_day(moved_day(day, years), -years) in (day, date(day.year, 3, 1))
    assert moved(SAMPLE, years).components[0].prices[0].from_date == moved_day(LONG_AGO, years)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("before", "after", "band"),
    [
        (100_00, 100_00, "same"),
        (100_00, 100_01, "higher_0"),
        (100_00, 105_00, "higher_0"),
        (100_00, 105_01, "higher_5"),
        (100_00, 120_00, "higher_10"),
        (100_00, 120_01, "higher_20"),
        (100_00, 99_99, "lower_0"),
        (100_00, 90_00, "lower_5"),
        (100_00, 79_99, "lower_20"),
        (0, 1, "higher_20"),
        (0, 0, "same"),
        (-5, -6, "lower_20"),
    ],
)
def test_changes_fall_into_bands(before: int, after: int, band: str) -> None:
    assert band_of(before, after) == band


@given(some.integers(1, 10**9), some.integers(0, 2 * 10**9))
def test_bands_are_symmetric(before: int, change: int) -> None:
    up, down = band_of(before, before + change), band_of(before, before - change)
    assert BANDS.index(up) + BANDS.index(down) == len(BANDS) - 1


def test_what_stops_is_counted_with_its_reasons_and_nobody_is_named() -> None:
    found = [Compared(f"A{number}", 100_00, 100_00 + number * 100) for number in range(5)]
    found += [
        Compared("A7", 100_00, None, ("missing_price",)),
        Compared("A8", None, None, ("missing_price", "missing_factor")),
    ]
    preview = tally(found, days=DAYS, compared_with=1, on_tariff=70)
    assert (preview.on_tariff, preview.drawn, preview.compared) == (70, 7, 5)
    assert (preview.before_oere, preview.after_oere, preview.change_percent) == (500_00, 510_00, Decimal("2"))
    assert (preview.stopped, preview.newly_stopped) == (2, 1)
    assert preview.reasons == {"missing_price": 2, "missing_factor": 1}
    assert (preview.bands["same"], preview.bands["higher_0"], sum(preview.bands.values())) == (1, 4, 5)
    assert "A7" not in str(kept(preview))
    assert preview_from(kept(preview)) == preview


def test_of_a_few_no_sums_are_kept() -> None:
    preview = tally([Compared("A1", 100_00, 110_00)], days=DAYS, compared_with=1, on_tariff=1)
    assert (preview.compared, preview.before_oere, preview.change_percent, preview.bands) == (1, None, None, {})


def test_without_agreements_there_is_nothing_to_compare() -> None:
    preview = tally([], days=DAYS, compared_with=None, on_tariff=0)
    assert (preview.drawn, preview.change_percent) == (0, None)


def test_those_that_change_most_come_first() -> None:
    found = [
        Compared("A1", 100_00, 100_00),
        Compared("A2", 100_00, 90_00),
        Compared("A3", 100_00, 130_00),
        Compared("A4", 100_00, None),
    ]
    assert [each.agreement for each in changed_most(found, 10)] == ["A3", "A2"]
    assert [each.agreement for each in changed_most(found, 1)] == ["A3"]
