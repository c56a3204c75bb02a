"""What holds for every bill, whatever the tariff, the consumption and the days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from forsyn.kernel.charges.basis import Basis, Consumption, FeeCharged, MeanTemperatures, OnAccount
from forsyn.kernel.charges.bill import Bill, Explained
from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.canonical import basis_bytes, basis_from, bill_bytes, bill_from, sha256
from forsyn.kernel.charges.components import (
    AnyComponent,
    ConsumptionUnit,
    Discount,
    Factor,
    FixedCharge,
    Incentive,
    Minimum,
    Percent,
    Price,
    SteppedCharge,
    VariableCharge,
)
from forsyn.kernel.charges.days import held, year_of
from forsyn.kernel.charges.incentive import Excess, Expected, FixedCooling, FixedReturn, IncentiveTerms
from forsyn.kernel.charges.tariff import Commodity, Tariff
from forsyn.kernel.money import Vat, oere_of
from tests.charge_samples import (
    LONG_AGO,
    basis,
    changing,
    fee,
    fixed,
    heat,
    square_metres,
    stairs,
    tariff,
    variable,
    water,
)

YEARS = st.integers(2023, 2028)
KR = st.decimals(0, 2_000, places=4)
"""Six decimals are allowed; four are as good."""
EXPECTATIONS: list[Expected] = [FixedReturn(Decimal(38)), FixedCooling(Decimal(30))]
PERCENTS = st.decimals(0, 30, places=2)


@st.composite
def dated(draw: st.DrawFn, year: int) -> list[tuple[date, date | None]]:
    """All days, undivided or cut on any day of the year."""
    if draw(st.booleans()):
        return [(LONG_AGO, None)]
    change = date(year, 1, 1) + timedelta(days=draw(st.integers(0, 364)))
    return [(LONG_AGO, change), (change, None)]


@st.composite
def prices(draw: st.DrawFn, year: int) -> tuple[Price, ...]:
    """One price, or one that changes on any day of the year."""
    return tuple(Price(*days, draw(KR)) for days in draw(dated(year)))


@st.composite
def heat_components(draw: st.DrawFn, year: int) -> list[AnyComponent]:
    """A fixed charge, one by area, energy, and perhaps a discount, an incentive and a minimum."""
    found: list[AnyComponent] = [
        fixed("subscription", draw(prices(year))),
        fixed("capacity", draw(prices(year)), Factor.SQUARE_METRES),
        variable("energy", draw(prices(year)), draw(st.sampled_from(["MWh", "kWh"]))),
    ]
    if draw(st.booleans()):
        percents = tuple(Percent(*days, draw(PERCENTS)) for days in draw(dated(year)))
        found.append(_discount(("energy", "subscription"), percents))
    if draw(st.booleans()):
        terms = tuple(draw(incentive_terms(*days)) for days in draw(dated(year)))
        found.append(Incentive(key="incentive", text_key="i", account="sales", of=("energy",), terms=terms))
    if draw(st.booleans()):
        found.append(Minimum(key="minimum", text_key="m", account="sales", prices=draw(prices(year))))
    return found


@st.composite
def incentive_terms(draw: st.DrawFn, from_date: date, until_date: date | None) -> IncentiveTerms:
    """Any of the published forms."""
    return IncentiveTerms(
        from_date=from_date,
        until_date=until_date,
        expected=draw(st.sampled_from(EXPECTATIONS)),
        surcharge_percent=draw(st.none() | PERCENTS),
        bonus_percent=draw(st.none() | PERCENTS),
        surcharge_free_degrees=draw(st.sampled_from([Decimal(0), Decimal(4)])),
        excess=draw(st.sampled_from(Excess)),
    )


def _discount(of: tuple[str, ...], percents: tuple[Percent, ...]) -> Discount:
    return Discount(key="discount", text_key="d", account="discounts", of=of, percents=percents)


@st.composite
def stretches(draw: st.DrawFn, year: int, most_a_day: int) -> list[tuple[date, date, int]]:
    """A year's readings on any days, with whole units a day, so that a day's share of one is exact."""
    offsets = draw(st.sets(st.integers(1, 364), max_size=5))
    first, until = date(year, 1, 1), date(year + 1, 1, 1)
    days = sorted({first, until, *(first + timedelta(days=offset) for offset in offsets)})
    return [(a, b, draw(st.integers(0, most_a_day)) * (b - a).days) for a, b in pairwise(days)]


MEAN = (Decimal("68.4"), Decimal("41.7"))


@st.composite
def heat_years(draw: st.DrawFn) -> Basis:
    """A calendar year of heat."""
    year = draw(YEARS)
    period = (date(year, 1, 1), date(year + 1, 1, 1))
    priced = tariff(*draw(heat_components(year)), begins=draw(st.sampled_from([(1, 1), (6, 1)])))
    return basis(
        priced,
        [heat(*each) for each in draw(stretches(year, 200_000))],
        period,
        factors=(square_metres(str(draw(st.integers(20, 400)))),),
        temperatures=_means(priced, period[0], *period),
        on_account=OnAccount(draw(st.integers(0, 10**7)), draw(st.integers(0, 10**6))),
    )


def _means(priced: Tariff, agreement_from: date, first: date, until: date) -> tuple[MeanTemperatures, ...]:
    """The same means for all days, as often as the tariff's years and terms ask for them."""
    found = []
    for component in priced.components:
        year_first, year_until = year_of(priced.year_start, first)
        while isinstance(component, Incentive) and year_first < until:
            window = (max(year_first, agreement_from), min(year_until, until))
            found += [MeanTemperatures(days.first, days.until, *MEAN) for days in held(component.terms, *window)]
            year_first, year_until = year_of(priced.year_start, year_until)
    return tuple(found)


@st.composite
def water_years(draw: st.DrawFn) -> Basis:
    """A calendar year of water and waste water by steps."""
    year = draw(YEARS)
    first_price, share = str(draw(KR)), f"{draw(st.integers(0, 100))}%"
    steps = stairs(first_price, share, str(draw(KR)), above=("0", str(draw(st.integers(1, 60))), "20000"))
    components: list[AnyComponent] = [variable("water", draw(prices(year)), "m3"), _repriced(steps, draw(prices(year)))]
    if draw(st.booleans()):
        components.append(Minimum(key="minimum", text_key="m", account="sales", prices=draw(prices(year))))
    used = [water(*each) for each in draw(stretches(year, 2_000))]
    return basis(tariff(*components, commodity=Commodity.WATER), used, (date(year, 1, 1), date(year + 1, 1, 1)))


def _repriced(steps: SteppedCharge, first_prices: tuple[Price, ...]) -> SteppedCharge:
    return replace(steps, steps=(replace(steps.steps[0], prices=first_prices), *steps.steps[1:]))


few = settings(max_examples=30)
"""Each example is several bills: enough to find what is wrong, few enough to be run always."""

ANY_YEAR = heat_years() | water_years()
DAY = st.integers(1, 364)


@few
@given(ANY_YEAR)
def test_postings_sum_to_zero_and_none_is_empty(year: Basis) -> None:
    bill = calculate(year)
    assert sum(posting.amount_oere for posting in bill.postings) == 0
    assert all(posting.amount_oere for posting in bill.postings)
    assert bill.gross_oere == sum(line.net_oere for line in bill.lines) + bill.vat_oere
    assert bill.to_pay_oere == bill.gross_oere - year.on_account.net_oere - year.on_account.vat_oere


@few
@given(ANY_YEAR, st.randoms(use_true_random=False))
def test_the_same_basis_gives_the_same_bytes_in_any_order(year: Basis, random: Random) -> None:
    shuffled = list(year.consumption)
    random.shuffle(shuffled)
    again = replace(year, consumption=tuple(shuffled))
    assert basis_bytes(again) == basis_bytes(year)
    assert bill_bytes(calculate(again)) == bill_bytes(calculate(year))
    assert sha256(basis_bytes(again)) == sha256(basis_bytes(year))


@few
@given(ANY_YEAR)
def test_a_kept_basis_gives_the_bill_again(year: Basis) -> None:
    kept = basis_from(basis_bytes(year))
    bill = calculate(year)
    assert kept == year
    assert bill_bytes(calculate(kept)) == bill_bytes(bill)
    assert bill_from(bill_bytes(bill)) == bill


@few
@given(ANY_YEAR, DAY)
def test_the_bills_of_two_parts_are_the_bill_of_the_whole_within_an_oere_a_component(year: Basis, day: int) -> None:
    cut = year.from_date + timedelta(days=day)
    whole, parts = calculate(_cut(year, cut)), _bills_of_parts(year, [cut])
    assert _apart(whole, parts) <= 1


@few
@given(ANY_YEAR, st.sets(DAY, min_size=2, max_size=11))
def test_the_bills_of_many_parts_are_within_an_oere_a_cut(year: Basis, days: set[int]) -> None:
    cuts = sorted(year.from_date + timedelta(days=day) for day in days)
    assert _apart(calculate(year), _bills_of_parts(year, cuts)) <= len(cuts)


@few
@given(ANY_YEAR, st.sets(DAY, min_size=1, max_size=11))
def test_counted_charges_of_parts_add_up_exactly(year: Basis, days: set[int]) -> None:
    cuts = sorted(year.from_date + timedelta(days=day) for day in days)
    counted = ("waste_water", "incentive", "minimum")
    whole = _by_component([calculate(year)])
    parts = _by_component(_bills_of_parts(year, cuts))
    assert {key: whole[key] for key in counted} == {key: parts[key] for key in counted}


@few
@given(heat_years(), DAY)
def test_moving_out_and_in_is_the_undivided_year(year: Basis, day: int) -> None:
    """Of heat with the same temperatures; a minimum is each household's own and is left out."""
    plain = [component for component in year.tariff.components if not isinstance(component, Minimum)]
    year = replace(year, tariff=replace(year.tariff, components=tuple(plain)))
    move = year.from_date + timedelta(days=day)
    moved = [_part(year, year.from_date, move, moved=True), _part(year, move, year.until_date, moved=True)]
    assert _apart(calculate(year), [calculate(part) for part in moved]) <= 1


@given(YEARS, DAY, st.integers(0, 3_000), KR)
def test_moving_is_fair_to_an_even_user_of_steps(year: int, day: int, litres_a_day: int, kr: Decimal) -> None:
    """Each counts from the own first day, with thresholds by the day."""
    first, until = date(year, 1, 1), date(year + 1, 1, 1)
    priced = tariff(stairs(str(kr), "80%", "40%", above=("0", "100", "400")), commodity=Commodity.WATER)
    undivided = basis(priced, [water(first, until, litres_a_day * (until - first).days)], (first, until))
    move = first + timedelta(days=day)
    moved = [_part(undivided, first, move, moved=True), _part(undivided, move, until, moved=True)]
    whole, parts = calculate(undivided), [calculate(part) for part in moved]
    assert len(whole.lines) == 3
    assert abs(whole.net_oere - sum(part.net_oere for part in parts)) <= 3, "an øre a step"


@few
@given(ANY_YEAR, DAY)
def test_a_meter_swap_changes_nothing(year: Basis, day: int) -> None:
    """The same use, read once more on the day of the swap."""
    swapped = _cut(year, year.from_date + timedelta(days=day))
    a, b = calculate(year), calculate(swapped)
    assert [line.net_oere for line in a.lines] == [line.net_oere for line in b.lines]
    assert a.postings == b.postings


@few
@given(ANY_YEAR, DAY)
def test_a_price_that_changes_to_itself_moves_no_component_by_more_than_an_oere(year: Basis, day: int) -> None:
    change = year.from_date + timedelta(days=day)
    split = [_split(component, change) for component in year.tariff.components]
    again = replace(year, tariff=replace(year.tariff, components=tuple(split)))
    assert _apart(calculate(year), [calculate(again)]) <= 1


def _split(component: AnyComponent, change: date) -> AnyComponent:
    if not isinstance(component, FixedCharge | VariableCharge | Minimum):
        return component
    found: list[Price] = []
    for price in component.prices:
        inside = price.from_date < change and (price.until_date is None or change < price.until_date)
        found += [replace(price, until_date=change), replace(price, from_date=change)] if inside else [price]
    return replace(component, prices=tuple(found))


@given(st.integers(0, 10**9), st.integers(1, 50), KR)
def test_twice_the_use_is_twice_the_money(watt_hours: int, times: int, kr: Decimal) -> None:
    priced = tariff(variable("energy", (Price(LONG_AGO, None, kr),)))
    year = (date(2026, 1, 1), date(2027, 1, 1))
    once = calculate(basis(priced, [heat(*year, watt_hours)])).net_oere
    many = calculate(basis(priced, [heat(*year, watt_hours * times)])).net_oere
    assert abs(many - times * once) <= Fraction(times + 1, 2)


@few
@given(ANY_YEAR)
def test_each_line_can_be_checked_by_hand(year: Basis) -> None:
    """The products that a line's explanation prints, at its prices, come to the line within what they are shown to."""
    for line in calculate(year).lines:
        priced = [step.value for step in line.explanation if step.says in (Explained.PRICED, Explained.STEP_PRICED)]
        for step in priced:
            product = Fraction(step["quantity"]) * Fraction(step["price"])
            assert abs(product - Fraction(step["kr"])) <= Fraction(step["price"]) / 10**6 + Fraction(1, 10**6)
        kr = sum(Fraction(step["kr"]) for step in priced)
        rounded = next(step.value for step in line.explanation if step.says is Explained.ROUNDED)
        if line.component not in ("discount", "incentive", "minimum"):
            assert abs(kr - Fraction(rounded["kr"])) <= Fraction(len(priced), 10**6)
        assert Fraction(rounded["rounded"]) * 100 == line.net_oere


@few
@given(heat_years())
def test_every_day_has_its_share_at_its_price(year: Basis) -> None:
    """Reckoned another way: day by day, and rounded at the end."""
    bill = calculate(year)
    [area] = year.factors
    for component in year.tariff.components:
        if not isinstance(component, FixedCharge | VariableCharge):
            continue
        kr = Fraction(0)
        for number in range((year.until_date - year.from_date).days):
            day = year.from_date + timedelta(days=number)
            price = next(price for price in component.prices if not price.until_date or day < price.until_date)
            if isinstance(component, FixedCharge):
                times = area.value if component.factor is Factor.SQUARE_METRES else Decimal(1)
                begins, ends = year_of(year.tariff.year_start, day)
                quantity = Fraction(times) / (ends - begins).days
            else:
                span = next(span for span in year.consumption if span.from_date <= day < span.until_date)
                per_unit = 10**6 if component.unit is ConsumptionUnit.MWH else 10**3
                quantity = Fraction(span.amount, (span.until_date - span.from_date).days * per_unit)
            kr += quantity * Fraction(price.kr_per_unit)
        lines = [line for line in bill.lines if line.component == component.key]
        assert abs(sum(line.net_oere for line in lines) - kr * 100) <= Fraction(len(lines), 2)


@few
@given(ANY_YEAR, DAY)
def test_quantity_times_price_is_the_line_within_an_oere(year: Basis, day: int) -> None:
    """As an electronic invoice requires of each line, also of those that settle what was billed before."""
    for bill in [calculate(year), *_bills_of_parts(year, [year.from_date + timedelta(days=day)])]:
        for line in bill.lines:
            assert abs(oere_of(Fraction(line.quantity) * Fraction(line.price_kr)) - line.net_oere) <= 1


@given(YEARS, DAY, st.integers(0, 10**8))
def test_a_day_of_change_costs_what_both_prices_say(year: int, day: int, watt_hours: int) -> None:
    first, until = date(year, 1, 1), date(year + 1, 1, 1)
    change = first + timedelta(days=day)
    priced = tariff(variable("energy", changing(change, "400", "700")))
    lines = calculate(basis(priced, [heat(first, until, watt_hours)], (first, until))).lines
    days = (until - first).days
    assert [(line.from_date, line.until_date) for line in lines] == [(first, change), (change, until)]
    expected = Fraction(watt_hours, 10**6) * (400 * day + 700 * (days - day)) / days * 100
    assert abs(sum(line.net_oere for line in lines) - expected) <= 1


def _cut(year: Basis, day: date) -> Basis:
    """The same use with a reading more: whole units a day divide exactly; others stay as they are."""
    spans: list[Consumption] = []
    for span in year.consumption:
        days, before = (span.until_date - span.from_date).days, (day - span.from_date).days
        if span.from_date < day < span.until_date:
            share = Fraction(span.amount * before, days)
            amount = int(share)
            if share != amount:
                spans.append(span)
                continue
            spans += [
                replace(span, until_date=day, amount=amount),
                replace(span, from_date=day, amount=span.amount - amount),
            ]
        else:
            spans.append(span)
    return replace(year, consumption=tuple(spans))


def _part(year: Basis, first: date, until: date, *, moved: bool = False) -> Basis:
    """[first, until) of a year's basis, with what it needs since the year's first day, unless somebody moved in."""
    counted = any(isinstance(each, SteppedCharge | Incentive | Minimum) for each in year.tariff.components)
    needed = max(year_of(year.tariff.year_start, first)[0], year.from_date) if counted and not moved else first
    whole = _cut(_cut(year, first), until)
    return replace(
        whole,
        agreement_from=first if moved else year.agreement_from,
        from_date=first,
        until_date=until,
        consumption=tuple(span for span in whole.consumption if needed < span.until_date and span.until_date <= until),
        temperatures=_means(year.tariff, year.agreement_from if not moved else first, first, until),
        on_account=OnAccount(),
    )


def _bills_of_parts(year: Basis, cuts: Sequence[date]) -> list[Bill]:
    for cut in cuts:
        year = _cut(year, cut)
    days = [year.from_date, *cuts, year.until_date]
    bills: list[Bill] = []
    for first, until in pairwise(days):
        before = bills[-1].billed_to_date if bills else ()
        bills.append(calculate(replace(_part(year, first, until), billed_before=before)))
    return bills


def _by_component(bills: Sequence[Bill]) -> defaultdict[tuple[str, str] | str, int]:
    found: defaultdict[tuple[str, str] | str, int] = defaultdict(int)
    for bill in bills:
        for line in bill.lines:
            found[line.component] += line.net_oere
    return found


def _apart(whole: Bill, parts: Sequence[Bill]) -> int:
    a, b = _by_component([whole]), _by_component(parts)
    return max(abs(a[key] - b[key]) for key in a | b)


@given(st.integers(1, 20), st.sampled_from(Vat))
def test_fees_are_counted(count: int, vat: Vat) -> None:
    priced = tariff(fee("reminder", "100", vat))
    bill = calculate(basis(priced, fees=(FeeCharged("reminder", date(2026, 5, 5), count),)))
    assert bill.net_oere == count * 10_000
    assert bill.gross_oere == count * (12_500 if vat is Vat.STANDARD else 10_000)
