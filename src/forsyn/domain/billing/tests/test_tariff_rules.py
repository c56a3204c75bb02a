"""New versions of tariffs: what closes, what begins, what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from forsyn.domain.billing.tariff_difference_rules import Difference, What, differences, first_change
from forsyn.domain.billing.tariff_rules import (
    PriceChange,
    Refusal,
    RefusalCode,
    StepsChange,
    TariffRefused,
    TermsChange,
    account_refusals,
    new_version,
    prices_that_end,
    text_refusals,
)
from forsyn.domain.billing.tariff_series_rules import entry_on, gaps, laid_over, series_of
from forsyn.kernel.charges.components import Discount, Factor, Incentive, Percent, Price
from forsyn.kernel.charges.incentive import FixedReturn, IncentiveTerms
from forsyn.kernel.charges.reasons import ImpossibleTariff, ReasonCode
from forsyn.kernel.charges.tariff import Tariff
from forsyn.kernel.money import Vat
from tests.charge_samples import LONG_AGO, always, fee, fixed, stairs, tariff, variable

TODAY = date(2026, 11, 2)
NEW_YEAR = date(2027, 1, 1)
DAYS = some.integers(0, 400).map(lambda days: date(2026, 1, 1) + timedelta(days=days))


def heat_tariff() -> Tariff:
    sizes = (*always("100", size="2.5"), *always("180", size="6.3"))
    incentive = Incentive(
        key="cooling",
        text_key="cooling",
        account="sales",
        of=("energy",),
        terms=(IncentiveTerms(from_date=LONG_AGO, until_date=None, expected=FixedReturn(Decimal(40))),),
    )
    discount = Discount(
        key="discount",
        text_key="discount",
        account="sales",
        of=("energy",),
        percents=(Percent(LONG_AGO, None, Decimal(5)),),
    )
    return tariff(
        fixed("standing", always("500")),
        fixed("meter", sizes, Factor.METER_SIZE),
        variable("energy", always("600")),
        incentive,
        discount,
        fee("reminder", "100", Vat.OUTSIDE),
    )


def changed(of: Tariff, *changes: object, why_back: str = "") -> Tariff:
    return new_version(of, changes, today=TODAY, why_back=why_back)  # type: ignore[arg-type]


def prices(of: Tariff, component: str, part: str = "") -> list[tuple[date, date | None, str]]:
    found = series_of({each.key: each for each in of.components}[component])[part]
    return [(entry.from_date, entry.until_date, str(entry.kr_per_unit)) for entry in found if isinstance(entry, Price)]


def refusals(of: Tariff, *changes: object) -> list[Refusal]:
    with pytest.raises(TariffRefused) as refused:
        changed(of, *changes)
    return list(refused.value.refusals)


def test_a_new_price_ends_the_old_one_on_its_day() -> None:
    after = changed(heat_tariff(), PriceChange("energy", NEW_YEAR, Decimal(650)))
    assert prices(after, "energy") == [(LONG_AGO, NEW_YEAR, "600"), (NEW_YEAR, None, "650")]
    assert after.version == 2


def test_a_price_holds_until_the_next_one_that_is_planned() -> None:
    planned = changed(heat_tariff(), PriceChange("energy", date(2027, 6, 1), Decimal(700)))
    after = changed(planned, PriceChange("energy", NEW_YEAR, Decimal(650)))
    assert [price for _, _, price in prices(after, "energy")] == ["600", "650", "700"]
    assert prices(after, "energy")[1][1] == date(2027, 6, 1)


def test_a_price_for_a_while_gives_way_to_the_old_one() -> None:
    after = changed(heat_tariff(), PriceChange("energy", NEW_YEAR, Decimal(500), until_date=date(2027, 3, 1)))
    assert prices(after, "energy") == [
        (LONG_AGO, NEW_YEAR, "600"),
        (NEW_YEAR, date(2027, 3, 1), "500"),
        (date(2027, 3, 1), None, "600"),
    ]


def test_a_meter_size_has_prices_of_its_own_and_a_new_one_can_come() -> None:
    after = changed(
        heat_tariff(),
        PriceChange("meter", NEW_YEAR, Decimal(190), part="6.3"),
        PriceChange("meter", NEW_YEAR, Decimal(400), part="16"),
    )
    assert prices(after, "meter", "2.5") == [(LONG_AGO, None, "100")]
    assert prices(after, "meter", "6.3") == [(LONG_AGO, NEW_YEAR, "180"), (NEW_YEAR, None, "190")]
    assert prices(after, "meter", "16") == [(NEW_YEAR, None, "400")]


def test_a_step_is_priced_by_its_number_and_its_share_follows() -> None:
    before = tariff(stairs("32", "80%", "40%"))
    after = changed(before, PriceChange("waste_water", NEW_YEAR, Decimal(33), part="1"))
    assert prices(after, "waste_water", "1") == [(LONG_AGO, NEW_YEAR, "32"), (NEW_YEAR, None, "33")]
    assert refusals(before, PriceChange("waste_water", NEW_YEAR, Decimal(30), part="2")) == [
        Refusal(RefusalCode.NO_SUCH_PART, "waste_water", value="2")
    ]


def test_percentages_and_terms_are_dated_too() -> None:
    terms = IncentiveTerms(from_date=NEW_YEAR, until_date=None, expected=FixedReturn(Decimal(38)))
    after = changed(heat_tariff(), PriceChange("discount", NEW_YEAR, Decimal(7)), TermsChange("cooling", terms))
    rows = differences(heat_tariff(), after)
    assert [(row.component, row.from_date) for row in rows] == [("cooling", NEW_YEAR), ("discount", NEW_YEAR)]
    assert (rows[1].before, rows[1].after) == (Decimal(5), Decimal(7))


def test_where_steps_begin_holds_for_all_time_and_needs_a_reason() -> None:
    before = tariff(stairs("32", "80%", "40%"))
    steps = StepsChange("waste_water", ((Decimal(0), None), (Decimal(400), Decimal("0.8"))))
    assert refusals(before, steps) == [Refusal(RefusalCode.BACK_IN_TIME, "waste_water")]
    after = changed(before, steps, why_back="The board decided so.")
    assert [(row.part, row.before, row.after) for row in differences(before, after)] == [
        ("2", "500: 80 %", "400: 80 %"),
        ("3", "20000: 40 %", None),
    ]
    assert prices(after, "waste_water", "1") == prices(before, "waste_water", "1")


def test_a_step_cannot_be_without_prices_and_share() -> None:
    before = tariff(stairs("32", "80%", above=("0", "500")))
    steps = StepsChange("waste_water", ((Decimal(0), None), (Decimal(500), None)))
    assert [refusal.code for refusal in refusals(before, steps)] == [RefusalCode.STEP_WITHOUT_PRICE]


def test_a_change_back_in_time_says_why() -> None:
    change = PriceChange("energy", date(2026, 10, 1), Decimal(650))
    assert refusals(heat_tariff(), change) == [Refusal(RefusalCode.BACK_IN_TIME, "energy", date(2026, 10, 1))]
    after = changed(heat_tariff(), change, why_back="The sheet had the wrong price.")
    assert prices(after, "energy")[1] == (date(2026, 10, 1), None, "650")


def test_today_is_not_past() -> None:
    assert changed(heat_tariff(), PriceChange("energy", TODAY, Decimal(650)))


def test_a_price_that_is_what_it_was_changes_nothing() -> None:
    change = PriceChange("energy", NEW_YEAR, Decimal("600.00"))
    assert [each.code for each in refusals(heat_tariff(), change)] == [RefusalCode.NOTHING_CHANGES]
    both = changed(heat_tariff(), change, PriceChange("standing", NEW_YEAR, Decimal(501)))
    assert prices(both, "energy") == [(LONG_AGO, None, "600")], "and cuts nothing"


def test_a_draft_goes_on_from_what_it_has() -> None:
    before = heat_tariff()
    draft = changed(before, PriceChange("energy", NEW_YEAR, Decimal(650)))
    again = new_version(before, [PriceChange("standing", NEW_YEAR, Decimal(510))], today=TODAY, draft=draft)
    assert again.version == 2
    assert {row.component for row in differences(before, again)} == {"energy", "standing"}


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (PriceChange("gas", NEW_YEAR, Decimal(1)), Refusal(RefusalCode.NO_SUCH_COMPONENT, "gas")),
        (PriceChange("cooling", NEW_YEAR, Decimal(1)), Refusal(RefusalCode.NOT_DATED_SO, "cooling")),
        (
            PriceChange("energy", NEW_YEAR, Decimal(1), part="2"),
            Refusal(RefusalCode.NO_SUCH_PART, "energy", value="2"),
        ),
        (
            PriceChange("meter", NEW_YEAR, Decimal(1), part="big"),
            Refusal(RefusalCode.NO_SUCH_PART, "meter", value="big"),
        ),
        (
            PriceChange("energy", NEW_YEAR, Decimal(1), until_date=NEW_YEAR),
            Refusal(RefusalCode.EMPTY_DATES, "energy", NEW_YEAR),
        ),
    ],
    ids=["component", "kind", "part", "size", "dates"],
)
def test_what_cannot_be_is_refused_by_name(change: PriceChange, refusal: Refusal) -> None:
    assert refusals(heat_tariff(), change) == [refusal]


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = refusals(
        heat_tariff(),
        PriceChange("gas", NEW_YEAR, Decimal(1)),
        PriceChange("energy", NEW_YEAR, Decimal(650)),
        PriceChange("energy", NEW_YEAR, Decimal(660)),
    )
    assert [refusal.code for refusal in found] == [RefusalCode.NO_SUCH_COMPONENT, RefusalCode.TWICE]
    assert found[1].first == NEW_YEAR


def test_days_without_a_price_are_not_made() -> None:
    ended = tariff(variable("energy", (Price(LONG_AGO, NEW_YEAR, Decimal(600)),)))
    late = refusals(ended, PriceChange("energy", date(2027, 2, 1), Decimal(650)))
    assert late == [Refusal(RefusalCode.GAP, "energy", NEW_YEAR, "2027-02-01")]
    begins = tariff(variable("energy", (Price(NEW_YEAR, None, Decimal(600)),)))
    early = PriceChange("energy", date(2026, 11, 10), Decimal(650), until_date=date(2026, 12, 1))
    assert refusals(begins, early) == [Refusal(RefusalCode.GAP, "energy", date(2026, 12, 1), "2027-01-01")]


def test_an_impossible_price_is_named_by_the_kernel() -> None:
    with pytest.raises(ImpossibleTariff) as refused:
        changed(heat_tariff(), PriceChange("reminder", NEW_YEAR, Decimal(-1)))
    assert [(reason.code, reason.component) for reason in refused.value.reasons] == [
        (ReasonCode.NEGATIVE_PRICE, "reminder")
    ]


def test_prices_that_end_are_told_before_bills_stop() -> None:
    ends = tariff(variable("energy", (Price(LONG_AGO, NEW_YEAR, Decimal(600)),)), fixed("standing", always("5")))
    assert [(each.component, each.first) for each in prices_that_end(ends, TODAY)] == [("energy", NEW_YEAR)]
    assert prices_that_end(ends, date(2027, 6, 1)) == []


def test_accounts_and_texts_are_held_to_what_there_is() -> None:
    of = tariff(fixed("standing", always("5")), replace(fixed("other", always("5")), account="receivables"))
    assert [each.code for each in account_refusals(of, ["sales"])] == [RefusalCode.RESERVED_ACCOUNT]
    assert account_refusals(of, [])[0] == Refusal(RefusalCode.UNKNOWN_ACCOUNT, "standing", value="sales")
    texts = {"standing": {"da": "Fast bidrag", "en": " "}, "other": {"da": "Andet", "en": "Other"}}
    assert text_refusals(of, texts) == [Refusal(RefusalCode.TEXT_MISSING, "standing", value="en")]


def test_added_removed_and_otherwise_changed_components_are_told() -> None:
    before = tariff(fixed("standing", always("5")), variable("energy", always("6")))
    after = tariff(replace(variable("energy", always("6")), account="other"), fixed("new", always("7")))
    rows = differences(before, after)
    assert [(row.component, row.what) for row in rows] == [
        ("energy", What.OTHER),
        ("new", What.ADDED),
        ("standing", What.REMOVED),
    ]
    assert rows[0] == Difference("energy", What.OTHER, "account", "sales", "other")
    assert first_change(rows) == LONG_AGO


def test_every_refusal_has_a_sentence() -> None:
    for code in RefusalCode:
        assert Refusal(code, "energy", NEW_YEAR, "1").sentence.endswith(".")


@some.composite
def series(draw: some.DrawFn) -> tuple[Price, ...]:
    """Prices one after the other, the last of them with or without an end."""
    days = sorted(draw(some.lists(DAYS, min_size=1, max_size=5, unique=True)))
    ends: list[date | None] = [*days[1:], draw(some.sampled_from([None, days[-1] + timedelta(days=30)]))]
    values = [Decimal(draw(some.integers(1, 3))) for _ in days]
    return tuple(Price(first, until, value) for first, until, value in zip(days, ends, values, strict=True))


@given(series(), DAYS, some.one_of(some.none(), some.integers(1, 300)), some.integers(1, 3))
def test_a_price_laid_over_others_leaves_no_gap_and_no_overlap(
    before: tuple[Price, ...], first: date, length: int | None, kr: int
) -> None:
    until = None if length is None else first + timedelta(days=length)
    touches = (before[-1].until_date is None or first <= before[-1].until_date) and (
        until is None or before[0].from_date <= until
    )
    after = laid_over(before, Price(first, until, Decimal(kr)))
    assert bool(gaps(after)) == (not touches)
    assert_each_day_is_right(before, after, first, until, Decimal(kr))


def assert_each_day_is_right(
    before: Sequence[Price], after: Sequence[object], first: date, until: date | None, kr: Decimal
) -> None:
    until = until or next((price.from_date for price in before if price.from_date > first), None)
    for number in range(-5, 800):
        day = date(2026, 1, 1) + timedelta(days=number)
        holding = [
            entry
            for entry in after
            if isinstance(entry, Price)
            and entry.from_date <= day
            and (entry.until_date is None or day < entry.until_date)
        ]
        assert len(holding) <= 1
        old = entry_on(before, day)
        expected = kr if first <= day and (until is None or day < until) else old and old.kr_per_unit
        assert (holding[0].kr_per_unit if holding else None) == expected


@given(some.lists(some.tuples(DAYS, some.integers(1, 999)), min_size=1, max_size=6, unique_by=lambda each: each[0]))
def test_a_version_made_of_any_prices_says_what_each_day_costs(changes: list[tuple[date, int]]) -> None:
    before = tariff(variable("energy", always("600.5")))
    after = new_version(
        before, [PriceChange("energy", day, Decimal(kr)) for day, kr in changes], today=TODAY, why_back="why not"
    )
    entries = series_of(after.components[0])[""]
    assert gaps(entries) == []
    assert entries[0].from_date == LONG_AGO
    assert entries[-1].until_date is None
    for day, kr in changes:
        entry = entry_on(entries, day)
        assert isinstance(entry, Price)
        assert entry.kr_per_unit == kr
    rows = differences(before, after)
    assert first_change(rows) == min(day for day, _ in changes)
    assert not differences(after, after)
